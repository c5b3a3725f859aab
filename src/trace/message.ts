// One message: its name, its size, and what it says.

import type { SslMessage } from '../common/messages.js';
import {
  type ExtensionsOf,
  names,
  readExtensions,
  size,
  type TracedExtension,
} from './extensions.js';
import {
  alertName,
  certificateTypeName,
  cipherSuiteName,
  compressionName,
  contentTypeName,
  groupName,
  handshakeName,
  keyUpdateName,
  signatureSchemeName,
  versionName,
} from './names.js';
import { Malformed, Reader } from './reader.js';

/** Something that a message says. */
export interface TracedField {
  /** As the RFCs have it: `cipher_suite`. */
  name: string;
  /** With names for numbers, and sizes for what is secret or long. */
  value: string;
}

/** A message that a trace has. It has no keys and no tickets, only their sizes. */
export interface TracedMessage {
  /** Who sent it. */
  from: 'client' | 'server';
  /** `ClientHello`, `HelloRetryRequest`, `ChangeCipherSpec`, `Alert`, … */
  name: string;
  /** How many bytes it has, with its head: 4 bytes, over DTLS 12. Alerts have none. */
  length: number;
  /** What it says, in the order of the message. */
  fields: TracedField[];
  /** Its extensions; in a Certificate those of all certificates. */
  extensions: TracedExtension[];
  /** What is wrong with its bytes. */
  malformed: string | null;
}

const tls13 = 0x0304;
// What a ServerHello has for its random value if it is a HelloRetryRequest (RFC 8446, 4.1.3).
const retryRandom = Buffer.from(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
  'hex',
);

const isDtls = (version: number) => version >> 8 === 0xfe || version === 0x0100;
const namesAlgorithms = (version: number) =>
  isDtls(version) ? version === 0xfefd : version >= 0x0303;

/** What is known from the messages before. */
interface Past {
  /** The name of the cipher suite that the server has chosen. */
  suite: string | null;
}

class Body {
  readonly fields: TracedField[] = [];
  readonly extensions: TracedExtension[] = [];

  readonly reader: Reader;
  readonly version: number;
  readonly past: Past;

  constructor(reader: Reader, version: number, past: Past) {
    this.reader = reader;
    this.version = version;
    this.past = past;
  }

  add(name: string, value: string): void {
    this.fields.push({ name, value });
  }

  /** Extensions may be missing altogether. */
  addExtensions(of: ExtensionsOf): void {
    if (this.reader.left > 0) readExtensions(this.reader, of, this.extensions);
  }

  addSignature(): void {
    if (namesAlgorithms(this.version)) {
      this.add('signature_algorithm', signatureSchemeName(this.reader.number(2)));
    }
    this.add('signature', size(this.reader.vector(2)));
  }

  /** The key exchange of the suite: `ECDHE_RSA`; null if it is not known. */
  get keyExchange(): string | null {
    return /^TLS_(\w+?)(?:_WITH_\w+)?$/.exec(this.past.suite ?? '')?.[1] ?? null;
  }
}

function clientHello(body: Body): void {
  const { reader } = body;
  body.add('version', versionName(reader.number(2)));
  reader.bytes(32);
  body.add('session_id', size(reader.vector(1)));
  if (isDtls(body.version)) body.add('cookie', size(reader.vector(1)));
  body.add('cipher_suites', names(reader, 2, 2, cipherSuiteName));
  body.add('compression_methods', names(reader, 1, 1, compressionName));
  body.addExtensions('ClientHello');
}

function serverHello(body: Body, isRetry: boolean): void {
  const { reader, past } = body;
  body.add('version', versionName(reader.number(2)));
  reader.bytes(32);
  body.add('session_id', size(reader.vector(1)));
  past.suite = cipherSuiteName(reader.number(2));
  body.add('cipher_suite', past.suite);
  body.add('compression_method', compressionName(reader.number(1)));
  body.addExtensions(isRetry ? 'HelloRetryRequest' : 'ServerHello');
}

function helloVerifyRequest(body: Body): void {
  body.add('version', versionName(body.reader.number(2)));
  body.add('cookie', size(body.reader.vector(1)));
}

function newSessionTicket(body: Body): void {
  const { reader } = body;
  if (reader.left === 0) return; // there is none
  body.add('lifetime', `${reader.number(4)} seconds`);
  if (body.version === tls13) {
    reader.number(4); // what its age is hidden with
    body.add('nonce', size(reader.vector(1)));
  }
  body.add('ticket', size(reader.vector(2)));
  if (body.version === tls13) body.addExtensions('NewSessionTicket');
}

function certificate(body: Body): void {
  if (body.version === tls13) body.add('context', size(body.reader.vector(1)));
  const list = new Reader(body.reader.vector(3));
  const sizes = list.all(() => {
    const bytes = list.vector(3);
    if (body.version === tls13) readExtensions(list, 'Certificate', body.extensions);
    return size(bytes);
  });
  body.add('certificates', sizes.length === 0 ? 'none' : sizes.join(', '));
}

function certificateRequest(body: Body): void {
  const { reader } = body;
  if (body.version === tls13) {
    body.add('context', size(reader.vector(1)));
    body.addExtensions('CertificateRequest');
    return;
  }
  body.add('certificate_types', names(reader, 1, 1, certificateTypeName));
  if (namesAlgorithms(body.version)) {
    body.add('signature_algorithms', names(reader, 2, 2, signatureSchemeName));
  }
  const authorities = reader.list(2, (inside) => inside.vector(2));
  body.add('certificate_authorities', `${authorities.length} names`);
}

function serverKeyExchange(body: Body): void {
  const { reader } = body;
  const keyExchange = body.keyExchange ?? '';
  if (!/DH|SRP|PSK/.test(keyExchange)) {
    addRest(body);
    return;
  }
  if (keyExchange.includes('PSK')) body.add('psk_identity_hint', size(reader.vector(2)));
  if (keyExchange.startsWith('ECDH')) {
    const type = reader.number(1);
    if (type !== 3) throw new Malformed(`curves of type ${type} are not in use`);
    body.add('group', groupName(reader.number(2)));
    body.add('public_key', size(reader.vector(1)));
  } else if (keyExchange.startsWith('DH')) {
    for (const name of ['p', 'g', 'public_key']) body.add(name, size(reader.vector(2)));
  } else if (keyExchange.startsWith('SRP')) {
    for (const name of ['N', 'g']) body.add(name, size(reader.vector(2)));
    body.add('salt', size(reader.vector(1)));
    body.add('public_key', size(reader.vector(2)));
  }
  if (!/PSK|anon|^SRP_SHA$/.test(keyExchange)) body.addSignature();
}

function clientKeyExchange(body: Body): void {
  const { reader } = body;
  const keyExchange = body.keyExchange ?? '';
  if (keyExchange.includes('PSK')) body.add('psk_identity', size(reader.vector(2)));
  if (keyExchange.startsWith('ECDH')) body.add('public_key', size(reader.vector(1)));
  else if (/^(DH|SRP)/.test(keyExchange)) body.add('public_key', size(reader.vector(2)));
  else if (keyExchange.startsWith('RSA')) {
    const bytes = body.version === 0x0300 ? reader.rest() : reader.vector(2);
    body.add('encrypted_premaster_secret', size(bytes));
  } else if (keyExchange !== 'PSK') addRest(body);
}

function certificateStatus(body: Body): void {
  const type = body.reader.number(1);
  body.add(type === 1 ? 'ocsp_response' : `response_of_type_${type}`, size(body.reader.vector(3)));
}

function addRest(body: Body): void {
  const rest = body.reader.rest();
  if (rest.length > 0) body.add('bytes', `${rest.length}`);
}

// By their types. Those that are missing are empty, or of no interest: only their size is known.
const bodies: Readonly<Record<number, (body: Body) => void>> = {
  0: () => {},
  1: clientHello,
  3: helloVerifyRequest,
  4: newSessionTicket,
  5: () => {},
  8: (body) => body.addExtensions('EncryptedExtensions'),
  11: certificate,
  12: serverKeyExchange,
  13: certificateRequest,
  14: () => {},
  15: (body) => body.addSignature(),
  16: clientKeyExchange,
  20: (body) => body.add('verify_data', size(body.reader.rest())),
  22: certificateStatus,
  24: (body) => body.add('request', keyUpdateName(body.reader.number(1))),
};

function changeCipherSpec(body: Body): void {
  const value = body.reader.number(1);
  if (value !== 1) body.add('type', `${value}`);
}

function alert(body: Body): void {
  const level = body.reader.number(1);
  body.add('level', ['warning', 'fatal'][level - 1] ?? `${level}`);
  body.add('description', alertName(body.reader.number(1)));
}

function clientHelloOfSsl2(body: Body): void {
  const { reader } = body;
  reader.number(1);
  body.add('version', versionName(reader.number(2)));
  const lengths = [0, 1, 2].map(() => reader.number(2));
  for (const [i, name] of ['cipher_specs', 'session_id', 'challenge'].entries()) {
    body.add(name, size(reader.bytes(lengths[i] ?? 0)));
  }
}

/** Reads the messages of one connection, in their order: some are only understood by those before. */
export class TraceReader {
  readonly #past: Past = { suite: null };

  /**
   * The message as a trace has it. Null for the header of a record; but where it announces a change of
   * the cipher, that message: over TLS libssl tells of it only where it is sent. Never throws.
   */
  read(message: SslMessage, from: 'client' | 'server'): TracedMessage | null {
    const { contentType, version } = message;
    if (announcesChange(message)) {
      const name = 'ChangeCipherSpec';
      return { from, name, length: 1, fields: [], extensions: [], malformed: null };
    }
    if (contentType > 255) return null;
    // Not what its giver may yet change, and a Buffer also where it gives a Uint8Array.
    const bytes = Buffer.from(message.bytes);
    const { length } = bytes;
    const body = new Body(new Reader(bytes), version, this.#past);
    const { fields, extensions } = body;
    const traced = { from, name: nameOf(contentType, bytes), length, fields, extensions };
    try {
      readContent(contentType, body, traced.name);
      body.reader.end();
      return { ...traced, malformed: null };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { ...traced, malformed: error.message };
    }
  }
}

// Over DTLS libssl tells of the message itself, and headers are longer.
const announcesChange = ({ direction, contentType, bytes }: SslMessage) =>
  contentType === 256 && direction === 'received' && bytes.length === 5 && bytes[0] === 20;

function nameOf(contentType: number, bytes: Buffer): string {
  if (contentType === 0) return 'ClientHello';
  const [type] = bytes;
  if (contentType !== 22 || type === undefined) return contentTypeName(contentType);
  if (type === 2 && bytes.subarray(6, 38).equals(retryRandom)) return 'HelloRetryRequest';
  return handshakeName(type);
}

function readContent(contentType: number, body: Body, name: string): void {
  if (contentType === 0) clientHelloOfSsl2(body);
  else if (contentType === 20) changeCipherSpec(body);
  else if (contentType === 21) alert(body);
  else if (contentType === 22) readHandshake(body, name);
  else addRest(body);
}

function readHandshake(body: Body, name: string): void {
  const { reader } = body;
  const type = reader.number(1);
  const length = reader.number(3);
  if (isDtls(body.version)) {
    body.add('message_seq', `${reader.number(2)}`);
    const [offset, fragment] = [reader.number(3), reader.number(3)];
    if (offset !== 0 || fragment !== length) body.add('fragment', `${offset} + ${fragment}`);
  }
  if (length !== reader.left) {
    throw new Malformed(`${length} bytes are said to follow, not ${reader.left}`);
  }
  if (type === 2) serverHello(body, name === 'HelloRetryRequest');
  else (bodies[type] ?? addRest)(body);
}

const extensionText = ({ name, length, value, malformed }: TracedExtension) =>
  [`${name}(${length})`, value, malformed === null ? '' : `MALFORMED: ${malformed}`]
    .filter((part) => part !== '')
    .join(' ');

/** The message in one line: who sent it, its name and size, its fields, its extensions. */
export function renderMessage(message: TracedMessage): string {
  const { from, name, length, fields, extensions, malformed } = message;
  const parts = [`${from}: ${name}, ${length} bytes`];
  for (const field of fields) parts.push(`${field.name} ${field.value}`);
  if (extensions.length > 0) {
    parts.push(`extensions: ${extensions.map(extensionText).join(' | ')}`);
  }
  if (malformed !== null) parts.push(`MALFORMED: ${malformed}`);
  return parts.join('; ');
}
