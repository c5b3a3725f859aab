// Facts of 10-resumption and 11-dtls_resumption: sessions and the versions they are resumed with.

import { type ProtocolVersion, sessionCounts, startCounting } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure, resumes } from './ssl-test.js';
import { type Pair, retryingServer } from './support.js';
import { isHelloRetry } from './wire.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const groups: [name: string, protocol: 'tls' | 'dtls', versions: ProtocolVersion[]][] = [
  ['10-resumption', 'tls', ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
  ['11-dtls_resumption', 'dtls', ['DTLSv1', 'DTLSv1.2']],
];

describe.each(groups)('1.2 %s', (name, protocol, versions) => {
  for (const original of versions) {
    for (const later of versions) {
      for (const noTicket of [false, true]) {
        const fact = `1.2 ${name}, ${original} to ${later}, ${noTicket ? 'no ticket' : 'ticket'}`;
        const expected = original === later;
        const outcome = expected ? 'is resumed' : 'is not resumed';
        const first = { protocol, minVersion: original, maxVersion: original };

        test(`${fact}: a session ${outcome} when the server's version changes`, () => {
          let protocolNow: ProtocolVersion | null = null;
          const reused = resumes({
            client: { protocol },
            server: { ...first, noTicket },
            resumeServer: { protocol, maxVersion: later, noTicket },
            afterSecond: ({ client }) => {
              protocolNow = client.protocol;
            },
          });
          expect(reused).toBe(expected);
          expect(protocolNow).toBe(later);
        });

        test(`${fact}: a session ${outcome} when the client's version changes`, () => {
          let protocolNow: ProtocolVersion | null = null;
          const reused = resumes({
            client: first,
            server: { protocol, noTicket },
            resumeClient: { protocol, maxVersion: later },
            afterSecond: ({ server }) => {
              protocolNow = server.protocol;
            },
          });
          expect(reused).toBe(expected);
          expect(protocolNow).toBe(later);
        });
      }
    }
  }

  test(`1.2 ${name}, resumption-when-mfl-ext-is-missing: the server fails the handshake`, () => {
    const resumption = () =>
      resumes({
        client: { protocol, maxFragmentLength: 512 },
        resumeClient: { protocol },
        server: { protocol },
      });
    expect(failure(resumption)).toMatchObject({
      code: 'ERR_SSL_BAD_EXTENSION',
      message: expect.stringContaining('final_maxfragmentlen'),
    });
  });

  test(`1.2 ${name}, resumption-when-mfl-ext-is-different: the server fails the handshake`, () => {
    const resumption = () =>
      resumes({
        client: { protocol, maxFragmentLength: 512 },
        resumeClient: { protocol, maxFragmentLength: 1024 },
        server: { protocol },
      });
    expect(failure(resumption)).toMatchObject({
      code: 'ERR_SSL_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH',
      message: expect.stringContaining('tls_parse_ctos_maxfragmentlen'),
    });
  });
});

test('1.2 10-resumption, resumption-with-hrr: a session is resumed', () => {
  const retried = ({ client, toClient: [first = Buffer.alloc(0)] }: Pair) => {
    expect(client.protocol).toBe('TLSv1.3');
    expect(isHelloRetry(first)).toBe(true);
  };
  expect(resumes({ server: retryingServer, afterFirst: retried, afterSecond: retried })).toBe(true);
});
