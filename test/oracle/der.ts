// Writes encodings of sessions, right and wrong ones: SSL_SESSION_ASN1 of OpenSSL 1.1.1.

type Integer = number | bigint;

/** What is left out is absent, but for the first five, which every session has. */
export interface SessionFields {
  version?: Integer;
  protocol?: Integer;
  cipher?: Uint8Array;
  id?: Uint8Array;
  masterKey?: Uint8Array;
  keyArg?: Uint8Array;
  time?: Integer;
  timeout?: Integer;
  /** A certificate's DER. */
  peer?: Uint8Array;
  idContext?: Uint8Array;
  verifyResult?: Integer;
  hostname?: Uint8Array;
  pskIdentityHint?: Uint8Array;
  pskIdentity?: Uint8Array;
  ticketLifetimeHint?: Integer;
  ticket?: Uint8Array;
  compressionId?: Uint8Array;
  srpUsername?: Uint8Array;
  flags?: Integer;
  ticketAgeAdd?: Integer;
  maxEarlyData?: Integer;
  alpn?: Uint8Array;
  maxFragmentLength?: Integer;
  ticketAppData?: Uint8Array;
}

const optional = [
  ['time', 1],
  ['timeout', 2],
  ['peer', 3],
  ['idContext', 4],
  ['verifyResult', 5],
  ['hostname', 6],
  ['pskIdentityHint', 7],
  ['pskIdentity', 8],
  ['ticketLifetimeHint', 9],
  ['ticket', 10],
  ['compressionId', 11],
  ['srpUsername', 12],
  ['flags', 13],
  ['ticketAgeAdd', 14],
  ['maxEarlyData', 15],
  ['alpn', 16],
  ['maxFragmentLength', 17],
  ['ticketAppData', 18],
] as const;

export function sessionDer(fields: SessionFields): Buffer {
  const parts = [
    integer(fields.version ?? 1),
    integer(fields.protocol ?? 0x0303),
    octets(fields.cipher ?? Buffer.from([0xc0, 0x2f])),
    octets(fields.id ?? Buffer.alloc(0)),
    octets(fields.masterKey ?? Buffer.alloc(0)),
  ];
  if (fields.keyArg !== undefined) parts.push(tlv(0x80, fields.keyArg));
  for (const [name, tag] of optional) {
    const value = fields[name];
    if (value === undefined) continue;
    const inner =
      name === 'peer'
        ? Buffer.from(value as Uint8Array)
        : value instanceof Uint8Array
          ? octets(value)
          : integer(value);
    parts.push(tlv(0xa0 + tag, inner));
  }
  return tlv(0x30, Buffer.concat(parts));
}

const octets = (content: Uint8Array) => tlv(0x04, content);

function integer(value: Integer): Buffer {
  let bits = 8;
  while (BigInt.asIntN(bits, BigInt(value)) !== BigInt(value)) bits += 8;
  const hex = BigInt.asUintN(bits, BigInt(value)).toString(16);
  return tlv(0x02, Buffer.from(hex.padStart(bits / 4, '0'), 'hex'));
}

function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x1_0000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export function pem(der: Uint8Array, label = 'SSL SESSION PARAMETERS', headers = ''): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${headers}${lines}\n-----END ${label}-----\n`;
}
