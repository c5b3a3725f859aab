// What is said in clear before TLS begins.

import { Unanswered } from './error.js';
import type { Wire } from './wire.js';

/** The protocols that begin in clear. */
export const starttlsProtocols = [
  'smtp',
  'imap',
  'pop3',
  'ftp',
  'ldap',
  'postgres',
  'mysql',
] as const;
/** A protocol that begins in clear, and goes on with TLS. */
export type Starttls = (typeof starttlsProtocols)[number];

/** The port of each, where none is given. */
export const starttlsPorts: Readonly<Record<Starttls, number>> = {
  smtp: 25,
  imap: 143,
  pop3: 110,
  ftp: 21,
  ldap: 389,
  postgres: 5432,
  mysql: 3306,
};

// The most that is read before TLS begins.
const maxBytes = 1 << 16;

/** What the server has sent in clear, and was not read. */
class Dialogue {
  readonly #wire: Wire;
  #bytes = Buffer.alloc(0);

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  say(line: string): void {
    this.#wire.write(Buffer.from(`${line}\r\n`, 'latin1'));
  }

  send(bytes: Buffer): void {
    this.#wire.write(bytes);
  }

  async bytes(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) await this.#more();
    return this.#take(count);
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#bytes.indexOf('\n');
      if (end !== -1)
        return this.#take(end + 1)
          .toString('latin1')
          .trimEnd();
      await this.#more();
    }
  }

  #take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#bytes.length > maxBytes) throw refusal('the server does not stop talking');
    const bytes = await this.#wire.read();
    if (bytes === null) throw refusal('the server closed the connection before TLS began');
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  /** TLS begins. What was said in clear behind the answer would be taken for it (CVE-2011-0411). */
  end(): void {
    if (this.#bytes.length > 0)
      throw refusal('the server spoke on in clear after it agreed to TLS');
  }
}

const refusal = (text: string) => new Unanswered('ERR_PROBE_STARTTLS', text, false);

/** The last line of an answer: `220-…` goes on, `220 …` is the last. */
async function reply(dialogue: Dialogue, expected: string, what: string): Promise<void> {
  for (let lines = 0; lines < 1000; lines++) {
    const line = await dialogue.line();
    if (/^\d{3}-/.test(line) || (!/^\d{3}/.test(line) && lines > 0)) continue;
    if (line.startsWith(expected)) return;
    throw refusal(`the server answered ${what} with ${quoted(line)}`);
  }
  throw refusal('the server does not stop talking');
}

const quoted = (line: string) => JSON.stringify(line.slice(0, 60));

async function smtp(dialogue: Dialogue): Promise<void> {
  await reply(dialogue, '220', 'the connection');
  dialogue.say('EHLO libssl-session.invalid');
  await reply(dialogue, '250', 'EHLO');
  dialogue.say('STARTTLS');
  await reply(dialogue, '220', 'STARTTLS');
}

async function ftp(dialogue: Dialogue): Promise<void> {
  await reply(dialogue, '220', 'the connection');
  dialogue.say('AUTH TLS');
  await reply(dialogue, '234', 'AUTH TLS');
}

async function imap(dialogue: Dialogue): Promise<void> {
  const greeting = await dialogue.line();
  if (!greeting.startsWith('* OK')) throw refusal(`the server greeted with ${quoted(greeting)}`);
  dialogue.say('a STARTTLS');
  for (let line = await dialogue.line(); !/^a OK/i.test(line); line = await dialogue.line()) {
    if (!line.startsWith('*')) throw refusal(`the server answered STARTTLS with ${quoted(line)}`);
  }
}

async function pop3(dialogue: Dialogue): Promise<void> {
  for (const command of [null, 'STLS']) {
    if (command !== null) dialogue.say(command);
    const line = await dialogue.line();
    const what = command ?? 'the connection';
    if (!line.startsWith('+OK')) throw refusal(`the server answered ${what} with ${quoted(line)}`);
  }
}

// ExtendedRequest 1.3.6.1.4.1.1466.20037 as message 1 (RFC 4511, 4.14).
const ldapRequest = Buffer.concat([
  Buffer.from('301d02010177188016', 'hex'),
  Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1'),
]);

async function ldap(dialogue: Dialogue): Promise<void> {
  dialogue.send(ldapRequest);
  const message = await berBody(dialogue);
  // The number 1, then ExtendedResponse, which begins with its result: ENUMERATED 0.
  const response = message.subarray(3);
  const at = response[1] === undefined || response[1] < 0x80 ? 2 : 2 + (response[1] & 0x7f);
  const success = response[0] === 0x78 && response.subarray(at, at + 3).equals(ok);
  if (!success) throw refusal('the server refused StartTLS');
}

const ok = Buffer.from('0a0100', 'hex');

/** The content of a BER SEQUENCE. */
async function berBody(dialogue: Dialogue): Promise<Buffer> {
  const [tag = 0, first = 0] = await dialogue.bytes(2);
  if (tag !== 0x30) throw refusal('the server does not speak LDAP');
  if (first < 0x80) return dialogue.bytes(first);
  const size = first & 0x7f;
  if (size === 0 || size > 4) throw refusal('the server does not speak LDAP');
  const length = (await dialogue.bytes(size)).readUIntBE(0, size);
  if (length > maxBytes) throw refusal('the server does not stop talking');
  return dialogue.bytes(length);
}

async function postgres(dialogue: Dialogue): Promise<void> {
  dialogue.send(Buffer.from('0000000804d2162f', 'hex')); // SSLRequest
  const [answer] = await dialogue.bytes(1);
  if (answer !== 0x53) throw refusal('the server refused SSLRequest');
}

const clientSsl = 0x0800;

async function mysql(dialogue: Dialogue): Promise<void> {
  const header = await dialogue.bytes(4);
  const greeting = await dialogue.bytes(header.readUIntLE(0, 3));
  const afterVersion = greeting.indexOf(0) + 1;
  // Behind the version: the thread's number, 8 bytes of the challenge, a filler, capabilities.
  const capabilitiesAt = afterVersion + 4 + 8 + 1;
  if (greeting[0] !== 10 || afterVersion === 0 || greeting.length < capabilitiesAt + 2) {
    throw refusal('the server does not speak the protocol of MySQL');
  }
  if ((greeting.readUInt16LE(capabilitiesAt) & clientSsl) === 0) {
    throw refusal('the server does not offer TLS');
  }
  const request = Buffer.alloc(36);
  request.writeUIntLE(32, 0, 3);
  request.writeUInt8((header[3] ?? 0) + 1, 3);
  request.writeUInt32LE(clientSsl | 0x0200 | 0x8000, 4); // protocol 4.1, its authentication
  request.writeUInt32LE(1 << 24, 8); // the largest packet
  request.writeUInt8(45, 12); // utf8mb4
  dialogue.send(request);
}

const dialogues: Readonly<Record<Starttls, (dialogue: Dialogue) => Promise<void>>> = {
  smtp,
  imap,
  pop3,
  ftp,
  ldap,
  postgres,
  mysql,
};

/** What is sent in clear, in words. */
export const starttlsSends: Readonly<Record<Starttls, string>> = {
  smtp: 'EHLO and STARTTLS',
  imap: 'STARTTLS',
  pop3: 'STLS',
  ftp: 'AUTH TLS',
  ldap: 'the extended request StartTLS',
  postgres: 'SSLRequest',
  mysql: 'the request for TLS',
};

/** Speaks in clear until TLS may begin. Throws `Unanswered`. */
export async function startTls(protocol: Starttls, wire: Wire): Promise<void> {
  const dialogue = new Dialogue(wire);
  await dialogues[protocol](dialogue);
  dialogue.end();
}
