// Ticket keys from a file that somebody else writes, in the form of nginx or of HAProxy.

import { readFileSync } from 'node:fs';
import { LibsslError } from '../common/errors.js';
import { checkMembers } from '../common/option-bag.js';
import { checkInteger, checkString, outOfRange } from '../common/validate.js';
import { checkObject } from './options.js';
import type { RingKey, RingSource } from './ring-key.js';

/** How a ring has its keys from files. */
export interface RingFileOptions {
  /** After how many seconds the files are read again. By default 10. */
  rereadAfter?: number;
}

const sizes = [48, 80];

// Both have the AES key of a key of 48 bytes before the HMAC key; node:tls and SslContext after it.
function inOrder(key: Buffer): Buffer {
  if (key.length === 80) return Buffer.from(key);
  return Buffer.concat([key.subarray(0, 16), key.subarray(32), key.subarray(16, 32)]);
}

// The keys of a file, the one that encrypts first.
function parse(content: Buffer): Buffer[] {
  if (sizes.includes(content.length)) return [inOrder(content)]; // nginx
  const lines = content.toString('latin1').split(/\r?\n/).filter(Boolean);
  const keys = lines.map((line) => {
    const key = Buffer.from(line, 'base64');
    const isKey = key.toString('base64') === line.trim() && sizes.includes(key.length);
    const copy = isKey ? inOrder(key) : null;
    key.fill(0);
    return copy;
  });
  const whole = keys.filter((key) => key !== null);
  if (whole.length !== keys.length || whole.length < 3) {
    const forms = '48 or 80 bytes (nginx), nor at least three lines of their base64 (HAProxy)';
    throw new LibsslError('ERR_LIBSSL_TICKET_KEYS', `the file of ticket keys has neither ${forms}`);
  }
  // The last is for those who have this file already, when it will be the one before the last.
  const [encrypts] = whole.splice(-2, 1);
  return encrypts === undefined ? whole : [encrypts, ...whole.reverse()];
}

export function fileSource(
  paths: string | readonly string[],
  options: RingFileOptions,
): RingSource {
  checkMembers('options', checkObject('options', options), ['rereadAfter']);
  const { rereadAfter = 10 } = options;
  const every = checkInteger('options.rereadAfter', rereadAfter, 1, 24 * 3600) * 1000;
  const files = (Array.isArray(paths) ? paths : [paths]).map((path: unknown) =>
    checkString('path', path),
  );
  if (files.length === 0) throw outOfRange('path.length', '>= 1', 0);
  let known: RingKey[] = [];
  return {
    every,
    shared: false,
    read() {
      const contents = files.map((file) => readFileSync(file));
      const keys = contents.flatMap(parse);
      for (const content of contents) content.fill(0);
      if (keys.some(({ length }) => length !== keys[0]?.length)) {
        const message = 'the files have ticket keys of 48 and of 80 bytes';
        throw new LibsslError('ERR_LIBSSL_TICKET_KEYS', message);
      }
      known = keys.map((bytes) => {
        const same = known.find((each) => each.bytes.equals(bytes));
        if (same === undefined) {
          return { bytes, from: 0, encryptUntil: Infinity, decryptUntil: Infinity };
        }
        bytes.fill(0);
        return same;
      });
      return known;
    },
  };
}
