// docs/conformance.md: what OpenSSL's own tests assert about sessions, and which tests of
// test/conformance show it here, or why none can. Without options: prints it. --write: writes the
// file. --check: compares.
//
// A test names the fact it shows: "<section> <fact>: what is shown", where what comes before the
// colon may say more than the fact's name, after a comma or in parentheses.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure, keepDocument, main, root, run } from './lib.mjs';

export const file = 'docs/conformance.md';
const directory = 'test/conformance';

const cross = (first, ...others) =>
  others.length === 0
    ? first
    : first.flatMap((one) => cross(...others).map((other) => `${one}${other}`));
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const steps = (...numbers) => numbers.map((number) => `, step ${number}`);

const tls = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const dtls = ['DTLSv1', 'DTLSv1.2'];
const both = [' TLSv1.3', ' TLSv1.2'];
const tickets = [', ticket', ', no ticket'];
const pairs = (versions) => cross(cross([', '], versions), cross([' to '], versions));
const fragments = [
  ', resumption-when-mfl-ext-is-missing',
  ', resumption-when-mfl-ext-is-different',
];
const may = ['tickets', 'no tickets'];

// Each test program or recipe of OpenSSL 1.1.1, with its facts: what follows the program's name in
// theirs, none where the program is one fact; and what it is about.
const programs = {
  1.1: [
    [
      'test_session_with_only_int_cache',
      cross(both, steps(...range(1, 9))),
      'sessions only in the internal cache, of a client and then of a server',
    ],
    [
      'test_session_with_only_ext_cache',
      cross(both, steps(1, 2, 3, 4, 6, 7, 8, 9)),
      'the same with only the callbacks, and how often each is called',
    ],
    ['test_session_with_both_cache', cross(both, steps(...range(1, 9))), 'the same with both'],
    [
      'test_stateful_tickets',
      cross([' '], range(0, 2)),
      'TLS 1.3 tickets that are only an id: how many there are, and that each can be used once',
    ],
    ['test_stateless_tickets', cross([' '], range(0, 2)), 'the same with encrypted tickets'],
    ['test_psk_tickets', [''], 'one ticket with an external PSK'],
    ['create_a_psk', [''], 'a session made by setters, used as a PSK'],
    [
      'test_tls13_psk',
      cross([' '], range(0, 3)),
      'external PSKs with the new callbacks, with both kinds, with the old ones, without a certificate',
    ],
    ['test_early_data_read_write', cross([' '], range(0, 2)), 'early data both ways'],
    ['test_early_data_replay', cross([' '], range(0, 1)), 'a ticket that was used before'],
    ['test_early_data_skip', cross([' '], range(0, 2)), 'early data that a server skips'],
    ['test_early_data_skip_hrr', cross([' '], range(0, 2)), 'the same with a HelloRetryRequest'],
    [
      'test_early_data_skip_hrr_fail',
      cross([' '], range(0, 2)),
      'early data after a HelloRetryRequest',
    ],
    [
      'test_early_data_skip_abort',
      cross([' '], range(0, 2)),
      'more early data than a server skips',
    ],
    ['test_early_data_not_sent', cross([' '], range(0, 2)), 'early data that is not sent'],
    ['test_early_data_not_expected', cross([' '], range(0, 2)), 'a server that asks for none'],
    ['test_early_data_tls1_2', cross([' '], range(0, 2)), 'a server of TLS 1.2'],
    [
      'test_early_data_psk',
      cross([' '], range(0, 7)),
      'what must match between a PSK session and a connection',
    ],
    ['test_early_data_psk_with_all_ciphers', [''], 'a PSK session of each suite of TLS 1.3'],
    ['test_ciphersuite_change', [''], 'with which other suites a session is resumed'],
    [
      'test_ticket_callbacks',
      cross([' '], range(0, 11)),
      'application data in tickets, and what a server decides by it',
    ],
    ['test_shutdown', [', TLSv1.3', ', TLSv1.2'], 'a session after each kind of shutdown'],
    ['test_servername', cross([' '], range(0, 9)), 'resumption and the server name'],
    ['test_ticket_lifetime', [''], 'the lifetime hint of a ticket'],
    ['test_keylog', [''], 'the key log and the master key'],
    ['test_keylog_no_master_key', [''], 'the key log of early data'],
    ['test_ssl_clear', cross([' '], range(0, 1)), 'a second handshake on the same SSL'],
    [
      'test_max_fragment_len_ext',
      cross([', '], ['TLSv1.2', 'TLSv1.3']),
      'the length that a client asks for',
    ],
  ],
  1.2: [
    [
      '10-resumption',
      [...cross(pairs(tls), tickets), ', resumption-with-hrr', ...fragments],
      'a session is resumed only with the version that made it',
    ],
    ['11-dtls_resumption', [...cross(pairs(dtls), tickets), ...fragments], 'the same over DTLS'],
    [
      '06-sni-ticket',
      [
        ...cross([', client '], may, [', server1 '], may, [', server2 '], may, [
          ', asked for server1',
          ', asked for server2',
        ]),
        ', a broken key callback',
      ],
      'which context decides about a ticket when a server switches to another',
    ],
    [
      '27-ticket-appdata',
      cross([', '], ['TLSv1.2', 'TLSv1.3'], [', HelloWorld', ', no callback']),
      'what a server stores in a ticket',
    ],
    [
      '09-alpn',
      cross(
        [', alpn-'],
        [
          'simple',
          'server-switch',
          'client-switch',
          'alert-on-mismatch',
          'no-server-support',
          'no-client-support',
        ],
        ['-resumption'],
      ),
      'a resumption negotiates the protocol again',
    ],
    ['08-npn', [''], 'the same for next protocol negotiation'],
    ['12-ct', [''], 'no signed certificate timestamps on resumption'],
    [
      '70-test_sslsessiontick',
      cross([', '], range(1, 10)),
      'tickets of TLS 1.2 on the wire, with sessions that are saved',
    ],
    [
      '70-test_tlsextms',
      [...cross([', '], range(1, 10)), ', the flag'],
      'sessions with and without the extended master secret',
    ],
    ['70-test_tls13psk', [''], 'the PSK extension, changed on the wire'],
    ['70-test_tls13kexmodes', [''], 'the modes of key exchange, changed on the wire'],
    ['70-test_tls13messages', [''], 'which messages there are'],
    ['70-test_sslmessages', [''], 'which messages there are, before TLS 1.3'],
    ['70-test_renegotiation', [''], 'renegotiation, changed on the wire'],
    ['70-test_tls13alerts', [''], 'alerts, changed on the wire'],
    [
      'clienthellotest.c',
      [
        ', session.pem',
        ', session.pem, set_time',
        ', the PSK',
        ', padding',
        ', SSL_set_session_ticket_ext',
      ],
      'a saved session in a ClientHello',
    ],
    [
      'bad_dtls_test.c',
      [', the DER', ', set_session'],
      'a session of DTLS from before the standard',
    ],
    ['dtlstest.c', [', a full handshake', ', a resumption', ', cookies'], 'lost records'],
    [
      'tls13ccstest.c',
      [', resumption', ', early data'],
      'resumption with and without ChangeCipherSpec messages',
    ],
    [
      '25-test_sid',
      cross([', PEM to '], ['PEM', 'DER to PEM', 'DER to DER to PEM', 'PEM to DER to PEM']),
      'sessions converted and back',
    ],
    ['ssltest_old.c', [', -sess_out and -sess_in'], 'sessions of both sides through PEM'],
    ['tls13secretstest.c', [''], 'a session that is new'],
    ['exdatatest.c', [''], 'application data of C'],
    [
      'ossl_shim.cc',
      cross([', '], ['TLSv1.2', 'TLSv1.3'], [', not resumed', ', resumed']),
      'when a client is told of a new session',
    ],
    ['fuzz/asn1.c', [''], 'no input crashes the decoder, or the printer with what was decoded'],
    ['fuzz/client.c', [''], 'no input crashes a client'],
    ['fuzz/server.c', [''], 'no input crashes a server'],
    [
      'sess_id.c',
      cross([', '], ['-inform and -outform', '-text', 'NSS', '-cert', '-context', 'unreadable']),
      'what the command writes',
    ],
  ],
};

// Tests that OpenSSL's have beside these: none of them is counted as a fact.
const withoutFacts = [
  ...['test_ssl_dup', 'test_ssl_set_bio', 'test_cert_cb', 'test_client_cert_cb', 'test_ca_names'],
  ...['test_set_alpn', 'test_session_timeout', 'test_session_wo_ca_names'],
  ...['test_session_cache_overflow', 'test_multi_resume', 'test_incorrect_shutdown'],
].map((name) => `1.1 ${name}`);

/** Every fact by its name, in order. */
export const facts = Object.entries(programs).flatMap(([section, list]) =>
  list.flatMap(([program, names]) => names.map((name) => `${section} ${program}${name}`)),
);

/** The fact that a name is about: the longest that it begins with. */
export function factOf(name) {
  const fits = (fact) => name.startsWith(fact) && /^(?:$|:|,| \()/.test(name.slice(fact.length));
  return facts.filter(fits).sort((a, b) => b.length - a.length)[0];
}

/** The tests of test/conformance that name a fact: their file, and their own name. */
export function listTests() {
  const scratch = mkdtempSync(join(tmpdir(), 'libssl-session-conformance-'));
  try {
    const out = join(scratch, 'tests.json');
    const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    // Its own test runs this script under vitest.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
    run('vitest list', process.execPath, [program, 'list', `--json=${out}`, directory], {
      env: Object.fromEntries(env),
    });
    return JSON.parse(readFileSync(out, 'utf8')).flatMap(({ name, file: path }) => {
      const at = Math.max(
        ...['1.1 ', '1.2 '].map((section) => ` > ${name}`.lastIndexOf(` > ${section}`)),
      );
      return at < 0 ? [] : [{ file: basename(path), name: name.slice(at) }];
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The array of test/conformance/not-expressible.ts, whose values are plain JavaScript. */
export function notExpressible() {
  const source = readFileSync(join(root, directory, 'not-expressible.ts'), 'utf8');
  const [, array] = /: readonly NotExpressible\[\] = (\[[\s\S]*\]);/.exec(source) ?? [];
  if (array === undefined) throw new Failure('not-expressible.ts has another form than is read');
  return new Function(`return ${array}`)();
}

/** Each fact with its tests and the reasons why it, or a part of it, has none. */
export function conformance(tests = listTests(), reasons = notExpressible()) {
  const problems = [];
  const rows = new Map(facts.map((fact) => [fact, { fact, tests: [], reasons: [] }]));
  for (const test of tests) {
    const row = rows.get(factOf(test.name));
    if (row === undefined) problems.push(`${test.file}: no fact is named by "${test.name}"`);
    else row.tests.push(test);
  }
  const counted = reasons.filter(({ fact }) => !withoutFacts.includes(fact));
  for (const entry of counted) {
    const row = rows.get(factOf(entry.fact));
    if (row === undefined) problems.push(`there is a reason for "${entry.fact}", which is no fact`);
    else row.reasons.push(entry);
  }
  for (const row of rows.values()) {
    if (row.tests.length + row.reasons.length === 0) {
      problems.push(`"${row.fact}" has neither a test nor a reason`);
    }
  }
  return {
    rows: [...rows.values()],
    tests,
    reasons: counted,
    others: reasons.filter((entry) => !counted.includes(entry)),
    problems,
  };
}

export function markdown({ rows, tests, reasons, others }) {
  const shown = rows.filter((row) => row.tests.length > 0);
  const partly = shown.filter((row) => row.reasons.length > 0);
  const lines = [
    '<!-- Made by scripts/conformance.mjs: change that, or the tests, then',
    '"node scripts/conformance.mjs --write". -->',
    '',
    '# What OpenSSL’s own tests assert about sessions',
    '',
    `The test programs of OpenSSL 1.1.1w assert ${rows.length} facts about sessions. ${tests.length} tests in`,
    `\`${directory}\` show ${shown.length} of these facts, ${partly.length} of them only in part. For the other ${rows.length - shown.length}`,
    'there is a reason why no test can show them.',
    '',
  ];
  const titles = { 1.1: 'test/sslapitest.c', 1.2: 'Other test programs and recipes' };
  for (const [section, list] of Object.entries(programs)) {
    lines.push(`## ${section} ${titles[section]}`, '');
    for (const [program, names, about] of list) {
      lines.push(`### ${program}`, '', `${about[0].toUpperCase()}${about.slice(1)}.`, '');
      for (const name of names) {
        const row = rows.find(({ fact }) => fact === `${section} ${program}${name}`);
        lines.push(`- **${name.replace(/^,? /, '') || 'it'}**`);
        const shownBy = row.tests.map((test) => {
          const rest = test.name.slice(row.fact.length).replace(/^[:,]? /, '');
          return `  - ${rest || 'holds'} (\`${test.file}\`)`;
        });
        // The same of several files or versions.
        lines.push(...new Set(shownBy));
        for (const { fact } of row.reasons) {
          lines.push(
            `  - not here: ${fact.slice(row.fact.length).replace(/^[:,]? /, '') || 'all of it'}`,
          );
        }
      }
      lines.push('');
    }
  }
  lines.push(
    `## Not expressible: ${reasons.length}`,
    '',
    'Facts, and parts of facts, that no test can show, and why.',
    '',
    ...reasons.map(({ fact, reason }) => `- **${fact}**: ${reason}`),
    '',
    'Not counted above:',
    '',
    ...others.map(({ fact, reason }) => `- **${fact}** ${reason}`),
    '',
  );
  return lines.join('\n');
}

await main(import.meta, () => {
  const result = conformance();
  if (result.problems.length > 0) throw new Failure(result.problems.join('\n'));
  const text = markdown(result);
  keepDocument(file, text, 'conformance.mjs');
  return 0;
});
