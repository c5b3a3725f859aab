// destroy(), at each moment.

import { once } from 'node:events';

const mute = { without: ['error', 'end', 'finish', 'close'] };

/** A client that is destroyed in this event. What its server sees of it depends on chance. */
async function clientIn(t, event, how = (client) => client.destroy()) {
  const server = await t.serve({}, { watch: false });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => {
    t.keep(socket).on('error', () => {});
    if (event === 'data') socket.write('data for the client');
  });
  const client = t.connect(server, {}, { session: event === 'session' });
  client.on(event, () => {
    if (!client.destroyed) how(client);
  });
  await t.closed(client);
}

/** A server that destroys its socket where `act` says. */
async function serverIn(t, options, act, how = {}) {
  const server = await t.serve(options, { peer: how.peer });
  act(server);
  const client = t.connect(server, how.client, mute);
  client.write('data for the server');
  await t.closed(client);
  await t.closed();
}

export const scripts = {
  'destroy() at once': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    t.say('client', 'is itself', client.destroy() === client);
    t.say('client', 'state', { destroyed: client.destroyed, connecting: client.connecting });
    await t.closed(client);
  },
  'destroy() at once, with an error': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    client.destroy(new Error('enough'));
    await t.closed(client);
    t.say('client', 'state', { errored: client.errored, closed: client.closed });
  },
  'destroy() a turn later': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    process.nextTick(() => client.destroy());
    await t.closed(client);
  },
  'destroy() in connect': (t) => clientIn(t, 'connect'),
  'destroy() in secureConnect': (t) => clientIn(t, 'secureConnect'),
  'destroy() in data': (t) => clientIn(t, 'data'),
  'destroy() in session': (t) => clientIn(t, 'session'),
  'destroy() in keylog': (t) => clientIn(t, 'keylog'),
  'destroy() in secureConnect, with an error': (t) =>
    clientIn(t, 'secureConnect', (client) => client.destroy(new Error('enough'))),
  'destroy() twice, with two errors': (t) =>
    clientIn(t, 'secureConnect', (client) => {
      client.destroy(new Error('enough'));
      client.destroy(new Error('too late'));
    }),
  'destroy() in checkServerIdentity': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
    const client = t.connect(server, {
      checkServerIdentity: () => {
        t.say('client', 'checkServerIdentity');
        client.destroy();
      },
    });
    await t.closed(client);
  },
  'destroy() in end': async (t) => {
    const { client, peer } = await t.openAndQuiet({ peer: mute });
    client.on('end', () => client.destroy());
    peer.end('bye');
    await t.closed();
  },
  'destroy() in the callback of write()': async (t) => {
    const { client } = await t.openAndQuiet({ peer: mute });
    client.write('one', (error) => {
      t.say('client', 'written', error);
      client.destroy();
    });
    await t.closed();
  },
  'destroy() with writes pending': async (t) => {
    const { client, peer } = await t.openAndQuiet({ peer: mute });
    peer.pause();
    client.write(Buffer.alloc(12_000_000), t.saying('client', 'first write'));
    client.write('behind it', t.saying('client', 'second write'));
    await t.quiet();
    client.destroy();
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },
  'destroy() with writes pending, with an error': async (t) => {
    const { client, peer } = await t.openAndQuiet({ peer: mute });
    peer.pause();
    client.write(Buffer.alloc(12_000_000), t.saying('client', 'first write'));
    client.write('behind it', t.saying('client', 'second write'));
    await t.quiet();
    client.destroy(new Error('enough'));
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },
  'destroy() with end() pending': async (t) => {
    const { client, peer } = await t.openAndQuiet({ peer: mute });
    peer.pause();
    client.end(Buffer.alloc(12_000_000), t.saying('client', 'end callback'));
    await t.quiet();
    client.destroy();
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },
  'destroy() with writes pending before the connection is open': async (t) => {
    const server = await t.serve({}, { watch: false });
    const client = t.connect(server);
    client.write('never sent', t.saying('client', 'write'));
    client.destroy();
    await t.closed(client);
  },
  'write() after destroy()': async (t) => {
    const { client } = await t.openAndQuiet({ peer: mute });
    client.destroy();
    t.say('client', 'write returns', client.write('late', t.saying('client', 'write callback')));
    client.end('later', t.saying('client', 'end callback'));
    await t.closed();
    t.say('client', 'write returns', client.write('late', t.saying('client', 'write callback')));
    await t.quiet();
  },
  'resetAndDestroy()': async (t) => {
    const { client } = await t.openAndQuiet({ peer: mute });
    t.tried('client', 'resetAndDestroy', () => client.resetAndDestroy() === client);
    client.destroy();
    await t.closed();
  },
  'the socket given is destroyed': async (t) => {
    const server = await t.serve({}, { peer: mute });
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const client = t.connect(server, { socket });
    await once(client, 'secureConnect');
    socket.destroy();
    await t.closed();
  },
  'the socket given is destroyed before the connection is open': async (t) => {
    const server = await t.serve({}, { watch: false });
    server.on('tlsClientError', () => {});
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const client = t.connect(server, { socket });
    socket.destroy();
    await t.closed(client);
  },
  'the socket given is destroyed with an error': async (t) => {
    const server = await t.serve({}, { peer: mute });
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    const client = t.connect(server, { socket });
    await once(client, 'secureConnect');
    socket.destroy(new Error('of the socket'));
    await t.closed();
  },

  'the server destroys in SNICallback': async (t) => {
    let raw;
    await serverIn(
      t,
      {
        SNICallback: (_name, callback) => {
          raw.destroy();
          callback(null);
        },
      },
      (server) =>
        server.on('connection', (socket) => {
          raw = socket;
        }),
    );
  },
  'the server destroys in ALPNCallback': async (t) => {
    let raw;
    await serverIn(
      t,
      {
        ALPNCallback: ({ protocols }) => {
          raw.destroy();
          return protocols[0];
        },
      },
      (server) =>
        server.on('connection', (socket) => {
          raw = socket;
        }),
      { client: { ALPNProtocols: ['one'] } },
    );
  },
  'the server destroys the raw socket': (t) =>
    serverIn(t, {}, (server) => server.on('connection', (socket) => socket.destroy())),
  'the server destroys in secureConnection': (t) =>
    serverIn(t, {}, (server) => server.on('secureConnection', (socket) => socket.destroy()), {
      peer: { data: false },
    }),
  'the server destroys in secureConnection, with an error': (t) =>
    serverIn(
      t,
      {},
      (server) =>
        server.on('secureConnection', (socket) => {
          socket.destroy(new Error('enough'));
        }),
      { peer: { data: false } },
    ),
  'the server destroys in data': (t) =>
    serverIn(t, {}, (server) =>
      server.on('secureConnection', (socket) => socket.once('data', () => socket.destroy())),
    ),
  'the server destroys in keylog': (t) =>
    serverIn(t, {}, (server) =>
      server.on('keylog', (_line, socket) => {
        if (!socket.destroyed) socket.destroy();
      }),
    ),

  'a signal ends a connection that is not open': async (t) => {
    const server = await t.serve({}, { watch: false });
    const controller = new AbortController();
    const client = t.connect(server, { signal: controller.signal });
    controller.abort();
    await t.closed(client);
  },
  'a signal ends a connection that is open': async (t) => {
    const controller = new AbortController();
    const { client } = await t.openAndQuiet({ client: { signal: controller.signal }, peer: mute });
    controller.abort();
    await t.closed(client);
    await t.closed();
  },
  // A signal that was aborted before is left out: node:tls of Node 20 ends the process.
};
