// docs/resumption.md: when a session that is offered is resumed, here and in node:tls.
// test/resumption.test.ts makes each of these connections and compares. Without options: prints the
// document. --write: writes the file. --check: compares.

import { formatTable, keepDocument, main } from './lib.mjs';

export const file = 'docs/resumption.md';

/** What a connection came to; `code` is that of the error of who judges, null where it opens. */
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

// Each situation: who judges, what is another than when the session was made, and what comes of it.
// `full`: a full handshake. `here` and `node`: the session is offered; by kind where they differ.
// `why`: where node:tls, that of Node 20, opens and we do not; it goes on after the name. `note`:
// what else there is to say.
const situations = [
  {
    judge: 'client',
    change: 'nothing',
    what: 'The client, its server and the name are what they were.',
    full: opens,
    here: resumed,
    node: each(resumed),
  },
  {
    judge: 'client',
    change: 'lax, then strict',
    what: 'The session was made with `rejectUnauthorized: false`, with a server that cannot be verified.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumedAndRefused(foreign)),
  },
  {
    judge: 'client',
    change: 'another CA',
    what: 'The client that made the session trusted the CA of the server, this one trusts another.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumed),
    why: 'which goes by the result that the session has kept: that of the other CA.',
  },
  {
    judge: 'client',
    change: 'another name',
    what: 'The `servername` is one that the server’s certificate is not for.',
    full: refused(otherName),
    here: refused(otherName),
    node: { 20: resumed, 22: refused(otherName) },
    why: 'which in Node 20 looks at the name in a full handshake only; newer ones bind a session to it.',
  },
  {
    judge: 'client',
    change: 'no certificate',
    what: 'The session came of a pre-shared key, which this client has not; the certificate that the server has, too, cannot be verified.',
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
    why: 'which takes a session of TLS 1.3 without a certificate for verified, wherever it comes from.',
    note: 'In TLS 1.2 node:tls offers the session, but not its cipher suite; so the server ends the handshake, also where a full one would open.',
  },
  {
    judge: 'client',
    change: 'another SNI context',
    what: 'At this `servername` the server has another context, with a certificate that cannot be verified. The certificate in the session is for both names.',
    full: refused(foreign),
    here: refused(foreign),
    node: { 20: resumed, 22: refused(foreign) },
    why: 'whose servers do not ask which name a session was made under. RFC 6066 wants them to.',
  },
  {
    judge: 'server',
    change: 'nothing',
    what: 'The server has `requestCert`, and the client the certificate that it had.',
    full: opens,
    here: resumed,
    node: each(resumed),
  },
  {
    judge: 'server',
    change: 'lax, then strict',
    what: 'The session was made by a server with `rejectUnauthorized: false`; the client’s certificate cannot be verified.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumedAndRefused(foreign)),
  },
  {
    judge: 'server',
    change: 'another CA',
    what: 'The server that made the session trusted the CA of the client, this one trusts another.',
    full: refused(foreign),
    here: refused(foreign),
    node: each(resumed),
    why: 'which goes by the result that the session has kept: that of the other CA.',
  },
  {
    judge: 'server',
    change: 'another name',
    what: 'The client asks the same server for another name, which has no context of its own.',
    full: opens,
    here: resumed,
    node: { 20: resumed, 22: opens, 26: resumed },
  },
  {
    judge: 'server',
    change: 'no certificate',
    what: 'The session was made by a server with `rejectUnauthorized: false`; the client has no certificate.',
    full: refused(none),
    here: refused(none),
    node: {
      'TLS 1.2, id': each(resumedAndRefused(noIssuer)),
      'TLS 1.2, ticket': each(resumedAndRefused(noIssuer)),
      'TLS 1.3': { 20: resumed, 24: resumedAndRefused(noIssuer) },
    },
    why: 'which up to Node 22 takes a session of TLS 1.3 without a certificate for verified.',
  },
  {
    judge: 'server',
    change: 'another SNI context',
    what: 'The client asks for a name that has another context, which trusts another CA.',
    full: refused(foreign),
    here: refused(foreign),
    node: { 20: resumed, 22: refused(foreign), 26: resumed },
    why: 'which looks for the context of a name in a full handshake only.',
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
      major === '20' ? text(value) : `from Node ${major} on ${text(value)}`,
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
      ['what is another', 'session', 'a full handshake', 'here', 'node:tls', 'stricter'],
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
      'In a resumed handshake no certificate is sent: each side goes by the one that is in the session. libssl alone asks nothing about it then. So a session that was made under lax options, for another name or under another CA could open a connection that a full handshake refuses. Here it cannot: **where a full handshake refuses, a resumed one does not open, and the error has the same code.** What would not pass is not offered, or not taken; then there is a full handshake, which says why it refuses.',
    ),
    '',
    ...wrap(
      'The tables show that, with what node:tls does beside it. Someone who judges (a client that verifies its server, a server that asks for certificates) is offered a session that was made when something was another. `test/resumption.test.ts` makes each of these connections, here and with node:tls, and compares.',
    ),
    '',
    ...wrap(
      `“TLS 1.2, id” are sessions that the servers keep, in a store that they share; for the others they share the keys of their tickets. node:tls is that of Node ${Object.values(releases).join(', ')}; where newer ones differ from Node 20 it is said. “Stricter” compares with Node 20.`,
    ),
    '',
    '## The client judges',
    '',
    ...section('client'),
    '',
    '## The server judges',
    '',
    ...wrap(
      'Its client is lax, and offers its session whatever the name: the sessions of newer node:tls are stripped of the name that they are bound to.',
    ),
    '',
    ...section('server'),
    '',
    '## What this asks of you',
    '',
    ...wrap(
      'With the classes: servers that are to resume each other’s sessions need the same `requestCert`, `rejectUnauthorized`, `ca`, `crl` and `sessionIdContext`, and the same names of `addContext()`, beside their ticket keys or store. By the C names there is what C has: `SSL_CTX_set_session_id_context` says which sessions fit, and whoever gives servers of different CAs the same id context has said that their sessions do.',
    ),
    '',
  ].join('\n');
}

await main(import.meta, () => {
  keepDocument(file, markdown(), 'resumption.mjs');
  return 0;
});
