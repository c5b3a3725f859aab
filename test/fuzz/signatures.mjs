// What each export and each member takes, read from the declarations that the package ships: a new
// function joins the run by being declared. What has no declaration, or a type that values.mjs does
// not know, is an error.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as main from 'libssl-session';
import * as libssl from 'libssl-session/libssl';

const directory = dirname(createRequire(import.meta.url).resolve('libssl-session'));

const declarations = readdirSync(directory, { recursive: true })
  .filter((name) => name.endsWith('.d.ts'))
  .map((name) =>
    readFileSync(join(directory, name), 'utf8')
      .replace(/\/\*\*.*?\*\//gs, '')
      .replace(/\s+/g, ' '),
  );

/** The text up to the bracket that closes, from behind the one that opens. */
function upToClosing(text, from) {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if ('([{'.includes(text[at])) depth += 1;
    if (')]}'.includes(text[at])) depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  throw new Error('a declaration does not end');
}

function split(list) {
  const parts = [''];
  let depth = 0;
  for (const [at, character] of [...list].entries()) {
    if ('([{<'.includes(character)) depth += 1;
    if (')]}'.includes(character) || (character === '>' && list[at - 1] !== '=')) depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

const plainType = (type) => type.replaceAll('<ArrayBufferLike>', '').trim();

function signature(text, open) {
  const list = upToClosing(text, open);
  const after = text.slice(open + list.length + 1);
  const returns = /^\s*(?:=>|:)\s*([^;{]*)/.exec(after)?.[1] ?? 'void';
  const parameters = split(list).map((parameter) => {
    const [, name, optional, type] = /^(\w+)(\??): (.*)$/.exec(parameter) ?? [];
    if (name === undefined) throw new Error(`what is the parameter ${parameter}?`);
    return { name, optional: optional === '?', type: plainType(type) };
  });
  return { parameters, returns: plainType(returns) };
}

function find(pattern) {
  for (const text of declarations) {
    const match = pattern.exec(text);
    if (match !== null) return { text, at: match.index + match[0].length, match };
  }
  return undefined;
}

function functionSignature(name) {
  const plain =
    find(new RegExp(`export declare function ${name}\\(`)) ??
    find(new RegExp(`export declare const ${name}: \\(`));
  if (plain !== undefined) return signature(plain.text, plain.at);
  const alias = find(new RegExp(`export declare const ${name}: (\\w+);`));
  const type = alias && find(new RegExp(`type ${alias.match[1]} = \\(`));
  if (type === undefined) throw new Error(`${name} has no declaration that the fuzzer can read`);
  return signature(type.text, type.at);
}

/** The members of a class that are public, by name: `get`, `set` or `call` each. */
function membersOf(name, of) {
  const { text, at } = find(new RegExp(`export declare class ${name} [^{]*\\{`));
  const body = upToClosing(text, at);
  const members = [];
  for (const statement of split(body.replace(/;(?![^{(]*[})])/g, ','))) {
    const line = statement.replace(/^(?:readonly|static|override) /, '');
    const match = /^(?:(get|set) )?(\w+|\[Symbol\.dispose\])\(/.exec(line);
    if (match === null || match[2] === 'constructor') continue;
    const [head, kind = 'call', member] = match;
    const key = member === '[Symbol.dispose]' ? Symbol.dispose : member;
    if (!(key in of.prototype) && !(key in of)) {
      throw new Error(`${name} declares ${member}, and has it not`);
    }
    const has = members.find((each) => each.key === key && each.kind === kind);
    const { parameters, returns } = signature(line, head.length);
    const isStatic = statement.startsWith('static ');
    // An overload: what only one of them takes is optional.
    if (has !== undefined) {
      if (parameters.length > has.parameters.length) {
        has.parameters = parameters.map((each) => ({ ...each, optional: true }));
      }
      continue;
    }
    members.push({ key, name: `${name}#${member}`, kind, isStatic, parameters, returns });
  }
  if (members.length < 5) throw new Error(`the declaration of ${name} was not understood`);
  return members;
}

/** The functions of the C-named module: name → { call, parameters, returns }. */
export const functions = new Map(
  Object.entries(libssl)
    .filter(([, value]) => typeof value === 'function')
    .map(([name, call]) => [name, { call, ...functionSignature(name) }]),
);

// What steps.mjs calls itself. Anything else that the package exports is unknown, and an error.
const known = [
  ...['LibsslError', 'handshake', 'libraryInfo', 'sessionCounts', 'startCounting'],
  ...['TraceReader', 'renderMessage', 'traceConnection', 'traceHandshake'],
];
export const classes = {
  SslConnection: main.SslConnection,
  SslContext: main.SslContext,
  SslSession: main.SslSession,
};
for (const [name, value] of Object.entries(main)) {
  if (typeof value === 'function' && !known.includes(name) && !(name in classes)) {
    throw new Error(`the fuzzer does not know ${name}: add it to test/fuzz/steps.mjs`);
  }
}

/** The members of each class. */
export const members = Object.fromEntries(
  Object.entries(classes).map(([name, type]) => [name, membersOf(name, type)]),
);
