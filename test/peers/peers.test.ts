// Real peers: handshakes and resumption with openssl 1.1.1, openssl 3 and node:tls, over loopback
// sockets, in both roles; and sessions carried from one client to another.

import { type SslSession, sessionCounts, startCounting } from 'libssl-session';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ours, type Peer, peers, type Server, type Version } from './peers.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const versions: Version[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

describe.each(peers)('$name', (peer) => {
  describe.each(versions)('%s', (version) => {
    for (const server of [peer, ours]) {
      describe(`at a server of ${server.name}`, () => {
        let running: Server;
        beforeEach(async ({ skip }) => {
          skip(peer.missing !== undefined, peer.missing);
          running = await server.serve(version);
        });
        afterEach(async () => {
          if (peer.missing === undefined) await running.close();
        });

        /** A full handshake; the session that the client got. */
        async function made(client: Peer): Promise<SslSession> {
          const { answer, reused, session } = await client.say(
            'forward',
            running.port,
            version,
            null,
          );
          expect(answer).toBe('drawrof');
          expect(reused).toBe(false);
          expect(session?.protocolVersion).toBe(version);
          expect(session?.isResumable).toBe(true);
          if (session === null) throw new Error('no session');
          return session;
        }

        async function resumes(client: Peer, session: SslSession): Promise<boolean> {
          const said = await client.say('again', running.port, version, session);
          said.session?.free();
          expect(said.answer).toBe('niaga');
          return said.reused;
        }

        const other = server === ours ? peer : ours;
        test(`a client of ${other.name} shakes hands, and resumes its session`, async () => {
          using session = await made(other);
          expect(await resumes(other, session)).toBe(true);
        });

        test(`a client of ${other.name} does not resume the session of another server`, async () => {
          using session = await made(other);
          await running.close();
          running = await server.serve(version);
          expect(await resumes(other, session)).toBe(false);
        });

        for (const [maker, resumer] of [
          [peer, ours],
          [ours, peer],
        ] as const) {
          test(`a session made by a client of ${maker.name} is resumed by one of ${resumer.name}`, async () => {
            using session = await made(maker);
            expect(await resumes(resumer, session)).toBe(true);
          });
        }
      });
    }
  });
});
