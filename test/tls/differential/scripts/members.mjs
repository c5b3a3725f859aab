// The members of a socket, at each time of its life.

import { once } from 'node:events';

const tlsMembers = [
  ...['getSession', 'getTLSTicket', 'isSessionReused', 'getProtocol', 'getCipher'],
  ...['getPeerCertificate', 'getPeerX509Certificate', 'getX509Certificate', 'getCertificate'],
  ...['getEphemeralKeyInfo', 'getFinished', 'getPeerFinished', 'getSharedSigalgs'],
];
const netMembers = [
  ...['connecting', 'pending', 'readyState', 'destroyed', 'closed', 'bytesRead', 'bytesWritten'],
  ...['localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily'],
  ...['timeout', 'encrypted', 'authorized', 'authorizationError', 'alpnProtocol', 'servername'],
  ...['allowHalfOpen', 'readable', 'writable', 'errored', 'secureConnecting'],
];

const isSet = (value) => (value === null || value === undefined ? String(value) : typeof value);

function tellTls(t, as, socket, members = tlsMembers) {
  for (const member of members) t.tried(as, member, () => isSet(socket[member]()));
}

function tellNet(t, as, socket, members = netMembers) {
  for (const port of [socket.localPort, socket.remotePort]) if (port) t.logs.ports.add(port);
  for (const member of members) t.tried(as, member, () => socket[member]);
  t.tried(as, 'address()', () => socket.address());
}

export const scripts = {
  'what TLS tells, before the connection is open': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    // There node:tls of Node 24 and 26 ends the process.
    const members = tlsMembers.filter((member) => member !== 'getEphemeralKeyInfo');
    tellTls(t, 'client', client, members);
    client.destroy();
    await t.closed(client);
  },

  'what TLS tells, while the connection is open': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    tellTls(t, 'client', client);
    tellTls(t, 'peer', peer);
    client.end();
    await t.closed();
  },

  'what TLS tells, after destroy()': async (t) => {
    const { client, peer } = await t.openAndQuiet({
      peer: { without: ['error', 'end', 'finish', 'close'] },
    });
    client.destroy();
    tellTls(t, 'client', client);
    await t.closed();
    tellTls(t, 'client', client);
    tellTls(t, 'peer', peer);
  },

  'what a socket tells, before the connection is open': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    tellNet(t, 'client', client);
    client.destroy();
    await t.closed(client);
  },

  'what a socket tells, while the connection is open': async (t) => {
    const { client, peer } = await t.open();
    await t.quiet();
    const members = netMembers.filter((member) => !member.startsWith('bytes'));
    tellNet(t, 'client', client, members);
    tellNet(t, 'peer', peer, members);
    client.end();
    await t.closed();
  },

  'what a socket tells, after close': async (t) => {
    const { client } = await t.openAndQuiet();
    client.end();
    await t.closed();
    const members = netMembers.filter((member) => !member.startsWith('bytes'));
    tellNet(t, 'client', client, members);
  },

  'bytesWritten and bytesRead': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    client.end('0123456789');
    await t.closed();
    t.say('client', 'bytes', client.bytesWritten >= 11, client.bytesRead >= 1);
    t.say('peer', 'bytes', peer.bytesRead >= 11, peer.bytesWritten >= 1);
  },

  'what is set on the socket below': async (t) => {
    const { client } = await t.openAndQuiet();
    t.tried('client', 'setNoDelay', () => client.setNoDelay(true) === client);
    t.tried('client', 'setKeepAlive', () => client.setKeepAlive(true, 1000) === client);
    t.tried('client', 'unref', () => client.unref() === client);
    t.tried('client', 'ref', () => client.ref() === client);
    client.end();
    await t.closed();
    t.tried('client', 'setNoDelay, closed', () => client.setNoDelay() === client);
    t.tried('client', 'setKeepAlive, closed', () => client.setKeepAlive() === client);
    t.tried('client', 'unref, closed', () => client.unref() === client);
    t.tried('client', 'setTimeout, closed', () => client.setTimeout(1000) === client);
    t.tried('client', 'setTimeout(0), closed', () => client.setTimeout(0) === client);
  },

  'the cipher and the key': async (t) => {
    const ciphers = t.is13 ? 'TLS_AES_128_GCM_SHA256' : 'ECDHE-ECDSA-AES128-GCM-SHA256';
    const { client, peer } = await t.open({ client: { ciphers }, server: { ecdhCurve: 'P-256' } });
    t.say('client', 'getCipher()', client.getCipher());
    t.say('peer', 'getCipher()', peer.getCipher());
    t.say('client', 'getProtocol()', client.getProtocol());
    t.say('client', 'getEphemeralKeyInfo()', client.getEphemeralKeyInfo());
    t.say('peer', 'getEphemeralKeyInfo()', peer.getEphemeralKeyInfo());
    client.end();
    await t.closed();
  },

  'both sides have the same secrets': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    const same = (a, b) => Buffer.isBuffer(a) && a.equals(b);
    t.say('client', 'getFinished', same(client.getFinished(), peer.getPeerFinished()));
    t.say('peer', 'getFinished', same(peer.getFinished(), client.getPeerFinished()));
    const label = 'EXPORTER-test';
    const context = Buffer.from('context');
    const key = client.exportKeyingMaterial(32, label, context);
    t.say(
      'client',
      'keying material',
      same(key, peer.exportKeyingMaterial(32, label, context)),
      key.length,
    );
    const without = client.exportKeyingMaterial(32, label);
    t.say(
      'client',
      'another, without context',
      !same(key, without),
      same(without, peer.exportKeyingMaterial(32, label)),
    );
    client.end();
    await t.closed();
  },

  'the arguments of exportKeyingMaterial': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    t.tried('client', 'before the connection is open', () => client.exportKeyingMaterial(1, 'x'));
    await once(client, 'secureConnect');
    t.tried('client', 'a string', () => client.exportKeyingMaterial('1', 'x'));
    t.tried('client', '0', () => client.exportKeyingMaterial(0, 'x'));
    t.tried('client', 'less', () => client.exportKeyingMaterial(-1, 'x'));
    t.tried('client', 'no label', () => client.exportKeyingMaterial(1));
    t.tried('client', 'a context that is text', () => client.exportKeyingMaterial(1, 'x', 'y'));
    client.end();
    await t.closed();
  },

  setMaxSendFragment: async (t) => {
    const { client } = await t.openAndQuiet();
    t.tried('client', '512', () => client.setMaxSendFragment(512));
    t.tried('client', '16384', () => client.setMaxSendFragment(16384));
    t.tried('client', '511', () => client.setMaxSendFragment(511));
    t.tried('client', '16385', () => client.setMaxSendFragment(16385));
    t.tried('client', 'a string', () => client.setMaxSendFragment('512'));
    client.end(Buffer.alloc(5_000, 'x'));
    await t.closed();
  },

  'listeners that a socket has of its own': async (t) => {
    const { client } = await t.openAndQuiet();
    t.say(
      'client',
      'is a',
      client instanceof t.c.Socket,
      client.constructor.name.endsWith('Socket'),
    );
    t.say('client', 'error listeners', client.listenerCount('error'));
    client.end();
    await t.closed();
  },
};
