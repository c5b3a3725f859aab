// Connections that do not come about.

import { once } from 'node:events';
import net from 'node:net';

/** The client's end, and the server's, which has one error to tell. */
async function refused(t, serverOptions, clientOptions, how = {}) {
  const server = await t.serve(serverOptions, how);
  const failed = once(server, 'tlsClientError');
  const client = t.connect(server, clientOptions);
  await Promise.all([t.closed(client), failed]);
  await t.closed();
  t.say('client', 'after', { authorized: client.authorized, destroyed: client.destroyed });
}

/** A client without TLS that sends this. */
async function plain(t, act, { only } = {}) {
  const server = await t.serve({}, { watch: only === undefined });
  const failed = once(server, 'tlsClientError');
  const socket = t.plainClient(server);
  await once(socket, 'connect');
  act(socket);
  const [error, accepted] = await failed;
  if (only !== undefined) t.say('server', 'tlsClientError', error[only]);
  t.say('server', 'its socket', { destroyed: accepted.destroyed, authorized: accepted.authorized });
  await t.closed(accepted);
}

export const scripts = {
  'nobody listens': async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    t.logs.ports.add(port);
    await new Promise((resolve) => server.close(resolve));
    const client = t.connect(undefined, { port, host: '127.0.0.1' });
    await t.closed(client);
  },

  'the lookup fails': async (t) => {
    const lookup = (_name, _options, callback) =>
      callback(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }));
    const client = t.connect(undefined, { port: 1, host: 'nowhere.example', lookup });
    await t.closed(client);
  },

  'the server does not speak TLS': async (t) => {
    const server = await t.plainServer((socket) => socket.write('220 ready, if you are\r\n'));
    const client = t.connect(server);
    await t.closed(client);
  },

  'the server ends at once': async (t) => {
    const server = await t.plainServer((socket) => {
      // What is unread would make it a reset.
      socket.once('data', () => socket.end());
    });
    const client = t.connect(server);
    await t.closed(client);
  },

  'the server resets the connection': async (t) => {
    const server = await t.plainServer((socket) =>
      socket.once('data', () => socket.resetAndDestroy()),
    );
    const client = t.connect(server);
    await t.closed(client);
  },

  'the client does not speak TLS': (t) => plain(t, (socket) => socket.write('HELO localhost\r\n')),

  'the client speaks HTTP': (t) => plain(t, (socket) => socket.write('GET / HTTP/1.1\r\n\r\n')),

  'the client ends at once': (t) => plain(t, (socket) => socket.end()),

  'the client ends in the middle of a record': (t) =>
    plain(t, (socket) => socket.end(Buffer.from('160301020001', 'hex'))),

  'the client resets the connection': (t) =>
    plain(
      t,
      (socket) => {
        socket.write(Buffer.from('160301020001', 'hex'));
        setImmediate(() => socket.resetAndDestroy());
      },
      // Whether the reset is seen, or only the end, is chance.
      { only: 'code' },
    ),

  'no version in common': (t) => {
    const other = t.is13 ? 'TLSv1.2' : 'TLSv1.3';
    return refused(t, { minVersion: other, maxVersion: other });
  },

  'no cipher in common': (t) =>
    t.is13
      ? refused(t, { ciphers: 'TLS_AES_128_GCM_SHA256' }, { ciphers: 'TLS_AES_256_GCM_SHA384' })
      : refused(
          t,
          { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
          { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
        ),

  'no group in common': (t) => refused(t, { ecdhCurve: 'P-384' }, { ecdhCurve: 'P-256' }),

  'a server without a certificate': (t) => refused(t, { cert: undefined, key: undefined }),

  'a server with a certificate of a kind that the client does not want': (t) =>
    refused(t, {}, { sigalgs: 'RSA-PSS+SHA256' }),

  'the listener of tlsClientError destroys the socket': (t) => {
    const other = t.is13 ? 'TLSv1.2' : 'TLSv1.3';
    return (async () => {
      const server = await t.serve({ minVersion: other, maxVersion: other });
      server.on('tlsClientError', (_error, socket) => {
        t.say('server', 'its socket', { destroyed: socket.destroyed });
        socket.destroy();
      });
      const client = t.connect(server);
      await t.closed(client);
      await t.closed();
    })();
  },

  'the server goes on after a refusal': async (t) => {
    const server = await t.serve();
    const failed = once(server, 'tlsClientError');
    t.plainClient(server).end('not TLS at all\r\n');
    await failed;
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end('this is');
    await t.closed(client);
    await t.closed();
  },
};
