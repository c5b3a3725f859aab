// Writes the TypeScript of native/openssl.def: the functions of the C-named module that have the shape
// of their prototype, and the signatures of what the addon has for them. And what rules.mjs makes of
// native/rules.def, and events.mjs of native/events.def.
//   npm run generate              writes the files
//   npm run generate -- --check   fails where they are not what it would write

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateEvents } from './events.mjs';
import { Failure, main, root } from './lib.mjs';
import { generateRules } from './rules.mjs';

const width = 100;

// ---- Reading the list.

// What has the shape of its prototype; the others are written by hand.
const written = ['plain', 'may_fail', 'body'];

/**
 * The rows that TypeScript is written for, each with the lines that describe it, and the headings; and
 * the names of those that are about a callback.
 */
export function readList(text) {
  const rows = [];
  const callbacks = [];
  let note = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, heading] = /^\/\/ ---- (.*)$/.exec(lines[i]) ?? [];
    const [, words] = /^\/\/\/ (.*)$/.exec(lines[i]) ?? [];
    const [, kind] = /^(FUNCTION|CONTROL)\(/.exec(lines[i]) ?? [];
    if (heading !== undefined) rows.push({ heading });
    if (words !== undefined) note.push(words);
    if (kind === undefined) continue;
    let row = lines[i];
    while (!balanced(row)) row += ` ${lines[++i].trim()}`;
    const columns = split(row.slice(kind.length + 1, row.lastIndexOf(')')));
    if (written.includes(columns.at(-1)))
      rows.push({ ...readRow(kind, columns), note: note.join(' ') });
    if (columns.at(-1) === 'callback') callbacks.push(columns[2]);
    note = [];
  }
  return { rows, callbacks };
}

function readRow(kind, columns) {
  const count = kind === 'FUNCTION' ? 5 : 6;
  if (columns.length !== count) {
    throw new Failure(`openssl.def: ${count} columns are needed: ${columns.join(', ')}`);
  }
  const [result, name, list] = kind === 'FUNCTION' ? columns.slice(1) : columns;
  const inside = list.slice(1, -1);
  const parameters = inside === 'void' ? [] : split(inside).map(readParameter);
  return { name, result: readType(result), parameters };
}

const balanced = (text) => text.split('(').length === text.split(')').length;

/** At the commas that are in no parentheses. */
function split(text) {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

function readType(text) {
  const orNull = /\bOR_NULL\b/.test(text);
  return { type: text.replace(/\s*\bOR_NULL\b/, ''), orNull };
}

function readParameter(text) {
  const { type: whole, orNull } = readType(text);
  const [, type, name] = /^(.*?)\s*\b(\w+)$/.exec(whole);
  return { type, name, orNull };
}

// ---- What a row is in TypeScript.

const objects = ['SSL_SESSION', 'SSL_CTX', 'SSL'];
const plainObject = (type) => type.replace(/^const /, '').replace(/\*$/, '');
const isCipher = (type) => plainObject(type) === 'SSL_CIPHER';
const isObject = (type) => objects.includes(plainObject(type)) || isCipher(type);

// C's type of an argument: how TypeScript has it, and what checks it. What a double holds goes into
// register 1, and a long, which may come as a bigint, is an ordinary argument.
const numbers = {
  int: ['number', 'checkInt'],
  long: ['number | bigint', 'checkLong'],
  MASK: ['number', 'checkMask'],
  uint8_t: ['number', 'checkByte'],
  uint32_t: ['number', 'checkUint32'],
  'unsigned int': ['number', 'checkUint32'],
  size_t: ['number', 'checkUint32'],
  'AT_MOST_255 size_t': ['number', 'checkByte'],
  'AT_MOST_1M size_t': ['number', 'checkMebibyte'],
};
const texts = ['const char*', 'char*'];
const byteTypes = ['const unsigned char*', 'const void*'];
// Those of libcrypto's objects that come as DER.
const derTypes = ['X509*', 'const X509*', 'EVP_PKEY*', 'RSA*'];
// Several of them, one behind the other.
const stackTypes = ['stack_st_X509*', 'stack_st_X509_NAME*'];
// Numbers, whose count comes after them.
const listTypes = ['const int*'];

function argumentOf({ type, orNull }) {
  const [plain, check] = texts.includes(type)
    ? ['string', 'checkCString']
    : byteTypes.includes(type) || derTypes.includes(type)
      ? ['Uint8Array', 'checkBytes']
      : listTypes.includes(type)
        ? ['readonly number[]', 'checkInts']
        : stackTypes.includes(type)
          ? ['readonly Uint8Array[]', 'checkDers']
          : (numbers[type] ?? []);
  if (plain === undefined) throw new Failure(`openssl.def: no argument can be ${type}`);
  const native = plain.startsWith('readonly') ? 'Uint8Array' : plain;
  const or = orNull ? ' | null' : '';
  return { plain, check, type: plain + or, native: native + or };
}

// C's type of a result: how TypeScript has it, what the addon's function gives, and how the one comes
// from the other. Numbers come in the registers.
const results = {
  void: { type: 'void', native: 'void' },
  ZERO_OR_ONE: { type: '0 | 1', native: 'void' },
  COUNT: { type: 'number', native: 'LongResult', take: (call) => `longResult(${call}) as number` },
  MASK: { type: 'number', native: 'LongResult', take: (call) => `longResult(${call}) as number` },
};
for (const [type, ...theirs] of [
  ['string', 'const char*', 'char*', 'const EVP_MD*', 'const COMP_METHOD*'],
  ['string', 'SRTP_PROTECTION_PROFILE*'],
  ['string[]', 'stack_st_SRTP_PROTECTION_PROFILE*'],
  ['CipherInfo', 'const SSL_CIPHER*'],
  ['CipherInfo[]', 'stack_st_SSL_CIPHER*'],
  ['Buffer', 'X509*', 'EVP_PKEY*', 'BIGNUM*'],
  ['Buffer[]', 'stack_st_X509*', 'stack_st_X509_NAME*', 'const stack_st_X509_NAME*'],
]) {
  for (const each of theirs) results[each] = { type, native: type };
}
for (const type of [
  ...['int', 'unsigned int', 'uint8_t', 'uint16_t', 'uint32_t', 'size_t'],
  'OSSL_HANDSHAKE_STATE',
]) {
  results[type] = { type: 'number', native: 'void' };
}
for (const type of ['long', 'unsigned long']) {
  const take = (call) => `longResult(${call})`;
  results[type] = { type: 'number | bigint', native: 'LongResult', take };
}
for (const object of objects) results[`${object}*`] = { type: 'Handle', native: 'void' };

// A result that C writes into what it is given.
function resultBytes([, out, size]) {
  const pointsToSize = size !== undefined && /^(size_t|unsigned int)\*$/.test(size.type);
  if (pointsToSize && out.type.endsWith('**')) return { type: 'Buffer', orNull: out.orNull };
  const sized = ['unsigned int*', 'const unsigned char**'];
  if (out !== undefined && size === undefined && sized.includes(out.type)) {
    return { type: 'Buffer', orNull: false };
  }
  if (['unsigned char*', 'void*'].includes(out?.type) && size?.type === 'size_t') {
    return { type: 'Buffer', orNull: false };
  }
  return undefined;
}

// What a double holds, where it is the only argument besides a handle.
const fitsRegister = ({ type }) => type in numbers && type !== 'long';

/** The row as a function: its arguments, what it gives, and what the addon's function does. */
export function shapeOf({ name, result, parameters }) {
  const [first, ...rest] = parameters;
  const object = first !== undefined && isObject(first.type) ? first : undefined;
  const others = object === undefined ? parameters : rest;
  // Bytes, or a number, that C writes into what it is given.
  const bytes = object === undefined ? undefined : resultBytes(parameters);
  const number = others.length === 1 && others[0].type === 'int*';
  const known =
    bytes === undefined ? results[number ? 'int' : result.type] : { ...bytes, native: bytes.type };
  if (known === undefined) throw new Failure(`openssl.def: ${name} cannot give ${result.type}`);
  const orNull = bytes?.orNull ?? (result.orNull || number);
  const given = bytes === undefined && !number ? valuesOf(others) : [];
  const or = orNull ? ' | null' : '';
  const native = number ? 'undefined' : known.native;
  return {
    object,
    given,
    inRegister: object !== undefined && given.length === 1 && given.every(fitsRegister),
    number,
    ...known,
    type: known.type + or,
    native: native + or,
  };
}

// Without the size of the bytes before it, and without callbacks, which are not given.
function valuesOf(parameters) {
  return parameters.filter(({ type }, i) => {
    const isSize = [...byteTypes, ...listTypes].includes(parameters[i - 1]?.type);
    return !isSize && type !== 'SSL_verify_cb';
  });
}

// ---- Writing.

const cTypes = {
  ZERO_OR_ONE: 'int',
  COUNT: 'long',
  MASK: 'unsigned long',
};
const cType = (type) => {
  const plain = type
    .replace(/^AT_MOST_\w+ /, '')
    .replace(/\bstack_st_(\w+)\b/, 'STACK_OF($1)')
    .replace(/^const int\*$/, 'int*');
  return (cTypes[plain] ?? plain).replace(/(\*+)$/, ' $1');
};
const declared = (type, name) => (type.endsWith('*') ? type + name : `${type} ${name}`);

function prototypeOf({ name, result, parameters }) {
  const list = parameters.map((each) => declared(cType(each.type), each.name)).join(', ');
  return `${declared(cType(result.type), name)}(${list === '' ? 'void' : list})`;
}

function comment(text) {
  const one = `/** ${text} */`;
  if (one.length <= width) return one;
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line.length + 1 + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return ['/**', ...lines.map((line) => ` * ${line}`), ' */'].join('\n');
}

const reserved = { in: 'bytes' };
function camel(name) {
  return reserved[name] ?? name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

function description(row) {
  const { note } = row;
  if (note === '') return `\`${prototypeOf(row)}\`.`;
  return `\`${prototypeOf(row)}\`${/^[A-Z]/.test(note) ? '.' : ':'} ${note}`;
}

function functionText(row) {
  const { object, given, inRegister, number, type, take, native } = shapeOf(row);
  const parameters = [];
  const body = ['const functions = native();'];
  if (object !== undefined) {
    const its = isCipher(object.type) ? 'CipherInfo | number' : 'Handle';
    const or = !object.orNull ? '' : isCipher(object.type) ? ' | null' : ' | 0';
    parameters.push(`${camel(object.name)}: ${its}${or}`);
  }
  const checked = given.map((value, i) => {
    const name = camel(value.name);
    const { type: its, check } = argumentOf(value);
    const variable = given.length === 1 ? 'checked' : `checked${i + 1}`;
    parameters.push(`${name}: ${its}`);
    const orNull = value.orNull ? `${name} === null ? null : ` : '';
    body.push(`const ${variable} = ${orNull}${check}('${name}', ${name});`);
    return variable;
  });
  if (object !== undefined) {
    const name = camel(object.name);
    const set = isCipher(object.type)
      ? 'setCipher'
      : inRegister
        ? 'setHandleAndNumber'
        : 'setHandle';
    const more = inRegister ? ', checked' : isCipher(object.type) && object.orNull ? ', true' : '';
    body.push(`${set}('${name}', ${name}${more});`);
  }
  const call = `functions.${row.name}(${inRegister ? '' : checked.join(', ')})`;
  if (take !== undefined) body.push(`return ${take(call)};`);
  else if (number) body.push(`return ${call} === null ? null : result<number>();`);
  else if (native === 'void') {
    body.push(`${call};`);
    if (type !== 'void') body.push(`return result<${type}>();`);
  } else body.push(`return ${call};`);
  const head = `export function ${row.name}(${parameters.join(', ')}): ${type} {`;
  const broken = `export function ${row.name}(\n  ${parameters.join(',\n  ')},\n): ${type} {`;
  const lines = body.map((line) => `  ${line}`).join('\n');
  return `${comment(description(row))}\n${head.length <= width ? head : broken}\n${lines}\n}\n`;
}

/** On one line where it fits, as Biome formats it. */
function importText(names, from, kind = 'import') {
  const line = `${kind} { ${names.join(', ')} } from '${from}';\n`;
  return line.length <= 101 ? line : `${kind} {\n  ${names.join(',\n  ')},\n} from '${from}';\n`;
}

function signatureText(row) {
  const { given, inRegister, native } = shapeOf(row);
  const list = (inRegister ? [] : given).map(
    (value) => `${camel(value.name)}: ${argumentOf(value).native}`,
  );
  const line = `  ${row.name}(${list.join(', ')}): ${native};\n`;
  return line.length <= width + 1
    ? line
    : `  ${row.name}(\n    ${list.join(',\n    ')},\n  ): ${native};\n`;
}

const checkText = (name) => `  ${name}(withSession: boolean): void;\n`;

const top = '// Written by scripts/generate.mjs from native/openssl.def: do not edit.\n';

/** path → text. */
export function generate(list) {
  const { rows, callbacks } = readList(list);
  const used = rows.filter(
    (row, i) => row.heading === undefined || rows[i + 1]?.heading === undefined,
  );
  if (used.at(-1)?.heading !== undefined) used.pop();
  const functions = used.map((row) =>
    row.heading === undefined ? functionText(row) : `// ---- ${row.heading}\n`,
  );
  const text = functions.join('\n');
  const uses = (names) => names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const imports = [
    [
      uses([
        ...['checkByte', 'checkBytes', 'checkCString', 'checkDers', 'checkInt', 'checkInts'],
        ...['checkLong', 'checkMask', 'checkMebibyte', 'checkUint32'],
      ]),
      '../common/validate.js',
    ],
    [uses(['longResult', 'result', 'setHandle', 'setHandleAndNumber']), '../native/call.js'],
    [uses(['setCipher']), '../native/ciphers.js'],
    [['native'], '../native/load.js'],
  ]
    .filter(([names]) => names.length > 0)
    .map(([names, from]) => importText(names, from));
  imports.push(importText(uses(['CipherInfo', 'Handle']), '../native/types.js', 'import type'));
  const signatures = used.filter(({ heading }) => heading === undefined).map(signatureText);
  return {
    'src/libssl/functions.ts': [
      top,
      '// The C-named functions that have the shape of their prototypes: libssl.ts says what holds for all.\n',
      `\n${imports.join('')}\n${text}`,
    ].join(''),
    'src/native/functions.ts': [
      top,
      '// What the addon has for them. The handle is in register 0, a number that they take in register 1,\n// and a result that is a number in register 0.\n\n',
      "import type { CipherInfo, LongResult } from './types.js';\n\n",
      `export interface NativeFunctions extends NativeChecks {\n${signatures.join('')}}\n\n`,
      '/** Each refuses what is no handle of its object, and, with true, a session that is no PSK. */\n',
      `export interface NativeChecks {\n${callbacks.map(checkText).join('')}}\n`,
    ].join(''),
  };
}

await main(import.meta, () => {
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const files = {
    ...generate(read('native/openssl.def')),
    ...generateRules(read('native/rules.def')),
    ...generateEvents(read('native/events.def')),
  };
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (read(path) !== text) {
      throw new Failure(`${path} is not what the lists in native/ say: npm run generate`);
    }
  }
});
