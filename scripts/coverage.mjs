// docs/coverage.md: every function and macro of OpenSSL 1.1.1 that is about sessions or contexts, and
// where it is reachable here. Without options: prints it. --write: writes the file. --check: compares.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, Failure, formatTable, keepDocument, main, root, run } from './lib.mjs';

export const file = 'docs/coverage.md';
// tls1.h is a part of ssl.h that has a file of its own.
const headers = ['ssl.h', 'tls1.h'];
const headerPath = (name) => join(root, '.libssl', 'include', 'openssl', name);
export const hasHeaders = headers.every((name) => existsSync(headerPath(name)));

// What makes a declaration one about sessions, tickets, pre-shared keys, early data or contexts, in
// its name, its parameters or a macro's body.
const aboutSessions = /sess|ticket|psk|early_data|SSL_CTX\b|^SSL_CTX_|[ *]D?TLS\w*_method\(/im;
// These are too, though their declarations do not say so. SSL_CIPHER_find gives what
// SSL_SESSION_set_cipher takes.
const alsoAboutSessions = [
  'SSL_CIPHER_find',
  'SSL_CTX_get_timeout',
  'SSL_CTX_set_timeout',
  'SSL_get_default_timeout',
];

// Where else exports of the C-named module are declared.
const otherHeaders = ['bio.h', 'x509.h', 'srtp.h'];

// Exports of the C-named module that are no functions of OpenSSL.
const ours = ['NULL', 'lastErrors', 'SSL_CTX_use_certificate_chain'];

// The classes of the package, by their source files.
const classes = {
  SslSession: 'session/session.ts',
  SslContext: 'context/context.ts',
  SslConnection: 'connection/connection.ts',
};

const alias = (name) => `another name of \`${name}\``;
const stdio = (name) => `JavaScript has no \`FILE*\`; use \`${name}\``;
const bio = (name) => `reads or writes the caller’s \`BIO\`; use \`${name}\`, which works on bytes`;
const exData = 'stores C pointers, with C callbacks; in JavaScript, keep the data in a `WeakMap`';

const borrowed = (name) => `returns a borrowed pointer; use \`${name}\``;
const because = (reason, names) =>
  Object.fromEntries(names.flatMap((some) => some.split(' ')).map((name) => [name, reason]));

// Why a function is not available, for each that is not.
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
  SSL_get_session: borrowed('SSL_get1_session'),
  SSL_get0_session: borrowed('SSL_get1_session'),
  SSL_cache_hit: alias('SSL_session_reused'),
  SSL_CTX_set1_curves: alias(''),
  SSL_CTX_set1_curves_list: alias('SSL_CTX_set1_groups_list'),
  SSL_CTX_get_tlsext_ticket_keys: 'returns secret keys; keep those that you have set',
  SSL_CTX_set_tlsext_servername_arg: 'sets the argument of a C callback',
  SSL_CTX_set_msg_callback_arg: 'sets the argument of a C callback',
  SSL_get_SSL_CTX: 'returns a borrowed pointer; keep the context that you made the connection from',
  SSL_CTX_get_ssl_method: 'returns a C pointer; keep the method that you made the context from',
  SSL_CTX_set_ssl_version: 'changes the method of a context that is in use; make another context',
  SSL_CTX_ctrl: 'takes any pointer; use the functions that are made from it',
  SSL_CTX_callback_ctrl: 'takes any C callback; use the functions that are made from it',
  SSL_CTX_set_tmp_dh: 'use the option `dhparam` of `SslContext`',
  ...because('takes a file; use the function that takes PEM bytes', [
    'SSL_CTX_use_PrivateKey_file',
    'SSL_CTX_use_RSAPrivateKey_file',
  ]),
  ...because('does the same from another form; use the function that takes PEM bytes', [
    'SSL_CTX_use_certificate_ASN1 SSL_CTX_use_PrivateKey_ASN1',
    'SSL_CTX_use_RSAPrivateKey SSL_CTX_use_RSAPrivateKey_ASN1 SSL_CTX_use_cert_and_key',
    'SSL_CTX_add0_chain_cert SSL_CTX_add1_chain_cert SSL_CTX_add_extra_chain_cert',
    'SSL_CTX_set0_chain SSL_CTX_set1_chain SSL_CTX_clear_chain_certs',
    'SSL_CTX_set0_CA_list',
    'SSL_CTX_set_client_CA_list SSL_CTX_select_current_cert',
    'SSL_CTX_set_default_passwd_cb SSL_CTX_set_default_passwd_cb_userdata',
    'SSL_CTX_get_default_passwd_cb SSL_CTX_get_default_passwd_cb_userdata',
  ]),
  ...because('takes or returns C objects of libcrypto', [
    'SSL_CTX_get0_chain_certs',
    'SSL_CTX_get_extra_chain_certs',
    'SSL_CTX_get_extra_chain_certs_only SSL_CTX_get_cert_store SSL_CTX_set_cert_store',
    'SSL_CTX_set1_cert_store SSL_CTX_set0_chain_cert_store SSL_CTX_set1_chain_cert_store',
    'SSL_CTX_get0_chain_cert_store SSL_CTX_set0_verify_cert_store',
    'SSL_CTX_set1_verify_cert_store SSL_CTX_get0_verify_cert_store SSL_CTX_get0_param',
    'SSL_CTX_set1_param SSL_CTX_set_tmp_ecdh',
    'BIO_new_ssl BIO_new_ssl_connect BIO_new_buffer_ssl_connect SSL_CONF_CTX_set_ssl_ctx',
    'BIO_ssl_copy_session_id',
  ]),
  ...because('sets a C callback, which has to answer at once', [
    'SSL_CTX_set_generate_session_id SSL_set_generate_session_id SSL_CTX_set_cert_cb',
    'SSL_CTX_set_not_resumable_session_callback SSL_set_not_resumable_session_callback',
    'SSL_set_session_secret_cb SSL_set_session_ticket_ext_cb SSL_CTX_set_cert_verify_callback',
    'SSL_CTX_set_client_cert_cb',
    'SSL_CTX_set_tmp_dh_callback SSL_CTX_set_security_callback',
    'SSL_set_security_callback',
    'SSL_CTX_set_record_padding_callback',
    'SSL_CTX_set_stateless_cookie_generate_cb SSL_CTX_set_stateless_cookie_verify_cb',
    'SSL_CTX_add_client_custom_ext SSL_CTX_add_custom_ext SSL_CTX_add_server_custom_ext',
  ]),
  ...because('belongs to a C callback that is not available', [
    'SSL_CTX_get_verify_callback SSL_CTX_get_client_cert_cb SSL_CTX_get_security_callback',
    'SSL_CTX_get0_security_ex_data SSL_CTX_set0_security_ex_data SSL_get_security_callback',
    'SSL_CTX_get_record_padding_callback_arg SSL_CTX_set_record_padding_callback_arg',
  ]),
  ...because(exData, [
    'SSL_CTX_get_app_data SSL_CTX_get_ex_data SSL_CTX_get_ex_new_index SSL_CTX_set_app_data',
    'SSL_CTX_set_ex_data',
  ]),
  ...because('deprecated; use `TLS_method` or `DTLS_method` and set the versions', [
    'TLSv1_method TLSv1_client_method TLSv1_server_method TLSv1_1_method TLSv1_1_client_method',
    'TLSv1_1_server_method TLSv1_2_method TLSv1_2_client_method TLSv1_2_server_method',
    'DTLSv1_method DTLSv1_client_method DTLSv1_server_method DTLSv1_2_method',
    'DTLSv1_2_client_method DTLSv1_2_server_method',
  ]),
  ...because('does nothing in OpenSSL 1.1.1', [
    'SSL_CTX_need_tmp_RSA SSL_CTX_set_tmp_rsa SSL_CTX_set_tmp_rsa_callback SSL_CTX_set_ecdh_auto',
  ]),
  ...because('is for EAP-FAST, which is not about resumption', ['SSL_set_session_ticket_ext']),
  ...because('works on two connections at once; use `SSL_set_session` and the id context', [
    'SSL_copy_session_id',
  ]),
  ...because('SRP, DANE, certificate transparency, NPN and OCSP are not about sessions', [
    'SSL_CTX_SRP_CTX_free SSL_CTX_SRP_CTX_init SSL_CTX_set_srp_cb_arg',
    'SSL_CTX_set_srp_client_pwd_callback',
    'SSL_CTX_set_srp_username_callback',
    'SSL_CTX_set_srp_verify_param_callback',
    'SSL_CTX_dane_mtype_set SSL_CTX_disable_ct',
    'SSL_CTX_get0_ctlog_store SSL_CTX_set0_ctlog_store',
    'SSL_CTX_set_ct_validation_callback',
    'SSL_CTX_set_next_proto_select_cb',
    'SSL_CTX_set_next_protos_advertised_cb SSL_CTX_set_npn_advertised_cb',
    'SSL_CTX_set_npn_select_cb SSL_CTX_get_tlsext_status_arg SSL_CTX_get_tlsext_status_cb',
    'SSL_CTX_set_tlsext_status_arg SSL_CTX_set_tlsext_status_cb',
    'SSL_CTX_set_client_cert_engine',
  ]),
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
    ({ name, text }) =>
      aboutSessions.test(text) || aboutSessions.test(name) || alsoAboutSessions.includes(name),
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
  const [, list = ''] = /Wraps ((?:`\w+\(3\)`(?:, )?)+)/.exec(comment) ?? [];
  return [...list.matchAll(/`(\w+)\(3\)`/g)].map(([, name]) => name);
}

/** Each declaration about sessions and contexts, with where it is reachable or why not. */
export async function coverage() {
  const module = await import('../dist/libssl.js');
  const exported = Object.keys(module);
  const members = Object.entries(classes).flatMap(([className, source]) =>
    classMembers(readFileSync(join(root, 'src', source), 'utf8'), className).map((member) =>
      className === 'SslSession' || member.shown.includes(className)
        ? member
        : { ...member, shown: `${className}#${member.shown}` },
    ),
  );
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
  return [
    '<!-- Made by scripts/coverage.mjs: change that, then "node scripts/coverage.mjs --write". -->',
    '',
    '# Which of OpenSSL’s session and context functions are available',
    '',
    `The public headers of OpenSSL 1.1.1 declare ${rows.length} functions and macros about sessions,`,
    'tickets, pre-shared keys, early data and contexts: they take or return an `SSL_SESSION` or an',
    '`SSL_CTX`, or have one of these in their names or parameters.',
    `${reachable.length} are available here. For each of the other ${others.length} there is a reason.`,
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
