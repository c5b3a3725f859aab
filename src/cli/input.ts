// A session from a file or from standard input, in whatever form it is.

import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { LibsslError } from '../common/errors.js';
import { missingPart, readWrapping, unwrapNodeSession } from '../session/node-session.js';
import { SslSession } from '../session/session.js';
import { Failure, systemReason } from './failure.js';
import { printable } from './terminal.js';

/** What was read, and in which form it was. */
export interface Source {
  /** The file's name; `-` for standard input. */
  file: string;
  format: 'der' | 'pem' | 'base64' | 'node';
  /** Size of what was read. */
  bytes: number;
  /** The server name that Node bound the session to; null where it did not. */
  boundTo: string | null;
  /** Whether it has fields that only OpenSSL 3 knows; they are left out. */
  openssl3Fields: boolean;
}

export interface Input {
  source: Source;
  session: SslSession;
}

// The largest part of a session is a ticket (64 KiB) or a certificate.
const maxBytes = 1 << 20;

/** Reads a session; a Failure says which file could not be read, and why. */
export async function readSession(file: string): Promise<Input> {
  const name = file === '-' ? 'standard input' : printable(file);
  let content: Buffer;
  try {
    content = file === '-' ? await readStandardInput() : await readFile(file);
  } catch (error) {
    throw new Failure(`${name}: ${systemReason(error)}`);
  }
  if (content.length === 0) throw new Failure(`${name}: is empty`);
  if (content.length > maxBytes) throw new Failure(`${name}: too large for a session (over 1 MiB)`);

  const found = recognise(content);
  if ('problem' in found) throw new Failure(`${name}: ${found.problem}`);
  const { format, der: node } = found;
  const { servername: boundTo, der } = readWrapping(node);
  const missing = missingPart(der);
  if (missing !== null) throw new Failure(`${name}: is cut off: ${missing}`);
  if (found.more) process.stderr.write(`libssl-session: ${name}: ${found.more}\n`);
  let session: SslSession;
  try {
    session = SslSession.fromNodeSession(der);
  } catch (error) {
    throw new Failure(`${name}: ${refusal(error)}`);
  }
  const openssl3Fields = unwrapNodeSession(der).length !== der.length;
  return { source: { file, format, bytes: content.length, boundTo, openssl3Fields }, session };
}

async function readStandardInput(): Promise<Buffer> {
  if (process.stdin.isTTY) {
    process.stderr.write('libssl-session: reading from the terminal; Ctrl-D ends the input\n');
  }
  // For Node a directory is an empty stream.
  if (fstatSync(0).isDirectory()) throw new Error('is a directory');
  return readSome(process.stdin);
}

async function readFile(file: string): Promise<Buffer> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    // A socket or a device without a driver: "no such device or address" says little.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') throw new Error('cannot be opened');
    throw error;
  }
  try {
    if ((await handle.stat()).isDirectory()) throw new Error('is a directory');
    return await readSome(handle.createReadStream({ autoClose: false }));
  } finally {
    await handle.close();
  }
}

/** Stops once it has more than a session can have. */
async function readSome(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

type Found =
  | {
      format: Source['format'];
      der: Buffer;
      /** What there is besides, and is not read. */
      more?: string | undefined;
    }
  | { problem: string };

const begin = '-----BEGIN SSL SESSION PARAMETERS-----';
const end = '-----END SSL SESSION PARAMETERS-----';
// The alphabet of URLs too.
const base64 = /^[\s\w+/=-]+$/;

function recognise(content: Buffer): Found {
  if (isNodeSession(content)) return { format: 'node', der: content };
  const text = content.toString('latin1');
  if (base64.test(text)) {
    const der = Buffer.from(text, 'base64');
    if (der[0] === 0x30 || isNodeSession(der)) return { format: 'base64', der };
  }
  if (content[0] === 0x30 && !text.includes(begin)) return { format: 'der', der: content };
  return recognisePem(text);
}

/** Also with text before it, as `openssl sess_id -text` writes it. */
function recognisePem(text: string): Found {
  const start = text.indexOf(begin);
  if (start === -1) {
    const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1];
    return {
      problem:
        label === undefined
          ? 'is not a session: neither DER, PEM, base64 nor a buffer of node:tls'
          : `is PEM of a ${label}, not of a session`,
    };
  }
  const stop = text.indexOf(end, start);
  if (stop === -1) return { problem: 'is broken PEM: its end is missing' };
  const body = text.slice(start + begin.length, stop);
  if (body.includes('ENCRYPTED')) return { problem: 'is encrypted PEM, which cannot be read' };
  if (!base64.test(body)) return { problem: 'is broken PEM: its content is not base64' };
  const others = text.slice(stop).split(begin).length - 1;
  const more = others === 0 ? undefined : `only the first of its ${others + 1} sessions is read`;
  return { format: 'pem', der: Buffer.from(body, 'base64'), more };
}

function isNodeSession(bytes: Buffer): boolean {
  return readWrapping(bytes).servername !== null;
}

/** Why libssl did not take it, in one line. */
function refusal(error: unknown): string {
  if (!(error instanceof LibsslError) || error.function !== 'd2i_SSL_SESSION') throw error;
  const reason = error.reason ?? error.message.replace(/^\w+: /, '');
  return `is not a session that libssl 1.1.1 can decode: ${reason}`;
}
