// A ClientHello of libssl, changed: to ask servers what libssl itself does not ask.

import { createHash, createHmac } from 'node:crypto';
import { Reader } from '../trace/reader.js';
import { extensionType } from './messages.js';

/** The parts of a ClientHello. */
export interface ClientHello {
  version: number;
  random: Buffer;
  sessionId: Buffer;
  suites: number[];
  compression: Buffer;
  extensions: [type: number, value: Buffer][];
}

/** Reads the first record of a first flight. */
export function readClientHello(flight: Buffer): ClientHello {
  const record = new Reader(flight.subarray(3));
  const message = new Reader(record.vector(2));
  message.number(1);
  const reader = new Reader(message.vector(3));
  return {
    version: reader.number(2),
    random: reader.bytes(32),
    sessionId: reader.vector(1),
    suites: reader.list(2, (inside) => inside.number(2)),
    compression: reader.vector(1),
    extensions: reader.list(2, (inside) => [inside.number(2), inside.vector(2)]),
  };
}

const vector = (lengthSize: number, bytes: Buffer): Buffer => {
  const length = Buffer.alloc(lengthSize);
  length.writeUIntBE(bytes.length, 0, lengthSize);
  return Buffer.concat([length, bytes]);
};

const uint16 = (number: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
};

/** The message, with its head. */
function encodeMessage(hello: ClientHello): Buffer {
  const extensions = hello.extensions.map(([type, value]) =>
    Buffer.concat([uint16(type), vector(2, value)]),
  );
  const body = Buffer.concat([
    uint16(hello.version),
    hello.random,
    vector(1, hello.sessionId),
    vector(2, Buffer.concat(hello.suites.map(uint16))),
    vector(1, hello.compression),
    vector(2, Buffer.concat(extensions)),
  ]);
  return Buffer.concat([Buffer.from([1]), vector(3, body)]);
}

/** A record with the message. */
export function encodeClientHello(hello: ClientHello): Buffer {
  return Buffer.concat([Buffer.from('160301', 'hex'), vector(2, encodeMessage(hello))]);
}

export function withoutExtension(hello: ClientHello, type: number): ClientHello {
  return { ...hello, extensions: hello.extensions.filter(([its]) => its !== type) };
}

/**
 * The same with other values in an extension, and the binder of its one PSK made anew. `hash` is
 * that of the session's cipher suite.
 */
export function withPskModes(
  hello: ClientHello,
  modes: readonly number[],
  psk: Buffer,
  hash: 'sha256' | 'sha384',
): ClientHello {
  const changed: ClientHello = {
    ...hello,
    extensions: hello.extensions.map(([type, value]) => [
      type,
      type === extensionType.pskModes ? vector(1, Buffer.from(modes)) : value,
    ]),
  };
  const last = changed.extensions.at(-1);
  if (last?.[0] !== extensionType.preSharedKey) throw new Error('the ClientHello offers no PSK');
  const size = hash === 'sha256' ? 32 : 48;
  const bindersSize = 2 + 1 + size;
  const message = encodeMessage(changed);
  const binder = makeBinder(psk, hash, message.subarray(0, message.length - bindersSize));
  const identities = last[1].subarray(0, last[1].length - bindersSize);
  last[1] = Buffer.concat([identities, vector(2, vector(1, binder))]);
  return changed;
}

/** RFC 8446, 4.2.11.2: what proves that the client has the key. */
function makeBinder(psk: Buffer, hash: string, truncated: Buffer): Buffer {
  const digest = (data: Buffer) => createHash(hash).update(data).digest();
  const hmac = (key: Buffer, data: Buffer) => createHmac(hash, key).update(data).digest();
  const size = digest(Buffer.alloc(0)).length;
  const expand = (secret: Buffer, label: string, context: Buffer) => {
    const info = [uint16(size), vector(1, Buffer.from(`tls13 ${label}`)), vector(1, context)];
    return hmac(secret, Buffer.concat([...info, Buffer.from([1])]));
  };
  const early = hmac(Buffer.alloc(size), psk);
  const binderKey = expand(early, 'res binder', digest(Buffer.alloc(0)));
  return hmac(expand(binderKey, 'finished', Buffer.alloc(0)), digest(truncated));
}
