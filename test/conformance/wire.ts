// What is on the wire, as far as it is not encrypted: records, handshake messages, ClientHello.

export interface WireRecord {
  /** 20 ChangeCipherSpec, 21 alert, 22 handshake, 23 data. */
  type: number;
  epoch: number;
  body: Buffer;
  /** With its header. */
  bytes: Buffer;
}

/** The records of TLS or, with `dtls`, of DTLS. */
export function records(bytes: Buffer, dtls = false): WireRecord[] {
  const header = dtls ? 13 : 5;
  const found: WireRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + header + bytes.readUInt16BE(at + header - 2);
    found.push({
      type: bytes.readUInt8(at),
      epoch: dtls ? bytes.readUInt16BE(at + 3) : 0,
      body: bytes.subarray(at + header, end),
      bytes: bytes.subarray(at, end),
    });
    at = end;
  }
  return found;
}

export interface Message {
  /** 1 ClientHello, 2 ServerHello, 4 NewSessionTicket, 11 Certificate. */
  type: number;
  body: Buffer;
}

/** The handshake messages of TLS that come before anything is encrypted. */
export function messages(bytes: Buffer): Message[] {
  const clear: Buffer[] = [];
  for (const record of records(bytes)) {
    if (record.type !== 22) break;
    clear.push(record.body);
  }
  const all = Buffer.concat(clear);
  const found: Message[] = [];
  for (let at = 0; at < all.length; ) {
    const end = at + 4 + all.readUIntBE(at + 1, 3);
    found.push({ type: all.readUInt8(at), body: all.subarray(at + 4, end) });
    at = end;
  }
  return found;
}

/** What a ServerHello that is a HelloRetryRequest has for its random bytes (RFC 8446, 4.1.3). */
const retryRandom = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Whether a server's bytes ask the client for another hello. */
export function isHelloRetry(bytes: Buffer): boolean {
  const [first] = messages(bytes);
  return first?.type === 2 && first.body.toString('hex', 2, 34) === retryRandom;
}

export interface Hello {
  sessionId: Buffer;
  extensions: Map<number, Buffer>;
}

/** Extensions that tests ask for. */
export const extension = {
  maxFragmentLength: 1,
  padding: 21,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  pskKeyExchangeModes: 45,
} as const;

/** The body of a ClientHello (of DTLS with `dtls`) or ServerHello. */
export function hello(body: Buffer, kind: 'client' | 'server', dtls = false): Hello {
  let at = 34;
  const take = (sizeBytes: number): Buffer => {
    const start = at + sizeBytes;
    at = start + body.readUIntBE(at, sizeBytes);
    return body.subarray(start, at);
  };
  const sessionId = take(1);
  if (dtls && kind === 'client') take(1); // cookie
  if (kind === 'client') {
    take(2); // cipher suites
    take(1); // compression methods
  } else {
    at += 3; // the suite and the compression method chosen
  }
  const extensions = new Map<number, Buffer>();
  const end = at < body.length ? at + 2 + body.readUInt16BE(at) : at;
  at += 2;
  while (at < end) {
    const type = body.readUInt16BE(at);
    at += 2;
    extensions.set(type, take(2));
  }
  return { sessionId, extensions };
}
