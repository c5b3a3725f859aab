// docs/coverage.md: every function and macro of OpenSSL 1.1.1 that is about sessions, and where it
// is reachable here. Without options: prints it. --write: writes the file. --check: compares.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, Failure, main, root, run } from './lib.mjs';

export const file = 'docs/coverage.md';
// tls1.h is a part of ssl.h that has a file of its own.
const headers = ['ssl.h', 'tls1.h'];
const headerPath = (name) => join(root, '.libssl', 'include', 'openssl', name);
export const hasHeaders = headers.every((name) => existsSync(headerPath(name)));

// What makes a declaration one about sessions, in its name, its parameters or a macro's body.
const aboutSessions = /sess|ticket/i;
// These are too, though their declarations do not say so. SSL_CIPHER_find gives what
// SSL_SESSION_set_cipher takes.
const alsoAboutSessions = [
  'SSL_CIPHER_find',
  'SSL_CTX_get_timeout',
  'SSL_CTX_set_timeout',
  'SSL_get_default_timeout',
];

// Exports of the C-named module that are no functions of OpenSSL.
const ours = ['NULL', 'lastErrors'];

const context = 'needs a context, which this package does not have yet';
const connection = 'needs a connection, which this package does not have yet';
const alias = (name) => `another name of \`${name}\``;
const stdio = (name) => `a \`FILE*\` is nothing that JavaScript has; use \`${name}\``;
const bio = (name) => `reads or writes a \`BIO\` of the caller; use \`${name}\`, on bytes`;
const exData = 'C pointers with C callbacks; in JavaScript, keep the data in a `WeakMap`';

// Why a function is not here, for each that is not.
const reasons = {
  PEM_read_SSL_SESSION: stdio('PEM_read_bio_SSL_SESSION'),
  PEM_write_SSL_SESSION: stdio('PEM_write_bio_SSL_SESSION'),
  SSL_SESSION_print_fp: stdio('SSL_SESSION_print'),
  d2i_SSL_SESSION_bio: bio('d2i_SSL_SESSION'),
  i2d_SSL_SESSION_bio: bio('i2d_SSL_SESSION'),
  SSL_get_time: alias('SSL_SESSION_get_time'),
  SSL_set_time: alias('SSL_SESSION_set_time'),
  SSL_get_timeout: alias('SSL_SESSION_get_timeout'),
  SSL_set_timeout: alias('SSL_SESSION_set_timeout'),
  SSL_SESSION_get_app_data: exData,
  SSL_SESSION_get_ex_data: exData,
  SSL_SESSION_get_ex_new_index: exData,
  SSL_SESSION_set_app_data: exData,
  SSL_SESSION_set_ex_data: exData,

  SSL_CTX_add_session: context,
  SSL_CTX_flush_sessions: context,
  SSL_CTX_get_num_tickets: context,
  SSL_CTX_get_session_cache_mode: context,
  SSL_CTX_get_timeout: context,
  SSL_CTX_get_tlsext_ticket_keys: context,
  SSL_CTX_remove_session: context,
  SSL_CTX_sess_accept: context,
  SSL_CTX_sess_accept_good: context,
  SSL_CTX_sess_accept_renegotiate: context,
  SSL_CTX_sess_cache_full: context,
  SSL_CTX_sess_cb_hits: context,
  SSL_CTX_sess_connect: context,
  SSL_CTX_sess_connect_good: context,
  SSL_CTX_sess_connect_renegotiate: context,
  SSL_CTX_sess_get_cache_size: context,
  SSL_CTX_sess_get_get_cb: context,
  SSL_CTX_sess_get_new_cb: context,
  SSL_CTX_sess_get_remove_cb: context,
  SSL_CTX_sess_hits: context,
  SSL_CTX_sess_misses: context,
  SSL_CTX_sess_number: context,
  SSL_CTX_sess_set_cache_size: context,
  SSL_CTX_sess_set_get_cb: context,
  SSL_CTX_sess_set_new_cb: context,
  SSL_CTX_sess_set_remove_cb: context,
  SSL_CTX_sess_timeouts: context,
  SSL_CTX_sessions: context,
  SSL_CTX_set_generate_session_id: context,
  SSL_CTX_set_not_resumable_session_callback: context,
  SSL_CTX_set_num_tickets: context,
  SSL_CTX_set_psk_find_session_callback: context,
  SSL_CTX_set_psk_use_session_callback: context,
  SSL_CTX_set_session_cache_mode: context,
  SSL_CTX_set_session_id_context: context,
  SSL_CTX_set_session_ticket_cb: context,
  SSL_CTX_set_timeout: context,
  SSL_CTX_set_tlsext_ticket_key_cb: context,
  SSL_CTX_set_tlsext_ticket_keys: context,

  BIO_ssl_copy_session_id: connection,
  SSL_cache_hit: connection,
  SSL_client_hello_get0_session_id: connection,
  SSL_copy_session_id: connection,
  SSL_get0_session: connection,
  SSL_get1_session: connection,
  SSL_get_default_timeout: connection,
  SSL_get_num_tickets: connection,
  SSL_get_session: connection,
  SSL_has_matching_session_id: connection,
  SSL_session_reused: connection,
  SSL_set_generate_session_id: connection,
  SSL_set_not_resumable_session_callback: connection,
  SSL_set_num_tickets: connection,
  SSL_set_psk_find_session_callback: connection,
  SSL_set_psk_use_session_callback: connection,
  SSL_set_session: connection,
  SSL_set_session_id_context: connection,
  SSL_set_session_secret_cb: connection,
  SSL_set_session_ticket_ext: connection,
  SSL_set_session_ticket_ext_cb: connection,
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
    .replace(/extern\s+"C"\s*\{/g, ' ')
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

/** What is about sessions, sorted by name, each once. */
export function sessionDeclarations() {
  const all = declared();
  const about = all.filter(
    ({ name, text }) => aboutSessions.test(text) || alsoAboutSessions.includes(name),
  );
  // #if and #else may declare the same name.
  const byName = new Map(about.map((declaration) => [declaration.name, declaration]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The public members of a class, in its source: their names, static ones with the class's, and what
 * their doc comment says. A setter has the comment of its getter.
 */
export function classMembers(source, className) {
  const start = source.indexOf(`export class ${className} `);
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
  const [, list = ''] = /Wraps ((?:`\w+\(3\)`(?:, )?)+)\./.exec(comment) ?? [];
  return [...list.matchAll(/`(\w+)\(3\)`/g)].map(([, name]) => name);
}

/** Each declaration about sessions, with where it is reachable or why not. */
export async function coverage() {
  const exported = Object.keys(await import('../dist/libssl.js'));
  const members = classMembers(readFileSync(join(root, 'src', 'session.ts'), 'utf8'), 'SslSession');
  const problems = [];
  const rows = sessionDeclarations().map(({ name, kind }) => {
    const cNamed = exported.includes(name);
    const wrappers = members.filter(({ wraps }) => wraps.includes(name)).map(({ shown }) => shown);
    const reason = reasons[name];
    const reachable = cNamed || wrappers.length > 0;
    if (!reachable && reason === undefined) problems.push(`${name} has neither place nor reason`);
    if (reachable && reason !== undefined) problems.push(`${name} has a place and a reason`);
    return { name, kind, cNamed, members: wrappers, reason };
  });
  const inHeader = new Set(declared().map(({ name }) => name));
  for (const name of exported) {
    if (!inHeader.has(name) && !ours.includes(name)) {
      problems.push(`libssl-session/libssl exports ${name}, which no header declares`);
    }
  }
  for (const name of Object.keys(reasons)) {
    if (!rows.some((row) => row.name === name)) {
      problems.push(`there is a reason for ${name}, which no header declares`);
    }
  }
  return { rows, problems };
}

export function markdown(rows) {
  const reachable = rows.filter(({ reason }) => reason === undefined);
  const others = rows.filter(({ reason }) => reason !== undefined);
  const code = (names) => names.map((name) => `\`${name}\``).join(', ');
  // As Biome formats a table.
  const table = (head, lines) => {
    const widths = head.map((_, i) =>
      Math.max(...[head, ...lines].map((cells) => cells[i].length)),
    );
    const row = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
    return [head, widths.map((width) => '-'.repeat(width)), ...lines].map(row);
  };
  return [
    '<!-- Made by scripts/coverage.mjs: change that, then "node scripts/coverage.mjs --write". -->',
    '',
    '# What of OpenSSL’s session functions is here',
    '',
    `The public headers of OpenSSL 1.1.1 declare ${rows.length} functions and macros about sessions:`,
    'they take or return an `SSL_SESSION`, or have a session or a ticket in their names or',
    `parameters. ${reachable.length} are reachable here; each of the other ${others.length} has a reason.`,
    '',
    '## Reachable',
    '',
    'The second column is a function of `libssl-session/libssl`, under OpenSSL’s own name; the third',
    'is a member of `SslSession`.',
    '',
    ...table(
      ['OpenSSL', '`libssl-session/libssl`', '`SslSession`'],
      reachable.map(({ name, cNamed, members }) => [
        `\`${name}\``,
        cNamed ? 'yes' : '',
        code(members),
      ]),
    ),
    '',
    '## Not here',
    '',
    ...table(
      ['OpenSSL', '', 'why'],
      others.map(({ name, kind, reason }) => [`\`${name}\``, kind, reason]),
    ),
    '',
  ].join('\n');
}

await main(import.meta, async () => {
  if (!hasHeaders) throw new Failure('no OpenSSL headers in .libssl/include: npm run setup');
  if (!existsSync(join(root, 'dist', 'libssl.js'))) run('tsc', bin('tsc'), []);
  const { rows, problems } = await coverage();
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  const text = markdown(rows);
  const path = join(root, file);
  if (process.argv.includes('--write')) {
    writeFileSync(path, text);
  } else if (!process.argv.includes('--check')) {
    process.stdout.write(text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    throw new Failure(`${file} is not up to date: node scripts/coverage.mjs --write`);
  }
  return 0;
});
