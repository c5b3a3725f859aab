// What a connection tells about its handshake: before it, in it, after it, and after free().

import { SslConnection, type SslContextOptions } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { freed, stackForTests, thrown } from '../support/contexts.js';
import { fixture } from '../support/fixture.js';

const stack = stackForTests();

const algorithms = 'ECDSA+SHA256:RSA-PSS+SHA384:ed25519';
const named = ['ECDSA+SHA256', 'RSA-PSS+SHA384', 'Ed25519+UNDEF'];
// A server's order is its own.
const shared = ['ECDSA+SHA256', 'Ed25519+UNDEF', 'RSA-PSS+SHA384'];

const rsa = { cert: fixture('options-good-cert.pem'), key: fixture('options-good-key.pem') };

const names = [
  ...(['clientRandom', 'serverRandom', 'finished', 'peerFinished', 'ephemeralKeyInfo'] as const),
  ...(['sharedSigalgs', 'peerSigalgs', 'signatureAlgorithm', 'peerSignatureAlgorithm'] as const),
  ...(['sharedCiphers', 'extendedMasterSecret', 'stateString'] as const),
];
const read = (connection: SslConnection) =>
  Object.fromEntries(names.map((name) => [name, connection[name]]));

const kinds: [string, Partial<SslContextOptions>, suite: string][] = [
  ['TLSv1.2', { maxVersion: 'TLSv1.2' }, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLSv1.3', { minVersion: 'TLSv1.3' }, 'TLS_AES_128_GCM_SHA256'],
  ['DTLSv1.2', { protocol: 'dtls' }, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
];

describe.each(kinds)('%s', (version, options, ciphers) => {
  const all = { ...options, ciphers, ecdhCurve: 'P-256' };
  const contexts = () =>
    [stack.client({ ...all, sigalgs: algorithms }), stack.server(all)] as const;
  const tls13 = version === 'TLSv1.3';

  test('both sides tell of the handshake', () => {
    const [ours, theirs] = stack.joined(...contexts());
    const [client, server] = [read(ours), read(theirs)];
    expect(ours.finished).toHaveLength(tls13 ? 32 : 12);
    expect(server.peerFinished).toEqual(client.finished);
    expect(server.finished).toEqual(client.peerFinished);
    expect(server.finished).not.toEqual(client.finished);
    const key = { type: 'ECDH', name: 'prime256v1', size: 256 };
    expect(client).toMatchObject({
      ephemeralKeyInfo: key,
      sharedSigalgs: [],
      peerSigalgs: [],
      signatureAlgorithm: null,
      peerSignatureAlgorithm: 'ECDSA+SHA256',
      sharedCiphers: [],
      extendedMasterSecret: !tls13,
      stateString: 'SSL negotiation finished successfully',
    });
    expect(server).toMatchObject({
      ephemeralKeyInfo: tls13 ? key : null,
      sharedSigalgs: shared,
      peerSigalgs: named,
      signatureAlgorithm: 'ECDSA+SHA256',
      peerSignatureAlgorithm: null,
      sharedCiphers: [ciphers],
      extendedMasterSecret: !tls13,
      stateString: 'SSL negotiation finished successfully',
    });
  });

  test('before it they have nothing', () => {
    for (const connection of stack.pair(...contexts())) {
      expect(read(connection)).toEqual({
        clientRandom: Buffer.alloc(32),
        serverRandom: Buffer.alloc(32),
        finished: null,
        peerFinished: null,
        ephemeralKeyInfo: null,
        sharedSigalgs: [],
        peerSigalgs: [],
        signatureAlgorithm: null,
        peerSignatureAlgorithm: null,
        sharedCiphers: [],
        extendedMasterSecret: null,
        stateString: 'before SSL initialization',
      });
    }
  });

  test('in it a server tells what the ClientHello has', () => {
    const [ours, theirs] = stack.pair(...contexts());
    ours.handshake();
    for (const bytes of version.startsWith('DTLS') ? ours.takeDatagrams() : [ours.take()]) {
      theirs.receive(bytes);
    }
    expect(theirs.state).toBe('handshake');
    expect(read(theirs)).toMatchObject({
      clientRandom: ours.clientRandom,
      peerFinished: null,
      sharedSigalgs: shared,
      peerSigalgs: named,
      sharedCiphers: [ciphers],
      extendedMasterSecret: null,
    });
    expect(theirs.stateString).not.toBe(ours.stateString);
  });

  test('after free() they throw', () => {
    const [ours] = stack.joined(...contexts());
    ours.free();
    for (const name of names) expect(thrown(() => ours[name])).toEqual(freed);
  });
});

test('a key of DHE has no name, and RSA key exchange has no key', () => {
  const keyOf = (ciphers: string) => {
    const options = { maxVersion: 'TLSv1.2', ciphers, dhparam: 'auto', ...rsa } as const;
    const client = stack.client({ maxVersion: 'TLSv1.2', ciphers });
    return stack.joined(client, stack.server(options))[0].ephemeralKeyInfo;
  };
  const dh = keyOf('DHE-RSA-AES128-GCM-SHA256');
  expect(dh).toEqual({ type: 'DH', size: expect.any(Number) });
  expect(dh?.size).toBeGreaterThanOrEqual(1024);
  expect(keyOf('AES128-GCM-SHA256')).toBeNull();
});

test('on anything else they throw', () => {
  const context = stack.client();
  const connection = stack.connection(context);
  for (const name of names) {
    const wrong = new Proxy(connection, {});
    const code = expect.objectContaining({ code: 'ERR_INVALID_THIS' });
    expect(thrown(() => Reflect.get(SslConnection.prototype, name, wrong))).toEqual(code);
  }
});
