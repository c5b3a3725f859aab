// docs/resumption.md: when a session that is offered is resumed, here and in node:tls.
// test/resumption/ makes each of these connections and compares. Without options: prints the
// document. --write: writes the file. --check: compares.

import { formatTable, keepDocument, main } from './lib.mjs';

export const file = 'docs/resumption.md';

/** The outcome of a connection; `code`: the error of the side that judges, null if it opens. */
const outcome = (resumed, code) => ({ resumed, code });
const opens = outcome(false, null);
const resumed = outcome(true, null);
const refused = (code) => outcome(false, code);
const resumedAndRefused = (code) => outcome(true, code);

const foreign = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
const otherName = 'ERR_TLS_CERT_ALTNAME_INVALID';
const none = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
const noIssuer = 'UNABLE_TO_GET_ISSUER_CERT';

export const kinds = ['TLS 1.2, id', 'TLS 1.2, ticket', 'TLS 1.3'];

/** The releases of Node.js that the table was made with; others are not compared with it. */
export const releases = { 20: '20.20.2', 22: '22.23.5', 24: '24.22.3', 26: '26.12.1' };
const majors = Object.keys(releases).map(Number);

/** What node:tls does: from each of these majors on. */
const each = (value) => ({ 20: value });

// Each situation: who judges, what has changed since the session was made, and the outcome. `full`: of
// a full handshake. `here` and `node`: when the session is offered; by kind if they differ. `why`: if
// node:tls of Node 20 opens and we do not; it follows the name. `note`: anything else.
const situations = [
  {
    judge: 'client',
    change: 'nothing',
    what: 'The client, its server and the name are the same as before.',
    full: opens,
    here: resumed,
    node: each(resumed),
  },
  {
    judge: 'client',
    change: 'lax, then strict',
    what: 'The session was made with `rejectUnauthorized: false`, and the server cannot be verified.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumedAndRefused(foreign)),
  },
  {
    judge: 'client',
    change: 'another CA',
    what: 'The client that made the session trusted the server’s CA; this client trusts another CA.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumed),
    why: 'which relies on the result in the session, which is from the other CA.',
  },
  {
    judge: 'client',
    change: 'another name',
    what: 'The server’s certificate is not for this `servername`.',
    full: refused(otherName),
    here: refused(otherName),
    node: { 20: resumed, 22: refused(otherName) },
    why: 'which in Node 20 checks the name only in a full handshake; newer versions bind a session to it.',
  },
  {
    judge: 'client',
    change: 'no certificate',
    what: 'The session came from a pre-shared key, which this client does not have. The server also has a certificate, which cannot be verified.',
    full: refused(foreign),
    here: refused(foreign),
    node: {
      'TLS 1.2, id': {
        20: refused('ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER'),
        22: refused('ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER'),
      },
      'TLS 1.2, ticket': {
        20: refused('ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER'),
        22: refused('ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER'),
      },
      'TLS 1.3': each(resumed),
    },
    why: 'which counts any TLS 1.3 session without a certificate as verified.',
    note: 'In TLS 1.2 node:tls offers the session but not its cipher suite, so the server ends the handshake, even if a full one would open.',
  },
  {
    judge: 'client',
    change: 'another SNI context',
    what: 'For this `servername` the server has another context, whose certificate cannot be verified. The certificate in the session is for both names.',
    full: refused(foreign),
    here: refused(foreign),
    node: { 20: resumed, 22: refused(foreign) },
    why: 'whose servers do not check which name a session was made under, as RFC 6066 requires.',
  },
  {
    judge: 'server',
    change: 'nothing',
    what: 'The server has `requestCert`, and the client has the same certificate as before.',
    full: opens,
    here: resumed,
    node: each(resumed),
  },
  {
    judge: 'server',
    change: 'lax, then strict',
    what: 'A server with `rejectUnauthorized: false` made the session; the client’s certificate cannot be verified.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumedAndRefused(foreign)),
  },
  {
    judge: 'server',
    change: 'another CA',
    what: 'The server that made the session trusted the client’s CA; this server trusts another CA.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumed),
    why: 'which relies on the result in the session, which is from the other CA.',
  },
  {
    judge: 'server',
    change: 'another name',
    what: 'The client asks the same server for another name, which does not have its own context.',
    full: opens,
    here: resumed,
    node: { 20: resumed, 22: opens, 26: resumed },
  },
  {
    judge: 'server',
    change: 'no certificate',
    what: 'A server with `rejectUnauthorized: false` made the session; the client has no certificate.',
    full: refused(none),
    here: refused(none),
    node: {
      'TLS 1.2, id': each(resumedAndRefused(noIssuer)),
      'TLS 1.2, ticket': each(resumedAndRefused(noIssuer)),
      'TLS 1.3': { 20: resumed, 24: resumedAndRefused(noIssuer) },
    },
    why: 'which up to Node 22 counts a TLS 1.3 session without a certificate as verified.',
  },
  {
    judge: 'server',
    change: 'another SNI context',
    what: 'The client asks for a name that has its own context, which trusts another CA.',
    full: refused(foreign),
    here: refused(foreign),
    node: { 20: resumed, 22: refused(foreign), 26: resumed },
    why: 'which looks for a name’s context only in a full handshake.',
  },
];

/** The rows of the table: one for each situation and kind of session. */
export const rows = situations.flatMap(({ judge, change, full, here, node, why }) =>
  kinds.map((kind) => {
    const byMajor = node[kind] ?? node;
    const node20 = byMajor[20];
    const stricter = node20.code === null && here.code !== null;
    return { judge, change, kind, full, here, node: byMajor, stricter, why };
  }),
);

/** What node:tls of a major comes to; undefined where it was not recorded. */
export function ofMajor(node, major) {
  const from = majors.filter((each) => node[each] !== undefined && each <= major).at(-1);
  return majors.includes(major) && from !== undefined ? node[from] : undefined;
}

const refusal = (code) => `refused: \`${code}\``;

function text({ resumed, code }) {
  if (code === null) return resumed ? 'resumed' : 'not resumed, opens';
  return `${resumed ? 'resumed, then' : 'not resumed,'} ${refusal(code)}`;
}

function nodeText(node) {
  return Object.entries(node)
    .map(([major, value]) =>
      major === '20' ? text(value) : `from Node ${major} on: ${text(value)}`,
    )
    .join('; ');
}

/** Words in lines of at most 100 characters. */
function wrap(words, first = '', then = first) {
  const lines = [];
  let line = first;
  for (const word of words.split(' ')) {
    if (line.length + word.length + 1 > 100) {
      lines.push(line.trimEnd());
      line = then;
    }
    line += line === first || line === then ? word : ` ${word}`;
  }
  return [...lines, line];
}

function section(judge) {
  const own = situations.filter((situation) => situation.judge === judge);
  return [
    ...own.flatMap(({ change, what, why, note }) => {
      const stricter = why === undefined ? '' : ` Stricter than node:tls, ${why}`;
      const words = `**${change}**: ${what}${stricter}${note === undefined ? '' : ` ${note}`}`;
      return wrap(words, '- ', '  ');
    }),
    '',
    ...formatTable([
      ['what has changed', 'session', 'a full handshake', 'here', 'node:tls', 'stricter'],
      ...rows
        .filter((row) => row.judge === judge)
        .map(({ change, kind, full, here, node, stricter }) => [
          change,
          kind,
          full.code === null ? 'opens' : refusal(full.code),
          text(here),
          nodeText(node),
          stricter ? 'yes' : '',
        ]),
    ]),
  ];
}

export function markdown() {
  return [
    '<!-- Made by scripts/resumption.mjs: change that, then "node scripts/resumption.mjs --write". -->',
    '',
    '# When a session is resumed',
    '',
    ...wrap(
      'In a resumed handshake no certificate is sent: each side relies on the one in the session. libssl itself does not check it again. So a session that was made with lax options, for another name or under another CA could open a connection that a full handshake refuses. Here it cannot: **where a full handshake refuses, a resumed one does not open, and the error has the same code.** A session that would not pass is not offered, or not accepted. Then there is a full handshake, whose error says why it refuses.',
    ),
    '',
    ...wrap(
      'The tables show each case, and what node:tls does. One side judges: a client that verifies its server, or a server that asks for certificates. Something has changed since the session was made. `test/resumption` makes each of these connections, with this package and with node:tls, and compares.',
    ),
    '',
    ...wrap(
      `Sessions of “TLS 1.2, id” are in a store that the servers share; for the other sessions the servers share their ticket keys. The column “node:tls” is for Node ${Object.values(releases).join(', ')}, and says where newer versions differ from Node 20. “Stricter” compares with Node 20.`,
    ),
    '',
    '## The client judges',
    '',
    ...section('client'),
    '',
    '## The server judges',
    '',
    ...wrap(
      'The client of these servers is lax and offers its session for any name. For newer versions of node:tls, the test removes the name that their sessions are bound to.',
    ),
    '',
    ...section('server'),
    '',
    '## What this asks of you',
    '',
    ...wrap(
      'With the classes, servers that resume each other’s sessions need the same ticket keys or store, and also the same `requestCert`, `rejectUnauthorized`, `ca`, `crl` and `sessionIdContext`, and the same names in `addContext()`. With the C-named functions you have what C has: `SSL_CTX_set_session_id_context` says which sessions fit. If you give servers with different CAs the same id context, they resume each other’s sessions.',
    ),
    '',
  ].join('\n');
}

await main(import.meta, () => {
  keepDocument(file, markdown(), 'resumption.mjs');
  return 0;
});
