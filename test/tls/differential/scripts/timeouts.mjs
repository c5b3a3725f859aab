// Timeouts: of the idle socket, and of the handshake.

import { once } from 'node:events';

export const scripts = {
  'setTimeout() tells of an idle connection': async (t) => {
    const { client } = await t.openAndQuiet();
    const idle = once(client, 'timeout');
    t.say('client', 'is itself', client.setTimeout(20, t.saying('client', 'callback')) === client);
    t.say('client', 'timeout', client.timeout);
    await idle;
    t.say('client', 'after', { destroyed: client.destroyed });
    client.end();
    await t.closed();
  },

  'setTimeout() of the server’s socket': async (t) => {
    const { peer } = await t.openAndQuiet();
    peer.setTimeout(20);
    peer.on('timeout', () => peer.end());
    await t.closed();
  },

  'setTimeout(0) takes it back': async (t) => {
    const { client } = await t.openAndQuiet();
    client.setTimeout(5);
    client.setTimeout(0);
    t.say('client', 'timeout', client.timeout);
    // Longer than what was taken back.
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.end();
    await t.closed();
  },

  'the option timeout': async (t) => {
    const server = await t.serve();
    const client = t.connect(server, { timeout: 100 });
    t.say('client', 'timeout', client.timeout);
    await once(client, 'timeout');
    client.end();
    await t.closed();
  },

  'the option timeout, while the handshake waits': async (t) => {
    const server = await t.plainServer((socket) => socket.resume());
    const client = t.connect(server, { timeout: 50 });
    client.on('timeout', () => client.destroy());
    await t.closed();
  },

  'the option timeout is ignored where a socket is given': async (t) => {
    const server = await t.serve();
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const client = t.connect(server, { socket, timeout: 20 });
    t.say('client', 'timeout', client.timeout);
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },

  'the arguments of setTimeout': async (t) => {
    const { client } = await t.openAndQuiet();
    t.tried('client', 'a string', () => client.setTimeout('1') === client);
    t.tried('client', 'less than 0', () => client.setTimeout(-1) === client);
    t.tried('client', 'no callback', () => client.setTimeout(0, 1) === client);
    client.end();
    await t.closed();
  },

  handshakeTimeout: async (t) => {
    const server = await t.serve({ handshakeTimeout: 30 });
    const failed = once(server, 'tlsClientError');
    const socket = t.plainClient(server);
    const ended = once(socket, 'close');
    const [, accepted] = await failed;
    await t.quiet();
    t.say('server', 'its socket', { destroyed: accepted.destroyed });
    socket.destroy();
    accepted.destroy();
    await ended;
  },

  'handshakeTimeout, and the listener destroys the socket': async (t) => {
    const server = await t.serve({ handshakeTimeout: 30 });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    const failed = once(server, 'tlsClientError');
    const client = t.plainClient(server);
    const [, socket] = await failed;
    await Promise.all([t.closed(socket), once(client.resume(), 'close')]);
  },

  'handshakeTimeout is over with the handshake': async (t) => {
    const { client, peer } = await t.openAndQuiet({ server: { handshakeTimeout: 2_000 } });
    t.say('peer', 'timeout', peer.timeout);
    client.end();
    await t.closed();
  },
};
