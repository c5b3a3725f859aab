// Sessions: when they come, and what resumes.

import { once } from 'node:events';

/** A session, and what the client did to get it. */
async function sessionOf(t, server, options, as = 'first') {
  const client = t.connect(server, options, { as, session: true });
  const given = new Promise((resolve) => client.once('session', resolve));
  await once(client, 'secureConnect');
  const session = await given;
  client.end();
  await t.closed();
  return session;
}

async function again(t, server, options, as = 'second') {
  const accepted = once(server, 'secureConnection');
  const client = t.connect(server, options, { as, session: true });
  const [[peer]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  const { authorized, authorizationError, servername, alpnProtocol } = client;
  t.say(as, 'resumed', client.isSessionReused());
  t.say(as, 'judged', { authorized, authorizationError, servername, alpnProtocol });
  t.say(as, 'peer', { resumed: peer.isSessionReused(), servername: peer.servername });
  client.end();
  await t.closed();
  return client;
}

async function twice(t, serverOptions, clientOptions, secondOptions) {
  const server = await t.serve(serverOptions);
  const session = await sessionOf(t, server, clientOptions);
  await again(t, server, { ...clientOptions, ...secondOptions, session });
}

export const scripts = {
  'a session is resumed': (t) => twice(t),
  'a session is resumed, with ALPN': (t) =>
    twice(t, { ALPNProtocols: ['one'] }, { ALPNProtocols: ['one', 'two'] }),
  'a session is resumed, with a client certificate': (t) =>
    twice(t, { requestCert: true, ca: t.cas.a }, t.ids.a),
  'a session is resumed by a client that does not mind': (t) =>
    twice(t, {}, { ca: t.cas.b, rejectUnauthorized: false }),

  'the session events of a connection with data': async (t) => {
    const { client, peer } = await t.open({ watch: { session: true } });
    await t.exchange(client, peer);
    client.end();
    await t.closed();
  },

  'a listener of session that comes late': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    client.on('session', (session) => t.say('client', 'session', t.session(session)));
    await t.exchange(client, peer);
    client.end();
    await t.closed();
  },

  'getSession() resumes': async (t) => {
    const server = await t.serve();
    const accepted = once(server, 'secureConnection');
    const client = t.connect(server);
    t.tried('client', 'getSession() at once', () => typeof client.getSession());
    const [peer] = await accepted;
    await t.exchange(client, peer);
    const session = client.getSession();
    t.say('client', 'getSession()', session);
    t.say('client', 'getTLSTicket()', client.getTLSTicket());
    client.end();
    await t.closed();
    await again(t, server, { session });
  },

  'setSession() before the connection is open resumes': async (t) => {
    const server = await t.serve();
    const session = await sessionOf(t, server);
    const client = t.connect(server, {}, { as: 'second' });
    t.tried('second', 'setSession', () => client.setSession(session));
    await once(client, 'secureConnect');
    t.say('second', 'resumed', client.isSessionReused());
    client.end();
    await t.closed();
  },

  'a session over a socket that is given': async (t) => {
    const server = await t.serve();
    const session = await sessionOf(t, server);
    const socket = t.plainClient(server);
    await once(socket, 'connect');
    await again(t, server, { session, socket });
  },

  'a session of a connection that was destroyed': async (t) => {
    const server = await t.serve({}, { peer: { without: ['error', 'end', 'finish', 'close'] } });
    const accepted = once(server, 'secureConnection');
    const client = t.connect(server, {}, { as: 'first' });
    const given = new Promise((resolve) => client.once('session', resolve));
    const [peer] = await accepted;
    const session = await given;
    // What is written in the event itself stays in node:tls until something else moves it.
    await t.quiet();
    await t.exchange(client, peer);
    t.session(session);
    client.destroy();
    await t.closed();
    await again(t, server, { session });
  },

  'a server that has other ticket keys by then': async (t) => {
    const server = await t.serve({ ticketKeys: Buffer.alloc(48, 1) });
    t.say('server', 'getTicketKeys()', server.getTicketKeys());
    const session = await sessionOf(t, server);
    t.tried('server', 'setTicketKeys', () => server.setTicketKeys(Buffer.alloc(48, 2)));
    await again(t, server, { session });
  },

  'two servers with the same ticket keys': async (t) => {
    const options = { ticketKeys: Buffer.alloc(48, 1), sessionIdContext: 'both' };
    const first = await t.serve(options);
    const second = await t.serve(options);
    const session = await sessionOf(t, first);
    await again(t, second, { session });
  },

  'a server that keeps its sessions': async (t) => {
    const kept = new Map();
    const server = await t.serve({ secureOptions: 0x4000 });
    server.on('newSession', (id, data, done) => {
      t.say('server', 'newSession', id, data, done);
      kept.set(id.toString('hex'), data);
      done();
    });
    server.on('resumeSession', (id, done) => {
      const found = kept.get(id.toString('hex'));
      t.say('server', 'resumeSession', id, done, found !== undefined);
      done(null, found ?? null);
    });
    const session = await sessionOf(t, server);
    await again(t, server, { session });
  },

  'a server that keeps its sessions, and finds none': async (t) => {
    const server = await t.serve({ secureOptions: 0x4000 });
    server.on('newSession', (_id, _data, done) => setImmediate(done));
    server.on('resumeSession', (_id, done) => {
      t.say('server', 'resumeSession');
      setImmediate(done, null, null);
    });
    const session = await sessionOf(t, server);
    await again(t, server, { session });
  },

  'newSession is waited for': async (t) => {
    const server = await t.serve({ secureOptions: 0x4000 });
    server.on('newSession', (_id, _data, done) => {
      t.say('server', 'newSession');
      setImmediate(() => {
        t.say('server', 'newSession is done');
        done();
      });
    });
    const accepted = once(server, 'secureConnection');
    const client = t.connect(server);
    await Promise.all([accepted, once(client, 'secureConnect')]);
    client.end();
    await t.closed();
  },

  'resumeSession has an error': async (t) => {
    const server = await t.serve({ secureOptions: 0x4000 });
    server.on('newSession', (_id, _data, done) => done());
    server.on('resumeSession', (_id, done) =>
      done(Object.assign(new Error('the store is down'), { code: 'ERR_MINE' })),
    );
    // In TLS 1.3 it is asked in the first handshake, too: an id is sent that means nothing.
    const session = t.is13 ? undefined : await sessionOf(t, server);
    const failed = once(server, 'tlsClientError');
    const client = t.connect(server, { session }, { as: 'second' });
    await Promise.all([failed, t.closed(client)]);
  },

  'a session that is none': async (t) => {
    const server = await t.serve();
    t.tried('client', 'connect', () => {
      t.connect(server, { session: Buffer.from('no session') });
      return 'returns';
    });
    await t.quiet();
  },
};
