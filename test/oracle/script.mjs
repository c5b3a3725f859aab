// Runs scripts of session functions through libssl-session/libssl, with the same transcript as
// oracle.c. Plain JavaScript, so that a child under valgrind can run it.
//
// A script has one operation a line, from operations.h:
//
//   s0 = SSL_SESSION_new
//   SSL_SESSION_set1_id s0 x00ff        bytes and strings in hexadecimal; NULL where C takes it
//   SSL_SESSION_set_time s0 -5
//   SSL_SESSION_set_cipher s0 1301      a cipher as SSL_CIPHER_find finds it
//   i2d_SSL_SESSION s0
//   s1 = d2i_SSL_SESSION LAST           the bytes or the text that an operation gave last
//   SSL_SESSION_free s0
//
// Each line of the transcript has what libssl returned and, after a "!" each, the entries of its
// error queue. Last come two counts of libssl's own: the sessions left, and those left after all
// names have given their references back.
//
// A new session's time is the clock's, which no two processes share. So where an operation made
// a session and its time is the present one, the transcript has "now", and both sides set it to
// settledTime. Any other time is shown, and left.
//
// Every script is defined: what C leaves undefined is not done but "refused". The oracle refuses by
// its own list of names, references and operations.h; here the binding does it, by its exceptions.

import { readFileSync } from 'node:fs';
import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { quoted, showCipher, showError, showLong, wrong } from './show.mjs';

const settledTime = 1_500_000_000;

export const operations = parseOperations();

function parseOperations() {
  const list = readFileSync(new URL('operations.h', import.meta.url), 'utf8');
  const row = /^OP\((?<name>\w+), (?<first>\w+), (?<second>\w+), (?<result>\w+)\)$/;
  const rows = list.split('\n').filter((line) => line !== '' && !line.startsWith('//'));
  return rows.map((line) => {
    const groups = row.exec(line)?.groups;
    if (groups === undefined) throw new Error(`operations.h: ${line}`);
    return { ...groups };
  });
}

const functions = { ...C };
const byName = new Map(operations.map((operation) => [operation.name, operation]));

/** The transcript of a script, one string for each line, and one for each of the two counts. */
export function runScript(lines) {
  startCounting();
  const before = sessionCounts().live;
  const left = () => `left ${sessionCounts().live - before}`;
  const run = { names: new Map(), last: null };
  const transcript = [];
  try {
    for (const line of lines) transcript.push(runLine(run, line));
    transcript.push(left());
  } finally {
    for (const named of run.names.values()) {
      for (; named.references > 0; named.references--) C.SSL_SESSION_free(named.handle);
    }
  }
  transcript.push(left());
  return transcript;
}

function runLine(run, line) {
  const words = line.split(' ');
  const target = words[1] === '=' ? words.splice(0, 2)[0] : undefined;
  const operation = byName.get(words.shift());
  const named = operation.first === 'NOTHING' ? undefined : lookUp(run, words.shift());
  const values = named === undefined ? [] : [named.handle];
  if (operation.second !== 'NOTHING') values.push(read[operation.second](words.shift(), run));
  if (words.length > 0) throw new Error(`a word too many: ${line}`);

  const begin = Math.floor(Date.now() / 1000);
  let given;
  let text;
  try {
    given = functions[operation.name](...values);
  } catch (error) {
    text = refusal(error);
  }
  const errors = C.lastErrors().map(showError).join('');
  if (operation.result === 'NEW_SESSION') {
    const handle = text === undefined ? given : 0;
    run.names.set(target, { handle, references: handle === 0 ? 0 : 1 });
  }
  if (text !== undefined) return text + errors;

  if (operation.result === 'NEW_SESSION') {
    text = showSession(given, begin);
  } else {
    text = show[operation.result](given);
    if (operation.result === 'BYTES' || operation.result === 'TEXT') {
      run.last = typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
    }
  }
  if (operation.name === 'SSL_SESSION_up_ref' && given === 1) named.references += 1;
  if (operation.name === 'SSL_SESSION_free' && named.references > 0) named.references -= 1;
  return text + errors;
}

function lookUp(run, name) {
  if (name === 'NULL') return { handle: 0, references: 0 };
  const named = run.names.get(name);
  if (named === undefined) throw new Error(`never made: ${name}`);
  return named;
}

/** Where the binding refuses what C leaves undefined; anything else that it throws is a fault. */
function refusal(error) {
  if (error.code === 'ERR_LIBSSL_UNSAFE') return 'refused NULL';
  if (error.code === 'ERR_LIBSSL_INVALID_HANDLE') return 'refused freed';
  return `threw ${error.name} ${error.code} ${quoted(String(error.message))}`;
}

// ---- Arguments, by their kind.

function readBytes(word, run) {
  if (word === 'LAST') return run.last;
  if (!/^x([0-9a-f]{2})*$/.test(word)) throw new Error(`not bytes: ${word}`);
  return Buffer.from(word.slice(1), 'hex');
}

const orNull = (readValue) => (word, run) => (word === 'NULL' ? null : readValue(word, run));
const readCipherId = (word) => Number.parseInt(word, 16);

const read = {
  BYTES: (word, run) => readBytes(word, run) ?? Buffer.alloc(0),
  BYTES_OR_NULL: orNull(readBytes),
  STRING_OR_NULL: orNull((word, run) => readBytes(word, run).toString('latin1')),
  INT: Number,
  UINT32: Number,
  LONG: (word) => (Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word)),
  CIPHER_ID: readCipherId,
  CIPHER_OR_NULL: orNull((word) => C.SSL_CIPHER_find(readCipherId(word))),
};

// ---- Results, by their kind. What has another type than it should is shown as that.

const show = {
  NOTHING: (value) => (value === undefined ? 'void' : wrong(value)),
  INT: (value) => (typeof value === 'number' ? showLong(value) : wrong(value)),
  LONG: showLong,
  UNSIGNED_LONG: showLong,
  BYTES(value) {
    if (value === null) return 'null';
    return Buffer.isBuffer(value) ? `x${value.toString('hex')}` : wrong(value);
  },
  TEXT(value) {
    if (value === null) return 'null';
    return typeof value === 'string' ? quoted(value) : wrong(value);
  },
  CIPHER: showCipher,
};

function showSession(handle, begin) {
  if (handle === 0) return 'NULL';
  const time = C.SSL_SESSION_get_time(handle);
  // The clock that libssl reads may be one tick behind.
  if (time < begin - 1 || time > Date.now() / 1000) return `session time ${time}`;
  C.SSL_SESSION_set_time(handle, settledTime);
  return 'session time now';
}
