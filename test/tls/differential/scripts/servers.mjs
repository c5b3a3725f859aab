// The server itself.

import { once } from 'node:events';

export const scripts = {
  'close() waits for open connections': async (t) => {
    const { server, client } = await t.openAndQuiet();
    server.close(t.saying('server', 'close callback'));
    t.say('server', 'listening', server.listening);
    await t.quiet();
    client.end();
    await t.closed();
    await t.quiet();
  },

  'close() with no connection': async (t) => {
    const server = await t.serve();
    await new Promise((resolve) => {
      server.close((error) => {
        t.say('server', 'close callback', error);
        resolve();
      });
    });
    server.close(t.saying('server', 'second close callback'));
    await t.quiet();
  },

  'close() while a handshake is under way': async (t) => {
    const server = await t.serve();
    const connected = once(server, 'connection');
    const socket = t.plainClient(server);
    await connected;
    const closed = new Promise((resolve) => server.close(resolve));
    socket.end();
    t.say('server', 'closed', await closed);
    await t.quiet();
  },

  'the callback of createServer is a listener of secureConnection': async (t) => {
    const server = await t.serve({}, { listener: t.saying('server', 'listener') });
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end();
    await t.closed(client);
    await t.closed();
  },

  'getConnections()': async (t) => {
    const { server, client } = await t.openAndQuiet();
    const count = () =>
      new Promise((resolve) => server.getConnections((error, count) => resolve([error, count])));
    t.say('server', 'connections', ...(await count()));
    client.end();
    await t.closed();
    await t.quiet();
    t.say('server', 'connections', ...(await count()));
  },

  maxConnections: async (t) => {
    const server = await t.serve();
    server.maxConnections = 1;
    const dropped = once(server, 'drop');
    const accepted = once(server, 'secureConnection');
    const first = t.connect(server, {}, { as: 'first' });
    await Promise.all([accepted, once(first, 'secureConnect')]);
    const second = t.plainClient(server);
    const [data] = await dropped;
    t.say('server', 'dropped', Object.keys(data).sort());
    second.destroy();
    first.end();
    await t.closed();
  },

  'the port is taken': async (t) => {
    const server = await t.serve();
    const other = t.watchServer(t.s.tls.createServer(t.ids.a));
    other.listen(server.address().port, '127.0.0.1');
    await once(other, 'error').catch(() => {});
    await t.quiet();
  },

  'listen() and its callback': async (t) => {
    const server = t.keep(t.s.tls.createServer({ ...t.ids.a, ...t.versions }));
    t.watchServer(server);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.logs.ports.add(server.address().port);
    t.say('server', 'address()', server.address());
    t.say('server', 'listening', server.listening);
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end();
    await t.closed(client);
    await t.closed();
  },

  'setSecureContext() is for the connections that follow': async (t) => {
    const server = await t.serve();
    const issuer = async (as, ca) => {
      const client = t.connect(server, { ca }, { as });
      await once(client, 'secureConnect');
      t.say(as, 'issuer', client.getPeerCertificate().issuer.CN);
      client.end();
      await t.closed();
    };
    await issuer('first', t.cas.a);
    t.tried('server', 'setSecureContext', () =>
      server.setSecureContext({ ...t.ids.b, ...t.versions }),
    );
    await issuer('second', t.cas.b);
    t.tried('server', 'setSecureContext()', () => server.setSecureContext());
  },

  'many connections at once': async (t) => {
    const server = await t.serve({}, { watch: false });
    let open = 0;
    server.on('secureConnection', (socket) => {
      open++;
      t.keep(socket).on('error', () => {});
      socket.pipe(socket);
    });
    const clients = Array.from({ length: 20 }, (_, each) => {
      const client = t.keep(t.c.tls.connect(t.clientOptions(server)));
      client.end(`number ${each}`);
      return client;
    });
    const texts = await Promise.all(
      clients.map(async (client) => {
        let text = '';
        for await (const chunk of client) text += chunk;
        return text;
      }),
    );
    t.say('client', 'texts', texts);
    t.say('server', 'connections', open);
  },

  'a server that is disposed of': async (t) => {
    const server = await t.serve();
    await server[Symbol.asyncDispose]();
    t.say('server', 'listening', server.listening);
  },

  'what a server is': async (t) => {
    const server = await t.serve();
    t.say('server', 'instanceof', server instanceof t.s.Server);
    t.tried('server', 'getTicketKeys()', () => server.getTicketKeys().length);
    t.tried('server', 'setTicketKeys(text)', () => server.setTicketKeys('text'));
    t.say('server', 'own', {
      requestCert: server.requestCert,
      rejectUnauthorized: server.rejectUnauthorized,
    });
  },
};
