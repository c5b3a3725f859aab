// The messages of a handshake, as far as a probe has to understand them.

import { Malformed, Reader } from '../trace/reader.js';

export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificateRequest: 13,
} as const;

export const extensionType = {
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  pskModes: 45,
  keyShare: 51,
} as const;

/** A ServerHello. */
export interface ServerHello {
  /** As `supported_versions` says, or else the hello itself. */
  version: number;
  sessionId: Buffer;
  suite: number;
  extensions: ReadonlySet<number>;
  /** Whether it asks for another ClientHello. */
  isRetry: boolean;
}

/** A NewSessionTicket, which is a secret. */
export interface NewTicket {
  /** Seconds. */
  lifetime: number;
  /** null up to TLS 1.2. */
  ageAdd: number | null;
  /** null up to TLS 1.2. */
  nonce: Buffer | null;
  ticket: Buffer;
}

// RFC 8446, 4.1.3.
const retryRandom = Buffer.from(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
  'hex',
);

/** The message without its head; throws `Malformed`. */
export function readServerHello(body: Buffer): ServerHello {
  const reader = new Reader(body);
  let version = reader.number(2);
  const isRetry = reader.bytes(32).equals(retryRandom);
  const sessionId = reader.vector(1);
  const suite = reader.number(2);
  reader.number(1); // compression
  const extensions = new Set<number>();
  if (reader.left > 0) {
    reader.list(2, (inside) => {
      const type = inside.number(2);
      const value = inside.vector(2);
      if (type === extensionType.supportedVersions) version = value.readUInt16BE(0);
      extensions.add(type);
    });
  }
  return { version, sessionId, suite, extensions, isRetry };
}

/** null for a ticket of no bytes, with which a server of TLS 1.2 gives none. */
export function readNewTicket(body: Buffer, tls13: boolean): NewTicket | null {
  const reader = new Reader(body);
  const lifetime = reader.number(4);
  const ageAdd = tls13 ? reader.number(4) : null;
  const nonce = tls13 ? reader.vector(1) : null;
  const ticket = reader.vector(2);
  return ticket.length === 0 ? null : { lifetime, ageAdd, nonce, ticket };
}

/** What a server has answered to a ClientHello in clear. */
export type Answer =
  | { kind: 'hello'; hello: ServerHello }
  | { kind: 'alert'; code: number }
  /** It closed the connection. */
  | { kind: 'end' };

const content = { alert: 21, handshake: 22 } as const;

/** The answer in what has come so far; null if it is not complete. Throws `Malformed`. */
export function readAnswer(bytes: Buffer): Answer | null {
  const records = new Reader(bytes);
  const parts: Buffer[] = [];
  while (records.left >= 5) {
    const type = records.number(1);
    records.number(2);
    const length = records.number(2);
    if (length > records.left) break;
    const body = records.bytes(length);
    if (type === content.alert) return { kind: 'alert', code: body[1] ?? 0 };
    if (type !== content.handshake) throw new Malformed('there is no ServerHello');
    parts.push(body);
    const message = new Reader(Buffer.concat(parts));
    if (message.left < 4) continue;
    if (message.number(1) !== handshakeType.serverHello) {
      throw new Malformed('there is no ServerHello');
    }
    const size = message.number(3);
    if (size <= message.left) {
      return { kind: 'hello', hello: readServerHello(message.bytes(size)) };
    }
  }
  return null;
}
