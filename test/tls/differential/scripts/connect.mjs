// The forms of connect(), and the order of what follows.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A client made by `call`, and closed in good order. */
async function connected(t, call, serverOptions) {
  const server = await t.serve(serverOptions);
  const client = t.watch('client', call(server.address().port, t.clientOptions(undefined)));
  t.say('client', 'connect() has returned');
  await once(client, 'secureConnect');
  client.end();
  await t.closed();
}

const state = ({ connecting, pending, secureConnecting, encrypted, readyState, destroyed }) => ({
  connecting,
  pending,
  secureConnecting,
  encrypted,
  readyState,
  destroyed,
});

export const scripts = {
  'connect by options': (t) =>
    connected(t, (port, options) =>
      t.c.tls.connect({ ...options, port, host: '127.0.0.1' }, t.saying('client', 'callback')),
    ),

  'connect by port, host, options and callback': (t) =>
    connected(t, (port, options) =>
      t.c.tls.connect(port, '127.0.0.1', options, t.saying('client', 'callback')),
    ),

  'connect by port, options and callback': (t) =>
    connected(t, (port, options) =>
      t.c.tls.connect(port, { ...options, host: '127.0.0.1' }, t.saying('client', 'callback')),
    ),

  'connect by port, host and options': (t) =>
    connected(t, (port, options) => t.c.tls.connect(port, '127.0.0.1', options)),

  'connect by a port that is a string': (t) =>
    connected(t, (port, options) => t.c.tls.connect(String(port), '127.0.0.1', options)),

  'connect: the host of the options goes before the argument': (t) =>
    connected(t, (port, options) =>
      t.c.tls.connect(port, '192.0.2.1', { ...options, host: '127.0.0.1' }),
    ),

  'connect to localhost, which may be two addresses': (t) =>
    connected(t, (port, options) => {
      const lookup = (name, how, callback) => {
        t.say('client', 'lookup', name);
        const address = { address: '127.0.0.1', family: 4 };
        if (how.all) callback(null, [address]);
        else callback(null, address.address, address.family);
      };
      return t.c.tls.connect({ ...options, port, host: 'localhost', lookup });
    }),

  'connect by a path': async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'tls-'));
    const path = join(directory, 'socket');
    try {
      const server = t.watchServer(t.s.tls.createServer({ ...t.ids.a, ...t.versions }));
      await t.listen(t.keep(server), path);
      const client = t.watch('client', t.c.tls.connect({ ...t.clientOptions(), path }));
      await once(client, 'secureConnect');
      client.end('by path');
      await t.closed();
    } finally {
      rmSync(directory, { recursive: true });
    }
  },

  'connect over a connected socket': async (t) => {
    const server = await t.serve();
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const client = t.connect(server, { socket }, { callback: t.saying('client', 'callback') });
    t.say('client', 'before', state(client));
    await once(client, 'secureConnect');
    client.end('over a socket');
    await t.closed();
    t.say('client', 'the socket given', { destroyed: socket.destroyed });
  },

  'connect over a socket that is still connecting': async (t) => {
    const server = await t.serve();
    const socket = t.plainClient(server);
    const client = t.connect(server, { socket });
    t.say('client', 'before', state(client));
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },

  'connect over a socket that connects later': async (t) => {
    const server = await t.serve();
    const socket = t.keep(new net.Socket());
    const client = t.connect(server, { socket });
    t.say('client', 'before', state(client));
    await t.quiet();
    socket.connect(server.address().port, '127.0.0.1');
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },

  'the state from the beginning to the end': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    t.say('client', 'at once', state(client));
    client.on('connect', () => t.say('client', 'state', state(client)));
    client.on('secureConnect', () => t.say('client', 'state', state(client)));
    await once(client, 'secureConnect');
    client.on('finish', () => t.say('client', 'state', state(client)));
    client.on('end', () => t.say('client', 'state', state(client)));
    client.on('close', () => t.say('client', 'state', state(client)));
    client.end();
    await t.closed();
  },

  'what is written before the connection is open is sent': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    t.say('client', 'write returns', client.write('early ', t.saying('client', 'written')));
    client.on('connect', () => client.write('words', t.saying('client', 'written, too')));
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },

  'end() before the connection is open sends what was written': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    client.end('all of it', t.saying('client', 'end callback'));
    await t.closed(client);
    await t.closed();
  },

  'the constructor makes a client over a socket': async (t) => {
    const server = await t.serve();
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const context = t.keep(t.c.context('client', { ca: t.cas.a, ...t.versions }));
    const client = t.watch('client', new t.c.Socket(socket, { secureContext: context }));
    t.say('client', 'before', state(client));
    const accepted = once(server, 'secureConnection');
    client.write('by the constructor');
    await accepted;
    await t.quiet();
    t.say('client', 'after', { authorized: client.authorized, protocol: client.getProtocol() });
    client.end();
    await t.closed();
  },

  'the constructor makes a server over a socket': async (t) => {
    const context = t.keep(t.s.context('server', { ...t.ids.a, ...t.versions }));
    let far;
    const server = await t.plainServer((socket) => {
      far = t.watch('peer', new t.s.Socket(socket, { isServer: true, secureContext: context }));
      t.say('peer', 'before', state(far));
      far.on('secure', () => t.say('peer', 'secure', { protocol: far.getProtocol() }));
    });
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end('to the constructor');
    await t.closed();
  },

  'connect with a context that is given': async (t) => {
    const secureContext = t.keep(t.c.context('client', { ca: t.cas.a, ...t.versions }));
    const server = await t.serve();
    const of = { ca: undefined, minVersion: undefined, maxVersion: undefined };
    for (const time of ['first', 'second']) {
      const client = t.connect(server, { secureContext, ...of }, { as: time });
      await once(client, 'secureConnect');
      t.say(time, 'authorized', client.authorized);
      client.end();
      await t.closed();
    }
  },

  'connect with a context that is given, and options of another': async (t) => {
    const secureContext = t.keep(t.c.context('client', { ca: t.cas.a, ...t.versions }));
    const server = await t.serve({}, { watch: false });
    t.tried('client', 'connect', () => {
      t.keep(t.c.tls.connect(t.clientOptions(server, { secureContext }))).destroy();
      return 'returns';
    });
    await t.quiet();
  },
};
