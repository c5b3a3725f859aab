// Which functions of native/openssl.def the scripts of peer-script.mjs call by themselves: each whose
// arguments and result a script can have. For each of them the C that calls it, so that neither side
// has one that the other has not.

import { readFileSync } from 'node:fs';
import { readList, shapeOf } from '../../scripts/generate.mjs';

// What needs more than a call: the life of an object, another object, files, a peer that is no stream.
// A session is changed only by the scripts of sessions.
const byHand =
  /_(up_ref|free|new|dup|get1_session)$|_(file|dir|paths|config)$|[Mm]tu|^DTLS|^SSL_SESSION_set|_fd$|^SSL_get_.?fd$/;

/** Bytes that nobody can know before: shown as the how manyth different ones they are. */
const random = /_(id|master_key|ticket|random|finished)$/;

const isRandom = ({ name }, { type }) => type.startsWith('Buffer') && random.test(name);

const objects = { SSL_CTX: 'ctx', SSL: 'ssl', SSL_SESSION: 'session' };
const words = ['const char*', 'char*'];
const bytes = ['const unsigned char*', 'const void*'];
const numbers = ['int', 'long', 'MASK', 'uint8_t', 'uint32_t', 'unsigned int', 'size_t'];
const plain = (type) => type.replace(/^AT_MOST_\w+ /, '').replace(/^const (?=SSL)/, '');
const cType = (type) => plain(type).replace('MASK', 'unsigned long');

// How C writes a result of this type; `x` is the call.
const results = {
  void: (x) => `${x}; fputs("void", stdout)`,
  'const char*': (x) => `print_text(${x})`,
  'char*': (x) => `print_text(${x})`,
  'const SSL_CIPHER*': (x) => `print_cipher(${x})`,
  'X509*': (x, name) => `print_certificate(${x}, ${/peer_certificate$/.test(name)})`,
  'stack_st_X509*': (x) => `print_certificates(${x})`,
  'stack_st_SSL_CIPHER*': (x, name) => `print_ciphers(${x}, ${/get1/.test(name)})`,
};
for (const type of ['int', 'ZERO_OR_ONE', 'long', 'COUNT', 'OSSL_HANDSHAKE_STATE']) {
  results[type] = (x) => `printf("%lld", (long long)${x})`;
}
for (const type of [
  ...['MASK', 'unsigned long', 'unsigned int', 'size_t'],
  ...['uint8_t', 'uint16_t', 'uint32_t'],
]) {
  results[type] = (x) => `printf("%llu", (unsigned long long)${x})`;
}

/** An argument as C has it, and what comes after it; undefined where a script cannot have it. */
function argumentOf({ type, orNull }, next, index) {
  const word = `words[${index}]`;
  if (words.includes(type)) return { kind: 'string', orNull, c: [`(char*)string_of(${word})`] };
  if (bytes.includes(type)) {
    const size = `(${cType(next.type)})size_of(${word})`;
    return { kind: 'bytes', orNull, c: [`bytes_of(${word})`, size] };
  }
  if (!numbers.includes(plain(type))) return undefined;
  return { kind: type, orNull: false, c: [`(${cType(type)})number_of(${word})`] };
}

function bodyOf(row, shape, values) {
  const object = `${objects[plain(row.parameters[0].type).replace('*', '')]}`;
  const [, out, size] = row.parameters;
  const show = `print_${isRandom(row, shape) ? 'random' : 'bytes'}`;
  const sizeType = size?.type.replace('*', '');
  if (shape.number) {
    return `int n = 0; if (${row.name}(${object}, &n) == 1) printf("%d", n); else fputs("null", stdout)`;
  }
  if (shape.type.startsWith('Buffer') && out !== undefined) {
    if (out.type.endsWith('**') && size !== undefined) {
      const type = out.type.replace('**', '*');
      return `${type} p = NULL; ${sizeType} n = 0; ${row.name}(${object}, &p, &n); ${show}(p, n)`;
    }
    if (out.type.endsWith('**')) {
      return `const unsigned char* p = NULL; size_t n = ${row.name}(${object}, &p); ${show}(p == NULL ? (void*)"" : p, n)`;
    }
    if (out.type === 'unsigned int*') {
      return `unsigned int n = 0; const unsigned char* p = ${row.name}(${object}, &n); ${show}(p, n)`;
    }
    return `unsigned char p[4096]; size_t n = ${row.name}(${object}, p, sizeof p); ${show}(p, n)`;
  }
  const list = [object, ...values.flatMap(({ c }) => c)];
  if (row.parameters.at(-1)?.type === 'SSL_verify_cb') list.push('NULL');
  const call = `${row.name}(${list.join(', ')})`;
  return results[row.result.type]?.(call, row.name);
}

function callOf(row) {
  if (row.heading !== undefined || byHand.test(row.name)) return undefined;
  const object = plain(row.parameters[0]?.type ?? '').replace('*', '');
  if (!(object in objects)) return undefined;
  const shape = shapeOf(row);
  const values = shape.given.map((each, index) =>
    argumentOf(each, row.parameters[row.parameters.indexOf(each) + 1], index),
  );
  if (values.includes(undefined)) return undefined;
  const body = bodyOf(row, shape, values);
  if (body === undefined) return undefined;
  const result = row.name === 'SSL_SESSION_get_time' ? 'TIME' : shape.type;
  return {
    name: row.name,
    object,
    values: values.map(({ kind, orNull }) => ({ kind, orNull })),
    result: isRandom(row, shape) ? 'RANDOM' : result,
    body: result === 'TIME' ? 'print_time(SSL_SESSION_get_time(session))' : body,
  };
}

const list = readFileSync(new URL('../../native/openssl.def', import.meta.url), 'utf8');
const verify = ['SSL_CTX', 'SSL'].map((object) => ({
  name: `${object}_set_verify`,
  object,
  values: [{ kind: 'int', orNull: false }],
  result: 'void',
  body: `${object}_set_verify(${objects[object]}, (int)number_of(words[0]), NULL); fputs("void", stdout)`,
}));

/** Each has a name, the type of its object, its further arguments, and what kind of result it has. */
export const calls = [
  ...readList(list)
    .rows.map(callOf)
    .filter((call) => call !== undefined && !call.name.endsWith('_set_verify')),
  ...verify,
];

/** The C of them, for peers.c. */
export function callsInC() {
  const functions = calls.map(({ name, body }) => `CALL(${name}) { ${body}; }\n`);
  const table = calls.map(({ name, object }) => `  {"${name}", "${object}", call_${name}},\n`);
  return `${functions.join('')}\nstatic const struct call calls[] = {\n${table.join('')}};\n`;
}
