// DER of a session with chosen fields (SSL_SESSION_ASN1 of OpenSSL 1.1.1).

export interface DerFields {
  version?: number;
  cipher?: number;
  id?: Uint8Array;
  masterKey?: Uint8Array;
  /** [6]; the others by their tags, too. */
  hostname?: string;
  pskIdentityHint?: string;
  pskIdentity?: string;
  ticket?: Uint8Array;
  srpUsername?: string;
  ticketAppData?: Uint8Array;
}

export function sessionDer(fields: DerFields): Buffer {
  const { version = 0x0303, cipher = 0xc02f } = fields;
  const text = (tag: number, value: string | undefined) =>
    value === undefined ? [] : [explicit(tag, octets(Buffer.from(value, 'latin1')))];
  const bytes = (tag: number, value: Uint8Array | undefined) =>
    value === undefined ? [] : [explicit(tag, octets(value))];
  return element(
    0x30,
    integer(1),
    integer(version),
    octets(Buffer.from([cipher >> 8, cipher & 0xff])),
    octets(fields.id ?? Buffer.alloc(32, 0x1d)),
    octets(fields.masterKey ?? Buffer.alloc(48, 0x6b)),
    explicit(1, integer(1_700_000_000)),
    explicit(2, integer(7200)),
    ...text(6, fields.hostname),
    ...text(7, fields.pskIdentityHint),
    ...text(8, fields.pskIdentity),
    ...bytes(10, fields.ticket),
    ...text(12, fields.srpUsername),
    ...bytes(18, fields.ticketAppData),
  );
}

function element(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length =
    size < 0x80 ? [size] : [0x84, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255];
  // DER wants the shortest form.
  while (length.length > 2 && length[1] === 0) length.splice(0, 2, 0x80 | (length.length - 2));
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const octets = (bytes: Uint8Array) => element(0x04, bytes);
const explicit = (tag: number, content: Uint8Array) => element(0xa0 | tag, content);

function integer(value: number): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (Number.parseInt(hex.slice(0, 2), 16) > 0x7f) hex = `00${hex}`;
  return element(0x02, Buffer.from(hex, 'hex'));
}
