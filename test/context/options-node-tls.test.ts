// The same options given to node:tls and to this package, each with each as client and server: what
// is negotiated is the same, and so is what is refused.

import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import { SslConnection, SslContext, type SslContextOptions } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { certificate, failure, thrown, wrongType, wrongValue } from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const good = { cert: fixture('options-good-cert.pem'), key: fixture('options-good-key.pem') };
const revoked = {
  cert: fixture('options-revoked-cert.pem'),
  key: fixture('options-revoked-key.pem'),
};
const [ca, crl] = [fixture('options-ca.pem'), fixture('options-crl.pem')];
const trusted = (pem: Buffer) =>
  Buffer.from(pem.toString().replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE'));
const pfx = fixture('options-good.p12');
const passphrase = 'pässword';
const dh2048 = fixture('options-dh2048.pem');

type Kind = 'node:tls' | 'ours';
type Options = Omit<SslContextOptions, 'role'>;

/** What one side says of the connection. */
interface View {
  protocol?: string | null;
  cipher?: string | undefined;
  /** Of the key exchange: a client of node:tls says it. */
  group?: string;
  /** A server of node:tls says which signature algorithms both sides have. */
  sigalgs?: string[];
  peer?: string;
  failed?: string;
}

// One of ours, over a stream.
function ours(context: SslContext, stream: Duplex, servername?: string): Promise<View> {
  const connection = new SslConnection(context, servername === undefined ? {} : { servername });
  return new Promise<View>((resolve) => {
    const step = (bytes?: Buffer) => {
      try {
        const state = bytes === undefined ? connection.handshake() : connection.receive(bytes);
        if (state !== 'open') return;
        const { protocol, cipher, peerCertificate } = connection;
        resolve({
          protocol,
          cipher: cipher?.standardName ?? undefined,
          ...(peerCertificate !== null && { peer: peerCertificate.subject }),
        });
      } catch (error) {
        const { verifyError } = connection;
        resolve({ failed: verifyError ?? (error as { code: string }).code });
      } finally {
        const output = connection.take();
        if (output.length > 0) stream.write(output);
      }
    };
    stream.on('data', step);
    stream.on('close', () => resolve({ failed: 'closed' }));
    if (servername !== undefined) step();
  }).finally(() => connection.free());
}

async function theirs(socket: tls.TLSSocket, ready: Promise<unknown>): Promise<View> {
  try {
    await ready;
  } catch (error) {
    // OpenSSL 3.5, which newer Node.js have, names it with a slash.
    const code = (error as { code: string }).code.replace('SSL/TLS_ALERT', 'SSLV3_ALERT');
    return { failed: code === 'CERT_REVOKED' ? 'certificate revoked' : code };
  }
  const {
    type,
    name = '',
    size = '',
  } = (socket.getEphemeralKeyInfo() ?? {}) as Partial<tls.EphemeralKeyInfo>;
  const { subject } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    ...(type !== undefined && { group: [type, name, size].join(' ') }),
    ...(subject !== undefined && { peer: `CN=${subject.CN}` }),
  };
}

async function connect(
  clientKind: Kind,
  serverKind: Kind,
  clientOptions: Options,
  serverOptions: Options,
): Promise<{ client: View; server: View }> {
  const [clientEnd, serverEnd] = duplexPair();
  const contexts: SslContext[] = [];
  const context = (options: SslContextOptions) => {
    const made = new SslContext(options);
    contexts.push(made);
    return made;
  };
  const sides = () => {
    let server: Promise<View>;
    if (serverKind === 'ours') {
      server = ours(context({ role: 'server', ...serverOptions }), serverEnd);
    } else {
      const listening = tls.createServer(serverOptions as tls.TlsOptions);
      const secure = once(listening, 'secureConnection');
      const failed = once(listening, 'tlsClientError').then(([error]) => Promise.reject(error));
      listening.emit('connection', serverEnd);
      server = Promise.race([secure, failed]).then(
        async ([socket]: tls.TLSSocket[]) => {
          if (socket === undefined) throw new Error('no socket');
          socket.on('error', () => {});
          const view = await theirs(socket, Promise.resolve());
          return {
            ...view,
            sigalgs: (socket as { getSharedSigalgs?(): string[] }).getSharedSigalgs?.() ?? [],
          };
        },
        (error: { code: string }) => ({ failed: error.code }),
      );
    }
    let client: Promise<View>;
    if (clientKind === 'ours') {
      client = ours(context({ role: 'client', ...clientOptions }), clientEnd, 'localhost');
    } else {
      const options = { ...clientOptions, socket: clientEnd, servername: 'localhost' };
      const socket = tls.connect(options as tls.ConnectionOptions);
      client = theirs(socket, once(socket, 'secureConnect'));
      socket.on('error', () => {});
    }
    return { client, server };
  };
  const { client, server } = sides();
  // A client that fails takes its end with it: its server may hear nothing of it.
  const clientView = await client;
  if (clientView.failed !== undefined) setImmediate(() => serverEnd.destroy());
  const serverView = clientView.failed === undefined ? await server : {};
  void server.catch(() => {});
  clientEnd.destroy();
  serverEnd.destroy();
  for (const made of contexts) made.free();
  return { client: clientView, server: serverView };
}

const lax = { rejectUnauthorized: false };
const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const two = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384';
const swapped = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
const dhe = { ...tls12, ciphers: 'DHE-RSA-AES128-GCM-SHA256' };
const gcm128 = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';
const gcm256 = 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384';

// What, the client's and the server's options, and what is to be seen somewhere.
const rows: [string, Options, Options, View][] = [
  [
    'suites of TLS 1.2 alone leave TLS 1.3 on',
    { ...lax, ciphers: two },
    good,
    { protocol: 'TLSv1.3' },
  ],
  [
    'a suite of TLS 1.3 alone',
    { ...lax, ciphers: 'TLS_AES_128_GCM_SHA256' },
    good,
    { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  ],
  [
    'suites of both, TLS 1.3',
    { ...lax, ciphers: `${two}:TLS_CHACHA20_POLY1305_SHA256` },
    good,
    { cipher: 'TLS_CHACHA20_POLY1305_SHA256' },
  ],
  [
    'suites of both, TLS 1.2',
    { ...lax, ...tls12, ciphers: `${swapped}:TLS_AES_128_GCM_SHA256` },
    { ...good, ciphers: two },
    { cipher: gcm128 },
  ],
  [
    'the order of a server',
    { ...lax, ...tls12, ciphers: swapped },
    { ...good, ciphers: two },
    { cipher: gcm128 },
  ],
  [
    'the order of a server, by honorCipherOrder',
    { ...lax, ...tls12, ciphers: swapped },
    { ...good, ciphers: two, honorCipherOrder: true },
    { cipher: gcm128 },
  ],
  [
    'the order of a client, by honorCipherOrder',
    { ...lax, ...tls12, ciphers: swapped },
    { ...good, ciphers: two, honorCipherOrder: false },
    { cipher: gcm256 },
  ],
  [
    'no suite in common',
    { ...lax, ...tls12, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    { ...good, ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' },
    { failed: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' },
  ],
  [
    'ecdhCurve of a client',
    { ...lax, ecdhCurve: 'P-384' },
    { ...good, ecdhCurve: 'auto' },
    { group: 'ECDH secp384r1 384' },
  ],
  [
    'ecdhCurve of a server',
    lax,
    { ...good, ecdhCurve: 'P-521:P-384' },
    { group: 'ECDH secp521r1 521' },
  ],
  [
    'ecdhCurve of TLS 1.2',
    { ...lax, ...tls12 },
    { ...good, ecdhCurve: 'P-384' },
    { group: 'ECDH secp384r1 384' },
  ],
  [
    'dhparam auto',
    lax,
    { ...good, ...dhe, dhparam: 'auto' },
    { cipher: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', group: 'DH  2048' },
  ],
  [
    'dhparam',
    lax,
    { ...good, ...dhe, dhparam: dh2048 },
    { cipher: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', group: 'DH  2048' },
  ],
  [
    'no dhparam, no DHE',
    lax,
    { ...good, ...dhe },
    { failed: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' },
  ],
  [
    'sigalgs of a client',
    { ...lax, sigalgs: 'rsa_pss_rsae_sha512' },
    good,
    { sigalgs: ['RSA-PSS+SHA512'] },
  ],
  [
    'sigalgs of both',
    { ...lax, sigalgs: 'RSA-PSS+SHA256:RSA-PSS+SHA384' },
    { ...good, sigalgs: 'RSA-PSS+SHA384' },
    { sigalgs: ['RSA-PSS+SHA384'] },
  ],
  [
    'sigalgs with none in common',
    { ...lax, sigalgs: 'RSA-PSS+SHA256' },
    { ...good, sigalgs: 'RSA-PSS+SHA384' },
    { failed: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' },
  ],
  ['crl, of a certificate that is not on it', { ca, crl }, good, { peer: 'CN=good' }],
  ['crl, of one that is', { ca, crl }, revoked, { failed: 'certificate revoked' }],
  ['without crl', { ca }, revoked, { peer: 'CN=revoked' }],
  [
    'blocks of another kind, and text, before the one that is wanted',
    { ca: Buffer.concat([crl, Buffer.from('some text\n'), ca]) },
    {
      cert: Buffer.concat([good.key, Buffer.from('some text\n'), good.cert]),
      key: Buffer.concat([good.cert, good.key]),
    },
    { peer: 'CN=good' },
  ],
  [
    'a crl behind a certificate',
    { ca, crl: Buffer.concat([ca, crl]) },
    revoked,
    { failed: 'certificate revoked' },
  ],
  [
    'certificates that say themselves what they are trusted for',
    { ca: trusted(ca) },
    { ...good, cert: trusted(good.cert) },
    { peer: 'CN=good' },
  ],
  [
    'one of them behind another certificate',
    { ca: Buffer.concat([good.cert, trusted(ca)]) },
    good,
    { peer: 'CN=good' },
  ],
  ['pfx', { ca }, { pfx, passphrase }, { peer: 'CN=good' }],
  ['pfx with its own passphrase', { ca }, { pfx: [{ buf: pfx, passphrase }] }, { peer: 'CN=good' }],
  ['the certificates of a pfx are trusted', { pfx, passphrase }, good, { peer: 'CN=good' }],
  [
    'a key with its own passphrase',
    { ca },
    { cert: good.cert, key: [{ pem: fixture('options-good-encrypted-key.pem'), passphrase }] },
    { peer: 'CN=good' },
  ],
];

describe.each(rows)('%s', (_, clientOptions, serverOptions, expected) => {
  test('is the same whichever library is the client, and which the server', async () => {
    const seen: View = {};
    for (const clientKind of ['node:tls', 'ours'] as const) {
      for (const serverKind of ['node:tls', 'ours'] as const) {
        const view = await connect(clientKind, serverKind, clientOptions, serverOptions);
        for (const side of [view.client, view.server]) {
          // Not each side can say each thing; what it says is so.
          for (const [name, value] of Object.entries(expected)) {
            const said = side[name as keyof View];
            if (said === undefined || (name === 'peer' && side === view.server)) continue;
            expect(said, `${name}: ${clientKind} to ${serverKind}`).toEqual(value);
            Object.assign(seen, { [name]: said });
          }
        }
        if (expected.failed === undefined) expect(view.client.failed).toBeUndefined();
        else expect(view.client.failed).toBe(expected.failed);
      }
    }
    expect(seen).toEqual(expected);
  });
});

describe('what node:tls refuses is refused', () => {
  const both = (options: Options): unknown[] =>
    [
      () => tls.createSecureContext(options as tls.SecureContextOptions),
      () => new SslContext({ role: 'server', ...options }).free(),
    ].map((make) => thrown(make));

  test.each([
    ['ciphers of no type', { ciphers: 5 }, wrongType, wrongType],
    ['ciphers without a name', { ciphers: ':' }, wrongValue, wrongValue],
    [
      'ciphers that are unknown',
      { ciphers: 'FOO' },
      failure('ERR_SSL_NO_CIPHER_MATCH'),
      failure('ERR_SSL_NO_CIPHER_MATCH'),
    ],
    ['empty sigalgs', { sigalgs: '' }, wrongValue, wrongValue],
    ['sigalgs of no type', { sigalgs: 1 }, wrongType, wrongType],
    [
      'a passphrase that is wrong',
      { pfx, passphrase: 'x' },
      expect.any(Error),
      failure('ERR_OSSL_PKCS12_MAC_VERIFY_FAILURE', 'options.pfx'),
    ],
    [
      'a pfx that is none',
      { pfx: Buffer.from('x') },
      expect.any(Error),
      expect.objectContaining({ message: expect.stringContaining('options.pfx: ') }),
    ],
    [
      'a crl that is none',
      { crl: 'x' },
      expect.any(Error),
      failure('ERR_OSSL_PEM_NO_START_LINE', 'options.crl'),
    ],
    [
      'parameters of fewer than 1024 bits',
      { dhparam: fixture('options-dh512.pem') },
      expect.any(Error),
      wrongValue,
    ],
  ] as const)('%s', (_, options, nodes, ours) => {
    const [node, mine] = both(options as never);
    expect(node).toEqual(nodes);
    expect(mine).toEqual(ours);
  });

  test('and so is what could have no effect', () => {
    const make = (options: Options) => () => new SslContext({ role: 'server', ...options });
    expect(thrown(make({ ciphers: 'TLS_AES_128_GCM_SHA256', maxVersion: 'TLSv1.2' }))).toEqual(
      wrongValue,
    );
    expect(thrown(make({ ciphers: 'TLS_AES_128_GCM_SHA256', protocol: 'dtls' }))).toEqual(
      wrongValue,
    );
    expect(thrown(make({ ...certificate, pfx, passphrase: 'a\0b' }))).toEqual(wrongValue);
  });
});
