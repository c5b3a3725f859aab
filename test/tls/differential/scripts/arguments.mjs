// Arguments and options that are not what they should be.

import { duplexPair } from 'node:stream';

/** connect() with these options: it throws, or there is a socket, which is ended. */
function connecting(t, what, options, ...more) {
  t.tried('client', what, () => {
    const given = { port: 1, host: '127.0.0.1', lookup: () => {}, ...t.versions, ...options };
    const socket = t.keep(t.c.tls.connect(given, ...more));
    socket.on('error', () => {});
    socket.destroy();
    return 'returns';
  });
}

function creating(t, what, ...args) {
  t.tried('server', what, () => {
    t.s.tls.createServer(...args);
    return 'returns';
  });
}

export const scripts = {
  'connect(): no arguments, and wrong ones': async (t) => {
    const call = (what, ...args) =>
      t.tried('client', what, () => {
        const socket = t.keep(t.c.tls.connect(...args));
        socket.on('error', () => {});
        socket.destroy();
        return 'returns';
      });
    call('connect()');
    call('connect({})', {});
    call('connect({ port: -1 })', { port: -1 });
    call('connect({ port: 65536 })', { port: 65_536 });
    call('connect({ port: "x" })', { port: 'x' });
    call('connect({ path: 1 })', { path: 1 });
    await t.quiet();
  },

  'connect(): options of TLS that are wrong': async (t) => {
    connecting(t, 'servername: 1', { servername: 1 });
    connecting(t, 'checkServerIdentity: 1', { checkServerIdentity: 1 });
    connecting(t, 'minDHSize: 0', { minDHSize: 0 });
    connecting(t, 'minDHSize: text', { minDHSize: '1024' });
    connecting(t, 'session: 1', { session: 1 });
    connecting(t, 'secureContext: {}', { secureContext: {} });
    connecting(t, 'enableTrace: 1', { enableTrace: 1 });
    connecting(t, 'pskCallback: 1', { pskCallback: 1 });
    connecting(t, 'timeout: text', { timeout: 'x' });
    connecting(t, 'timeout: -1', { timeout: -1 });
    connecting(t, 'highWaterMark: -1', { highWaterMark: -1 });
    connecting(t, 'signal: 1', { signal: 1 });
    connecting(t, 'lookup: 1', { lookup: 1, host: 'localhost' });
    await t.quiet();
  },

  'connect(): ALPNProtocols that are wrong': async (t) => {
    connecting(t, 'too long', { ALPNProtocols: ['x'.repeat(256)] });
    connecting(t, 'text', { ALPNProtocols: 'h2' });
    connecting(t, 'numbers', { ALPNProtocols: [1] });
    connecting(t, 'none', { ALPNProtocols: [] });
    await t.quiet();
  },

  'connect(): options of the context that are wrong': async (t) => {
    connecting(t, 'minVersion', { minVersion: 'TLSv9' });
    connecting(t, 'maxVersion: 1', { maxVersion: 1 });
    connecting(t, 'secureProtocol', {
      minVersion: undefined,
      maxVersion: undefined,
      secureProtocol: 'x',
    });
    connecting(t, 'both', { secureProtocol: 'TLS_method' });
    connecting(t, 'ciphers: 1', { ciphers: 1 });
    connecting(t, 'ciphers that are none', { ciphers: 'no-such-cipher' });
    connecting(t, 'sigalgs: 1', { sigalgs: 1 });
    connecting(t, 'sigalgs: empty', { sigalgs: '' });
    connecting(t, 'ecdhCurve: 1', { ecdhCurve: 1 });
    connecting(t, 'ca: 1', { ca: 1 });
    connecting(t, 'ca: text', { ca: 'no certificate' });
    connecting(t, 'cert: 1', { cert: 1 });
    connecting(t, 'cert: text', { cert: 'no certificate' });
    connecting(t, 'key: 1', { key: 1 });
    connecting(t, 'key: text', { key: 'no key' });
    connecting(t, 'pfx: text', { pfx: 'no pfx' });
    connecting(t, 'crl: text', { crl: 'no crl' });
    connecting(t, 'sessionIdContext: 1', { sessionIdContext: 1 });
    await t.quiet();
  },

  'createServer(): wrong arguments': async (t) => {
    creating(t, 'createServer()');
    creating(t, 'createServer(listener)', () => {});
    creating(t, 'createServer(null)', null);
    creating(t, 'createServer(1)', 1);
    creating(t, 'createServer({}, 1)', {}, 1);
    creating(t, 'createServer(text)', 'text');
  },

  'createServer(): options that are wrong': async (t) => {
    creating(t, 'handshakeTimeout: text', { handshakeTimeout: '1' });
    creating(t, 'SNICallback: 1', { SNICallback: 1 });
    creating(t, 'pskCallback: 1', { pskCallback: 1 });
    creating(t, 'pskIdentityHint: 1', { pskIdentityHint: 1 });
    creating(t, 'ALPNCallback and ALPNProtocols', { ALPNCallback: () => {}, ALPNProtocols: ['a'] });
    creating(t, 'sessionTimeout: text', { sessionTimeout: 'x' });
    creating(t, 'ticketKeys: text', { ticketKeys: 'x' });
    creating(t, 'ticketKeys: short', { ticketKeys: Buffer.alloc(47) });
    creating(t, 'key: text', { key: 'no key', cert: t.ids.a.cert });
    creating(t, 'key of another', { key: t.ids.rsa.key, cert: t.ids.a.cert });
    creating(t, 'dhparam: text', { dhparam: 'no dh' });
  },

  'the constructor with wrong arguments': async (t) => {
    const making = (player, what, options) =>
      t.tried(player === t.c ? 'client' : 'server', what, () => {
        t.keep(new player.Socket(t.keep(duplexPair()[0]), options)).on('error', () => {});
        return 'returns';
      });
    making(t.c, 'enableTrace: 1', { enableTrace: 1 });
    making(t.c, 'secureContext: {}', { secureContext: {} });
    making(t.s, 'ALPNCallback: 1', { isServer: true, ALPNCallback: 1 });
    making(t.s, 'SNICallback: 1', { isServer: true, SNICallback: 1 });
    await t.quiet();
  },
};
