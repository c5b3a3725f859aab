// Who the server is: certificates and names.

import { duplexPair } from 'node:stream';
import { first } from '../world.mjs';

const judged = ({ authorized, authorizationError, secureConnecting }) => ({
  authorized,
  authorizationError,
  secureConnecting,
});

/** A client that opens the connection, and says what it thinks of its server. */
async function accepts(t, serverOptions, clientOptions) {
  const { client } = await t.open({ server: serverOptions, client: clientOptions });
  t.say('client', 'judged', judged(client));
  client.end();
  await t.closed();
}

/** A client that does not. What its server sees is said by `refusing()` of the same. */
async function refuses(t, serverOptions, clientOptions) {
  const server = await t.serve(serverOptions, { watch: false });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
  const client = t.connect(server, clientOptions);
  await t.closed(client);
  t.say('client', 'judged', judged(client));
}

/** Over memory, where `host` is nothing but a name. */
async function overMemory(t, serverOptions, clientOptions) {
  const server = t.keep(t.s.tls.createServer({ ...t.ids.a, ...t.versions, ...serverOptions }));
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
  const [near, far] = duplexPair();
  server.emit('connection', far);
  const client = t.connect(server, { servername: undefined, ...clientOptions, socket: near });
  await Promise.race([first(client, 'secureConnect'), t.closed(client)]);
  t.say('client', 'judged', judged(client));
  client.destroy();
  await t.closed(client);
}

export const scripts = {
  'a server that verifies': (t) => accepts(t),
  'a server whose chain has an intermediate': (t) => accepts(t, t.ids.chain),
  'a server that signed its certificate itself, trusted': (t) =>
    accepts(t, t.ids.selfSigned, { ca: t.cas.selfSigned }),
  'a server of another CA': (t) => refuses(t, {}, { ca: t.cas.b }),
  'a server of another CA, to a client that does not mind': (t) =>
    accepts(t, {}, { ca: t.cas.b, rejectUnauthorized: false }),
  'a server of another CA, rejectUnauthorized undefined': (t) =>
    refuses(t, {}, { ca: t.cas.b, rejectUnauthorized: undefined }),
  'a server that signed its certificate itself': (t) => refuses(t, t.ids.selfSigned),
  'a server whose certificate has expired': (t) => refuses(t, t.ids.expired),
  'a server whose certificate has expired, to a client that does not mind': (t) =>
    accepts(t, t.ids.expired, { rejectUnauthorized: false }),
  'another name': (t) => refuses(t, {}, { servername: 'wrong.example' }),
  'another name, to a client that does not mind': (t) =>
    accepts(t, {}, { servername: 'wrong.example', rejectUnauthorized: false }),
  'without servername the host is the name': (t) => refuses(t, {}, { servername: undefined }),
  'without servername and host the name is localhost': (t) => overMemory(t, {}, {}),
  'without servername the host is the name, over memory': (t) =>
    overMemory(t, {}, { host: 'wrong.example' }),
  'an address that the certificate is for': (t) =>
    overMemory(t, t.ids.ip, { ca: t.cas.ip, host: '192.0.2.1' }),
  'an address that the certificate is not for': (t) =>
    overMemory(t, t.ids.ip, { ca: t.cas.ip, host: '192.0.2.2' }),

  'checkServerIdentity is asked, and content': (t) =>
    accepts(
      t,
      {},
      {
        servername: 'wrong.example',
        checkServerIdentity: (name, certificate) => {
          t.say(
            'client',
            'checkServerIdentity',
            name,
            certificate.subject.CN,
            Object.keys(certificate).sort(),
          );
        },
      },
    ),
  'checkServerIdentity returns an error': (t) =>
    refuses(
      t,
      {},
      { checkServerIdentity: () => Object.assign(new Error('not it'), { code: 'EMINE' }) },
    ),
  'checkServerIdentity returns an error without a code': (t) =>
    accepts(t, {}, { rejectUnauthorized: false, checkServerIdentity: () => new Error('not it') }),
  'checkServerIdentity is not asked where the certificate does not verify': (t) =>
    accepts(
      t,
      {},
      {
        ca: t.cas.b,
        rejectUnauthorized: false,
        checkServerIdentity: () => t.say('client', 'checkServerIdentity'),
      },
    ),

  'a client that refuses, as the server sees it: another CA': async (t) => {
    const server = await t.serve({}, { peer: { without: ['error', 'end', 'finish', 'close'] } });
    const client = t.connect(server, { ca: t.cas.b });
    await t.closed(client);
    await t.quiet();
    await t.closed();
  },
  'a client that refuses, as the server sees it: another name': async (t) => {
    const server = await t.serve({}, { peer: { without: ['error', 'end', 'finish', 'close'] } });
    const client = t.connect(server, { servername: 'wrong.example' });
    await t.closed(client);
    await t.quiet();
    await t.closed();
  },

  'what the client knows of its server': async (t) => {
    const { client } = await t.open();
    const certificate = client.getPeerCertificate();
    t.say('client', 'subject', certificate.subject);
    t.say('client', 'issuer', certificate.issuer);
    t.say('client', 'names', certificate.subjectaltname);
    t.say('client', 'fields', Object.keys(certificate).sort());
    const detailed = client.getPeerCertificate(true);
    t.say('client', 'detailed, issuer', detailed.issuerCertificate?.subject);
    t.say('client', 'own certificate', client.getCertificate());
    t.say('client', 'own X.509', client.getX509Certificate());
    t.say('client', 'subject, X.509', client.getPeerX509Certificate().subject);
    client.end();
    await t.closed();
  },
};
