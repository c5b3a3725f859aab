// The same situation between a client and a server of node:tls.

import { constants } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import tls from 'node:tls';
import {
  type Judge,
  type Kind,
  type Options,
  type Outcome,
  type Sides,
  type Situation,
  versions,
} from './situations.js';

// Newer releases bind a session to its name. A server's client may offer it under any.
const prefix = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
function withoutName(session: Buffer): Buffer {
  if (!session.subarray(0, prefix.length).equals(prefix)) return session;
  return session.subarray(prefix.length + 2 + session.readUInt16BE(prefix.length));
}

// Its pre-shared keys are callbacks; all else has the same names.
function nodes({ psk, pskKeys, ...options }: Options): object {
  const { identity = '', key } = psk ?? {};
  const keys = new Map(pskKeys ?? []);
  return {
    ...options,
    ...(key !== undefined && { pskCallback: () => ({ identity, psk: key }) }),
    ...(keys.size > 0 && { pskCallback: (_: unknown, name: string) => keys.get(name) }),
    // A server with a pre-shared key has no certificate to check.
    ...(key !== undefined && { checkServerIdentity: () => undefined }),
  };
}

/** The servers of both connections share their ticket keys, or where they keep sessions. */
function connector(judge: Judge, kind: Kind) {
  const sessions = new Map<string, Buffer>();
  const shared =
    kind === 'TLS 1.2, id'
      ? { secureOptions: constants.SSL_OP_NO_TICKET }
      : { ticketKeys: Buffer.alloc(48, 3) };

  return async (sides: Sides, session?: Buffer) => {
    const server = tls.createServer({ ...nodes(sides.server), ...versions[kind], ...shared });
    for (const [name, options] of Object.entries(sides.contexts ?? {})) {
      server.addContext(name, { ...nodes(options), ...versions[kind], ...shared });
    }
    server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString('hex'), data);
      done();
    });
    server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) =>
      done(null, sessions.get(id.toString('hex')) ?? null),
    );
    const serverSays = new Promise<string | null>((resolve) => {
      server.on('secureConnection', (socket) => {
        socket.on('error', () => {});
        socket.write('.');
        resolve(null);
      });
      server.on('tlsClientError', (error, socket) => {
        const { authorizationError } = socket;
        resolve(
          (authorizationError as unknown as string) ??
            (error as NodeJS.ErrnoException).code ??
            null,
        );
      });
    });

    const [clientEnd, serverEnd] = duplexPair();
    server.emit('connection', serverEnd);
    const socket = tls.connect({
      ...nodes(sides.client),
      ...versions[kind],
      socket: clientEnd,
      servername: sides.servername,
      ...(session !== undefined && { session }),
    });
    let resumed = false;
    // Before it judges, and may take itself down. The client of a resumed handshake gets there
    // whatever its server thinks of it.
    socket.prependListener('secure', () => {
      resumed = socket.isSessionReused();
    });
    const given = once(socket, 'session').then(
      ([buffer]) => buffer as Buffer,
      () => null,
    );
    const clientSays = new Promise<string | null>((resolve) => {
      socket.on('secureConnect', () => resolve(null));
      socket.on('error', (error: { code: string }) => resolve(error.code));
    });
    const code = await (judge === 'client' ? clientSays : serverSays);
    const outcome: Outcome = { resumed, code };
    const end = () => {
      for (const each of [socket, clientEnd, serverEnd]) each.destroy();
    };
    return { outcome, given, end, socket };
  };
}

export async function full({ offered }: Situation, judge: Judge, kind: Kind): Promise<Outcome> {
  const { outcome, end } = await connector(judge, kind)(offered);
  end();
  return outcome;
}

export async function resumption(situation: Situation, judge: Judge, kind: Kind): Promise<Outcome> {
  const connect = connector(judge, kind);
  const first = await connect(situation.made);
  first.socket.resume();
  const session = await first.given;
  first.end();
  if (session === null) throw new Error(`no session: ${first.outcome.code}`);
  const offered = judge === 'server' ? withoutName(session) : session;
  const { outcome, end } = await connect(situation.offered, offered);
  end();
  return outcome;
}
