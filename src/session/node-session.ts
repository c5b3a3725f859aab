// The session buffers of node:tls: the DER of Node's own OpenSSL 3, which some releases wrap.

import { readOptions } from '../common/option-bag.js';
import { checkString, invalidValue } from '../common/validate.js';

// Since the fix of CVE-2026-48934 a buffer has this prefix, the length of the host name (2 bytes,
// big-endian), the host name, and then the DER.
const prefix = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');

// The first minor release of each line that wraps; in 26 it is 26.3.1. Older releases accept only
// bare DER.
const wrappingSince: Readonly<Record<number, number>> = { 22: 23, 24: 17, 26: 3 };

// Elements of the session's SEQUENCE that OpenSSL 3 writes and 1.1.1 refuses: [19] kex group,
// [20] (from 3.2) raw public key.
const unknownTags: readonly number[] = [0xb3, 0xb4];

// Version, protocol, cipher, id, key, and [1] to [20]. With more elements it is not a session.
const maxFields = 25;

export function nodeWraps(version = process.versions.node): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major === 26 && minor === 3) return patch >= 1;
  const first = wrappingSince[major];
  return first === undefined ? major > 26 : minor >= first;
}

const optionRows = { servername: { check: checkString } };

/** The result of `toNodeSession(options)` for this DER. */
export function nodeSessionOf(der: Buffer, options: unknown): Buffer {
  const { servername } = readOptions('options', optionRows, options);
  return servername === undefined ? der : wrapNodeSession(der, servername);
}

export function wrapNodeSession(der: Buffer, servername: string): Buffer {
  if (!nodeWraps()) return der;
  const name = Buffer.from(servername, 'utf8');
  if (name.length > 0xffff) throw invalidValue('options.servername', 'is longer than 65535 bytes');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([prefix, length, name, der]);
}

/** The DER of Node's OpenSSL, and the server name that it is bound to; null if it is not bound. */
export function readWrapping(buffer: Uint8Array): { servername: string | null; der: Buffer } {
  const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (!bytes.subarray(0, prefix.length).equals(prefix)) return { servername: null, der: bytes };
  const start = prefix.length + 2;
  const end = bytes.length < start ? start : start + bytes.readUInt16BE(prefix.length);
  return { servername: bytes.toString('utf8', start, end), der: bytes.subarray(end) };
}

/** DER that 1.1.1 can decode. Anything but a session stays as it is, and libssl refuses it. */
export function unwrapNodeSession(buffer: Uint8Array): Uint8Array {
  return withoutUnknownFields(readWrapping(buffer).der);
}

/**
 * The DER of the first session of a PEM, without the fields that 1.1.1 does not know; null if it
 * has no such fields, or if the PEM contains no session.
 */
export function knownPart(pem: Uint8Array): Buffer | null {
  const bytes = Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength);
  const start = bytes.indexOf(begin);
  const end = start < 0 ? -1 : bytes.indexOf(pemEnd, start);
  if (end < 0) return null;
  const der = decodeBase64(bytes.subarray(start + begin.length, end));
  if (der === null) return null;
  const known = withoutUnknownFields(der);
  if (known.length === der.length) {
    der.fill(0);
    return null;
  }
  der.fill(0);
  return known;
}

const begin = '-----BEGIN SSL SESSION PARAMETERS-----';
const pemEnd = '-----END SSL SESSION PARAMETERS-----';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Makes no string, because a string could not be wiped. null if it is not base64. */
function decodeBase64(text: Uint8Array): Buffer | null {
  const decoded = Buffer.alloc(Math.ceil(text.length / 4) * 3);
  let [bits, count, size] = [0, 0, 0];
  for (const code of text) {
    const character = String.fromCharCode(code);
    if (/[\s=]/.test(character)) continue;
    const value = alphabet.indexOf(character);
    if (value < 0) {
      decoded.fill(0);
      return null;
    }
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded[size++] = (bits >> count) & 0xff;
  }
  const exact = Buffer.from(decoded.subarray(0, size));
  decoded.fill(0);
  return exact;
}

/** Says how much is missing at the end of a session's DER; null if it is not cut off. */
export function missingPart(der: Uint8Array): string | null {
  const bytes = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  if (bytes.length === 0) return 'all of the session is missing';
  if (bytes[0] !== 0x30) return null;
  if (bytes.length < 2 + lengthBytes(bytes[1] ?? 0)) return 'its length is missing';
  const missing = (readHeader(bytes, 0)?.end ?? 0) - bytes.length;
  if (missing <= 0) return null;
  const count = missing.toLocaleString('en-US');
  return missing === 1
    ? '1 byte of the session is missing'
    : `${count} bytes of the session are missing`;
}

function withoutUnknownFields(der: Buffer): Buffer {
  const outer = readElement(der, 0);
  if (outer === null || outer.tag !== 0x30 || outer.end !== der.length) return der;
  const kept: Buffer[] = [];
  let dropped = false;
  for (let at = outer.content; at < outer.end; ) {
    const element = readElement(der, at);
    if (element === null || kept.length > maxFields) return der;
    if (unknownTags.includes(element.tag)) {
      dropped = true;
    } else {
      kept.push(der.subarray(at, element.end));
    }
    at = element.end;
  }
  if (!dropped) return der;
  const content = Buffer.concat(kept);
  return Buffer.concat([Buffer.from([0x30]), encodeLength(content.length), content]);
}

interface Element {
  tag: number;
  /** Offset of the first byte of the content. */
  content: number;
  end: number;
}

/** The DER element with a one-byte tag at `at`; null if there is none, or if it is cut off. */
function readElement(der: Buffer, at: number): Element | null {
  const element = readHeader(der, at);
  return element === null || element.end > der.length ? null : element;
}

function readHeader(der: Buffer, at: number): Element | null {
  if (at + 2 > der.length) return null;
  const tag = der.readUInt8(at);
  const first = der.readUInt8(at + 1);
  const size = lengthBytes(first);
  const content = at + 2 + size;
  if (first === 0x80 || size > 4 || content > der.length) return null;
  const length = size === 0 ? first : der.readUIntBE(at + 2, size);
  return { tag, content, end: content + length };
}

/** How many more bytes a length has after its first byte. */
const lengthBytes = (first: number) => (first < 0x80 ? 0 : first & 0x7f);

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
