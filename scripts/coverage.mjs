// docs/coverage.md: every function that libssl 1.1.1 exports, every macro of its headers that stands for
// a call, and where it is reachable here. Without options: prints it. --write: writes the file. --check: compares.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notYet, reasons } from './coverage-reasons.mjs';
import { bin, Failure, formatTable, keepDocument, main, root, run } from './lib.mjs';

export const file = 'docs/coverage.md';
// ssl.h, and the parts of it that have files of their own.
const headers = ['ssl.h', 'tls1.h', 'dtls1.h', 'srtp.h', 'sslerr.h'];
const headerPath = (name) => join(root, '.libssl', 'include', 'openssl', name);
export const hasHeaders = headers.every((name) => existsSync(headerPath(name)));

// Where else exports of the C-named module are declared.
const otherHeaders = ['bio.h', 'x509.h'];

// Exports of the C-named module that are no functions of OpenSSL.
const ours = ['NULL', 'lastErrors', 'SSL_CTX_use_certificate_chain', 'DTLSv1_set_timeout'];

// The classes of the package, by their source files.
const classes = {
  SslSession: ['session/session.ts'],
  SslContext: ['context/context.ts'],
  SslConnection: ['connection/connection.ts', 'connection/readers.ts'],
};

/**
 * What a C header declares: functions, function-like macros, and macros that are another name of
 * one of the two. Whatever #if says: each build of OpenSSL chooses differently.
 */
export function parseHeader(header) {
  const lines = header
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const declarations = [];
  const constants = [];
  for (const line of lines) {
    const macro = /^\s*#\s*define\s+(\w+)(\(.*?\))?\s*(.*)$/.exec(line);
    if (macro === null) continue;
    const [, name, parameters, body] = macro;
    if (parameters !== undefined) declarations.push({ name, kind: 'macro', text: line });
    else constants.push({ name, body: body.trim(), text: line });
  }
  let code = lines
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/extern\s+"C"\s*\{?/g, ' ')
    .replace(/\bDECLARE_PEM_rw\((\w+),\s*(\w+)\)/g, declarePemRw)
    // Before the other macros, which may stand inside it.
    .replace(/\bDEPRECATEDIN_\w+\((.*)\)\s*$/gm, '$1;')
    .replace(/\bDE(?:FINE|CLARE)_\w+\([^)]*\)/g, ';')
    .replace(/\b(?:STACK|LHASH)_OF\((\w+)\)/g, '$1');
  // The bodies of structs, enums and inline functions, from the inside.
  for (let shorter = ''; shorter !== code; ) {
    shorter = code;
    code = code.replace(/\{[^{}]*\}/g, ' ');
  }
  for (const statement of code.split(';')) {
    const text = statement.replace(/\s+/g, ' ').trim();
    if (/^(?:typedef|struct \w+$|enum\b)/.test(text)) continue;
    // A function that returns a pointer to a function has its name inside the first parentheses.
    const name =
      /^[\w\s*]+\(\s*\*\s*(\w+)\s*\(/.exec(text)?.[1] ?? /^[\w\s*]*?(\w+)\s*\(/.exec(text)?.[1];
    if (name !== undefined) declarations.push({ name, kind: 'function', text });
  }
  const names = new Set(declarations.map((declaration) => declaration.name));
  for (const { name, body, text } of constants) {
    if (names.has(body)) declarations.push({ name, kind: 'macro', text });
  }
  return declarations;
}

/** As pem.h expands it. */
function declarePemRw(_macro, name, type) {
  return `${type} *PEM_read_${name}(FILE *fp, ${type} **x, pem_password_cb *cb, void *u);
    int PEM_write_${name}(FILE *fp, ${type} *x);
    ${type} *PEM_read_bio_${name}(BIO *bp, ${type} **x, pem_password_cb *cb, void *u);
    int PEM_write_bio_${name}(BIO *bp, ${type} *x);`;
}

/** All that the headers declare. */
export function declared() {
  return headers.flatMap((name) => parseHeader(readFileSync(headerPath(name), 'utf8')));
}

// Declared, but in no build that distributions have.
const notExported = ['SSLv3_method', 'SSLv3_server_method', 'SSLv3_client_method', 'SSL_trace'];

/** All that the headers declare, sorted by name, each once: #if and #else may declare the same. */
export function declarations() {
  const byName = new Map(declared().map((declaration) => [declaration.name, declaration]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The public members of a class, in its source: their names, static ones with the class's, and what
 * their doc comment says. A setter has the comment of its getter.
 */
export function classMembers(source, className) {
  const start = source.search(/^export (?:abstract )?class /m);
  const body = source.slice(start, source.indexOf('\n}\n', start));
  const member =
    /^ {2}(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2})?(static )?(?:readonly )?(get |set )?(constructor|\[Symbol\.dispose\]|\[inspect\.custom\]|[a-z]\w*)\(/gm;
  const members = [];
  for (const [, comment = '', isStatic, accessor, name] of body.matchAll(member)) {
    const text = comment.replace(/\n\s*\* ?/g, ' ').trim();
    const shown =
      name === 'constructor' ? `new ${className}` : isStatic ? `${className}.${name}` : name;
    const known = members.some((other) => other.name === shown);
    if (text.includes('@internal') || (known && text === '')) continue;
    members.push({
      name: shown,
      text,
      // `new`, static members and methods are called.
      shown: accessor === undefined ? `${shown}()` : shown,
      wraps: wrapped(text),
    });
  }
  return members;
}

/** The functions that a doc comment says it wraps. */
export function wrapped(comment) {
  const [, list = ''] = /Wraps ((?:`\w+\(3\)`(?:, )?)+)/.exec(comment) ?? [];
  return [...list.matchAll(/`(\w+)\(3\)`/g)].map(([, name]) => name);
}

/** Each declaration, with where it is reachable or why not. */
export async function coverage() {
  const module = await import('../dist/libssl.js');
  const exported = Object.keys(module);
  const members = Object.entries(classes).flatMap(([className, sources]) =>
    sources.flatMap((source) =>
      classMembers(readFileSync(join(root, 'src', source), 'utf8'), className).map((member) =>
        className === 'SslSession' || member.shown.includes(className)
          ? member
          : { ...member, shown: `${className}#${member.shown}` },
      ),
    ),
  );
  const problems = [];
  const rows = declarations().map(({ name, kind }) => {
    const cNamed = exported.includes(name);
    const wrappers = members.filter(({ wraps }) => wraps.includes(name)).map(({ shown }) => shown);
    const reason = reasons[name];
    const missing = notYet.includes(name);
    const places = [cNamed || wrappers.length > 0, reason !== undefined, missing];
    if (places.filter(Boolean).length !== 1) {
      problems.push(`${name} must be reachable, have a reason, or be missing: one of the three`);
    }
    const isExported = kind === 'function' && !notExported.includes(name);
    return { name, kind, cNamed, members: wrappers, reason, missing, exported: isExported };
  });
  const others = otherHeaders.flatMap((name) =>
    parseHeader(readFileSync(headerPath(name), 'utf8')),
  );
  const inHeader = new Set([...declared(), ...others].map(({ name }) => name));
  for (const name of exported) {
    const constant = typeof module[name] === 'number';
    if (!inHeader.has(name) && !ours.includes(name) && !constant) {
      problems.push(`libssl-session/libssl exports ${name}, which no header declares`);
    }
  }
  for (const name of [...Object.keys(reasons), ...notYet]) {
    if (!rows.some((row) => row.name === name)) {
      problems.push(`a list has ${name}, which no header declares`);
    }
  }
  return { rows, problems };
}

export function markdown(rows) {
  const others = rows.filter(({ reason }) => reason !== undefined);
  const missing = rows.filter((row) => row.missing);
  const reachable = rows.filter((row) => row.reason === undefined && !row.missing);
  const exports = rows.filter(({ exported }) => exported);
  const count = (some) => some.filter(({ exported }) => exported).length;
  const code = (names) => names.map((name) => `\`${name}\``).join(', ');
  return [
    '<!-- Made by scripts/coverage.mjs: change that, then "node scripts/coverage.mjs --write". -->',
    '',
    '# Which of libssl’s functions are available',
    '',
    `libssl 1.1.1 exports ${exports.length} functions. ${count(reachable)} are available here,`,
    `${count(others)} are not, for the reasons below, and ${count(missing)} are missing. The`,
    `headers have ${rows.length - exports.length} more names that stand for calls, most of them`,
    `macros; ${reachable.length - count(reachable)} of them are available.`,
    '',
    '## Available',
    '',
    'The second column is a function of `libssl-session/libssl`, under OpenSSL’s own name; the third',
    'is a member of `SslSession`, or of the class that it names.',
    '',
    ...formatTable([
      ['OpenSSL', '`libssl-session/libssl`', 'the classes'],
      ...reachable.map(({ name, cNamed, members }) => [
        `\`${name}\``,
        cNamed ? 'yes' : '',
        code(members),
      ]),
    ]),
    '',
    '## Not available',
    '',
    ...formatTable([
      ['OpenSSL', '', 'why'],
      ...others.map(({ name, kind, reason }) => [`\`${name}\``, kind, reason]),
    ]),
    '',
    ...(missing.length === 0
      ? []
      : [
          '## Missing',
          '',
          'Nothing speaks against these; they are not written yet.',
          '',
          ...formatTable([
            ['OpenSSL', ''],
            ...missing.map(({ name, kind }) => [`\`${name}\``, kind]),
          ]),
          '',
        ]),
  ].join('\n');
}

await main(import.meta, async () => {
  if (!hasHeaders) throw new Failure('no OpenSSL headers in .libssl/include: npm run setup');
  if (!existsSync(join(root, 'dist', 'libssl.js'))) run('tsc', bin('tsc'), []);
  const { rows, problems } = await coverage();
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  const text = markdown(rows);
  keepDocument(file, text, 'coverage.mjs');
  return 0;
});
