// Where in another process's memory a secret is.

import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { sessionDer } from './der.js';

/** What the child is given, and what is looked for. */
export interface Secrets {
  key: Buffer;
  ticket: Buffer;
  psk: Buffer;
}

/**
 * Where a part of a secret was found: in `[heap]`, in `[stack]`, in the data of a library, or in
 * what has no name: memory of V8, and blocks that malloc did not put into the heap.
 */
export interface Finding {
  secret: string;
  form: string;
  mapping: string;
}

const part = 8;

interface Needle {
  secret: string;
  form: string;
  bytes: Buffer;
}

/** What to look for: the parts of each secret, in each form that native code makes of it. */
function needles(secrets: Secrets): Needle[] {
  const found: Needle[] = [];
  for (const [secret, value] of Object.entries(secrets) as [string, Buffer][]) {
    for (let at = 0; at + part <= value.length; at += part) {
      const piece = value.subarray(at, at + part);
      const hex = piece.toString('hex');
      const add = (form: string, text: string) =>
        found.push({ secret, form, bytes: Buffer.from(text) });
      found.push({ secret, form: 'bytes', bytes: piece });
      add('hex', hex);
      add('hex', hex.toUpperCase());
      // BIO_dump_indent's lines; one of the two halves has no hyphen in it.
      add('dump', hex.slice(0, 8).replace(/..(?=.)/g, '$& '));
      add('dump', hex.slice(8).replace(/..(?=.)/g, '$& '));
      for (const start of [0, 1, 2]) {
        add('base64', piece.subarray(start, start + 6).toString('base64'));
      }
    }
  }
  return found;
}

/** Which of the needles are in a block of memory. One pass, whatever their number. */
function search(memory: Buffer, wanted: Needle[]): Needle[] {
  const begins = new Map<number, Needle[]>();
  const isBegin = new Uint8Array(0x10000);
  for (const needle of wanted) {
    const begin = needle.bytes.readUInt16BE();
    begins.set(begin, [...(begins.get(begin) ?? []), needle]);
    isBegin[begin] = 1;
  }
  const found = new Set<Needle>();
  let begin = memory[0] ?? 0;
  for (let at = 1; at < memory.length; at++) {
    begin = ((begin << 8) | (memory[at] as number)) & 0xffff;
    if (isBegin[begin] === 0) continue;
    for (const needle of begins.get(begin) ?? []) {
      const { length } = needle.bytes;
      if (memory.subarray(at - 1, at - 1 + length).equals(needle.bytes)) {
        found.add(needle);
      }
    }
  }
  return [...found];
}

/** Whether this process may read the memory of its children. */
export async function canReadMemory(): Promise<boolean> {
  try {
    await leftBehind('nothing', {
      key: randomBytes(48),
      ticket: randomBytes(8),
      psk: randomBytes(8),
    });
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EACCES', 'EPERM', 'ENOENT'].includes(code)) return false;
    throw error;
  }
}

/**
 * Does the work of `path` in a child, and looks for what it left behind. In one process of forty or
 * so V8 has reserved the addresses right behind the heap: malloc's memory is not in `[heap]` then,
 * and cannot be told from V8's. Another child does the work instead.
 */
export async function leftBehind(path: string, secrets: Secrets): Promise<Finding[]> {
  for (;;) {
    const findings = await workAndScan(path, secrets);
    if (findings !== undefined) return findings;
  }
}

async function workAndScan(path: string, secrets: Secrets): Promise<Finding[] | undefined> {
  const child = fork(new URL('scratch-child.mjs', import.meta.url).pathname, {
    execArgv: ['--expose-gc'],
  });
  try {
    const mask = 0xa5;
    const inputs = Object.entries(childInputs(secrets)).map(([name, bytes]) => [
      name,
      Buffer.from(bytes.map((byte) => byte ^ mask)).toString('hex'),
    ]);
    const done = report(child);
    child.send({ path, mask, inputs: Object.fromEntries(inputs) });
    await done;
    const pid = child.pid as number;
    return heapCanGrow(pid) ? scan(pid, secrets) : undefined;
  } finally {
    child.kill('SIGKILL');
  }
}

function childInputs({ key, ticket, psk }: Secrets): Record<string, Buffer> {
  const der = sessionDer({ masterKey: key, ticket, pskIdentity: psk.toString() });
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = (body: string[]) =>
    Buffer.from(
      `-----BEGIN SSL SESSION PARAMETERS-----\n${body.join('\n')}\n-----END SSL SESSION PARAMETERS-----\n`,
    );
  return {
    key,
    passphrase: psk.subarray(0, 15),
    longKey: Buffer.concat([key, Buffer.alloc(300), key]),
    der,
    cutDer: der.subarray(0, -3),
    longDer: Buffer.concat([der, Buffer.alloc(9)]),
    pem: pem(lines),
    cutPem: pem(lines.slice(0, -1)),
  };
}

function report(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code, signal) => reject(new Error(`the child ended: ${code ?? signal}`)));
  });
}

function heapCanGrow(pid: number): boolean {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  const [, end = '0', next = ''] = /-(\w+) .*\[heap\]\n(\w+)-/.exec(maps) ?? [];
  return next === '' || Number.parseInt(next, 16) - Number.parseInt(end, 16) > 1 << 20;
}

function scan(pid: number, secrets: Secrets): Finding[] {
  const wanted = needles(secrets);
  const findings = new Map<string, Finding>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from = '', to = '', path = ''] =
        /^(\w+)-(\w+) rw\S+ \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      if (from === '') continue;
      const mapping = path === '' ? 'anonymous' : basename(path);
      const begin = Number.parseInt(from, 16);
      const bytes = readAll(memory, begin, Number.parseInt(to, 16) - begin);
      for (const { secret, form } of search(bytes, wanted)) {
        findings.set(`${secret} ${form} ${mapping}`, { secret, form, mapping });
      }
    }
  } finally {
    closeSync(memory);
  }
  return [...findings.values()];
}

function readAll(memory: number, begin: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    let read = 0;
    try {
      read = readSync(memory, bytes, done, size - done, begin + done);
    } catch {
      break; // reserved, and never used
    }
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
