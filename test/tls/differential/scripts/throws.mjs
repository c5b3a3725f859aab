// Listeners and callbacks that throw: the error is nobody's but the process's, and the rest goes on.

import { once } from 'node:events';
import { first } from '../world.mjs';

const mute = { without: ['error', 'end', 'finish', 'close'] };
const thrower = (what) => () => {
  throw new Error(`of ${what}`);
};

/** A throw on the client's side, after which the connection is used and ended. */
async function clientThrows(t, prepare, { use = true } = {}) {
  const server = await t.serve({}, { peer: mute });
  const accepted = first(server, 'secureConnection');
  const client = t.connect(server);
  const open = first(client, 'secureConnect');
  prepare(client);
  await open;
  const [peer] = await accepted;
  await t.quiet();
  if (use) await t.exchange(client, peer);
  client.end();
  await t.closed();
}

async function serverThrows(t, options, prepare) {
  const server = await t.serve(options);
  const accepted = first(server, 'secureConnection');
  prepare(server);
  const client = t.connect(server);
  const [[peer]] = await Promise.all([accepted, first(client, 'secureConnect')]);
  await t.quiet();
  await t.exchange(client, peer);
  client.end();
  await t.closed();
}

export const scripts = {
  'a listener of connect throws': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
    const client = t.connect(server, {}, { without: ['secureConnect', 'ready'] });
    client.once('connect', thrower('connect'));
    await first(client, 'connect');
    await t.quiet();
    client.destroy();
    await t.closed(client);
  },
  'a listener of secureConnect throws': (t) =>
    clientThrows(t, (client) => client.once('secureConnect', thrower('secureConnect'))),
  'a listener of session throws': (t) =>
    clientThrows(t, (client) =>
      client.once('session', (session) => {
        t.session(session);
        throw new Error('of session');
      }),
    ),
  'a listener of keylog throws': (t) =>
    clientThrows(t, (client) => client.once('keylog', thrower('keylog'))),
  'a listener of data throws': (t) =>
    clientThrows(t, (client) => client.once('data', thrower('data'))),
  'a listener of end throws': async (t) => {
    const { client, peer } = await t.openAndQuiet({ peer: mute });
    const ended = first(client, 'end');
    client.once('end', thrower('end'));
    peer.end();
    await ended;
    await t.quiet();
    client.destroy();
    await t.closed(client);
  },
  'a listener of close throws': (t) =>
    clientThrows(t, (client) => client.once('close', thrower('close'))),
  'a callback of write() throws': (t) =>
    clientThrows(t, (client) =>
      client.once('secureConnect', () => client.write('words', thrower('write()'))),
    ),
  'a listener of error throws': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    const client = t.connect(server, { ca: t.cas.b });
    client.once('error', thrower('error'));
    await t.closed(client);
  },
  'an error without a listener': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => socket.on('error', () => {}));
    const client = t.keep(t.c.tls.connect(t.clientOptions(server, { ca: t.cas.b })));
    client.on('close', t.saying('client', 'close'));
    await t.closed(client);
  },
  'a listener of secureConnection throws': (t) =>
    serverThrows(t, {}, (server) => server.once('secureConnection', thrower('secureConnection'))),
  'a listener of connection throws': (t) =>
    serverThrows(t, {}, (server) => server.once('connection', thrower('connection'))),
  'a listener of the server’s keylog throws': (t) =>
    serverThrows(t, {}, (server) => server.once('keylog', thrower('keylog'))),
  'a listener of tlsClientError throws': async (t) => {
    const server = await t.serve();
    server.once('tlsClientError', thrower('tlsClientError'));
    const failed = once(server, 'tlsClientError').catch(() => {});
    const socket = t.plainClient(server);
    socket.end('no TLS\r\n');
    await Promise.race([failed, once(socket.resume(), 'close')]);
    await t.quiet();
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end();
    await t.closed(client);
    await t.closed();
  },
  'checkServerIdentity throws': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
    const client = t.connect(server, { checkServerIdentity: thrower('checkServerIdentity') });
    await t.quiet();
    await new Promise((resolve) => {
      const look = () => (t.thrown > 0 || client.destroyed ? resolve() : setImmediate(look));
      look();
    });
    t.say('client', 'after', {
      secureConnecting: client.secureConnecting,
      authorized: client.authorized,
    });
    client.destroy();
    await t.closed(client);
  },
};
