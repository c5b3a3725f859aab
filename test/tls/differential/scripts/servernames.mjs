// Server names: SNICallback and addContext.

import { once } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';

const other = 'other.localhost';

/** Which certificate the client was shown: its issuer says it. */
const shown = (client) => client.getPeerCertificate().issuer.CN;

async function asked(t, name, { server: options, prepare = () => {}, ca } = {}) {
  const server = await t.serve(options);
  prepare(server);
  const accepted = once(server, 'secureConnection');
  const client = t.connect(server, {
    servername: name,
    rejectUnauthorized: false,
    ...(ca !== undefined && { ca }),
  });
  const [[peer]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  t.say('client', 'seen', { issuer: shown(client), servername: client.servername });
  t.say('client', 'judged', client.authorized, client.authorizationError);
  t.say('peer', 'seen', { servername: peer.servername });
  client.end();
  await t.closed();
}

async function refused(t, SNICallback) {
  const server = await t.serve({ SNICallback });
  const failed = once(server, 'tlsClientError');
  const client = t.connect(server, {}, { without: ['error'] });
  await Promise.all([t.closed(client), failed]);
  await t.closed();
}

const contextOf = (t, id) => t.keep(t.s.context('server', { ...t.ids[id], ...t.versions }));

export const scripts = {
  'a server name': (t) => asked(t, 'localhost'),
  'no server name': (t) => asked(t, undefined),
  'a server name that is empty': (t) => asked(t, ''),

  'addContext: of the name': (t) =>
    asked(t, other, {
      prepare: (server) => server.addContext(other, { ...t.ids.b, ...t.versions }),
      ca: t.cas.b,
    }),
  'addContext: a context that is made': (t) =>
    asked(t, other, { prepare: (server) => server.addContext(other, contextOf(t, 'b')) }),
  'addContext: of another name': (t) =>
    asked(t, 'localhost', {
      prepare: (server) => server.addContext(other, { ...t.ids.b, ...t.versions }),
    }),
  'addContext: a star': (t) =>
    asked(t, other, {
      prepare: (server) => server.addContext('*.localhost', { ...t.ids.b, ...t.versions }),
    }),
  'addContext: a star is one label': (t) =>
    asked(t, `an.${other}`, {
      prepare: (server) => server.addContext('*.localhost', { ...t.ids.b, ...t.versions }),
    }),
  'addContext: the last one that fits': (t) =>
    asked(t, other, {
      prepare: (server) => {
        server.addContext(other, { ...t.ids.b, ...t.versions });
        server.addContext('*.localhost', { ...t.ids.selfSigned, ...t.versions });
      },
    }),
  'addContext: the client sends no name': (t) =>
    asked(t, undefined, {
      prepare: (server) => server.addContext('*', { ...t.ids.b, ...t.versions }),
    }),
  'addContext without a name': async (t) => {
    const server = await t.serve();
    t.tried('server', 'addContext', () => server.addContext('', t.ids.b));
  },

  'SNICallback answers at once': (t) =>
    asked(t, other, {
      server: {
        SNICallback: (name, callback) => {
          t.say('server', 'SNICallback', name, callback);
          callback(null, contextOf(t, 'b'));
        },
      },
    }),
  'SNICallback answers later': (t) =>
    asked(t, other, {
      server: {
        SNICallback: async (name, callback) => {
          t.say('server', 'SNICallback', name);
          await immediate();
          await immediate();
          t.say('server', 'SNICallback answers');
          callback(null, contextOf(t, 'b'));
        },
      },
    }),
  'SNICallback has no context': (t) =>
    asked(t, other, { server: { SNICallback: (_name, callback) => callback(null) } }),
  'SNICallback has no context, later': (t) =>
    asked(t, other, {
      server: { SNICallback: (_name, callback) => setImmediate(callback, null, undefined) },
    }),
  'SNICallback goes before addContext': (t) =>
    asked(t, other, {
      server: { SNICallback: (_name, callback) => callback(null, contextOf(t, 'b')) },
      prepare: (server) => server.addContext(other, { ...t.ids.selfSigned, ...t.versions }),
    }),
  'SNICallback is not asked without a name': (t) =>
    asked(t, undefined, {
      server: { SNICallback: () => t.say('server', 'SNICallback') },
    }),
  'SNICallback has an error': (t) =>
    refused(t, (_name, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ERR_MINE' })),
    ),
  'SNICallback has an error, later': (t) =>
    refused(t, (_name, callback) =>
      setImmediate(callback, Object.assign(new Error('no such name'), { code: 'ERR_MINE' })),
    ),
  'SNICallback throws': (t) =>
    refused(t, () => {
      throw Object.assign(new Error('no such name'), { code: 'ERR_MINE' });
    }),

  'SNICallback answers after the client is gone': async (t) => {
    let answer;
    const asking = new Promise((resolve) => {
      answer = resolve;
    });
    const server = await t.serve({ SNICallback: (_name, callback) => answer(callback) });
    const failed = once(server, 'tlsClientError');
    const client = t.connect(server);
    const callback = await asking;
    client.destroy();
    const [, socket] = await failed;
    await t.closed(client, socket);
    t.tried('server', 'the answer', () => void callback(null, contextOf(t, 'b')));
    await t.quiet();
  },

  'the client sets its name itself': async (t) => {
    const server = await t.serve();
    const accepted = once(server, 'secureConnection');
    const client = t.connect(server, { servername: undefined, rejectUnauthorized: false });
    t.tried('client', 'setServername', () => client.setServername(other));
    const [[peer]] = await Promise.all([accepted, once(client, 'secureConnect')]);
    t.say('client', 'seen', { servername: client.servername });
    t.say('peer', 'seen', { servername: peer.servername });
    t.tried('peer', 'setServername', () => peer.setServername(other));
    t.tried('client', 'setServername(1)', () => client.setServername(1));
    client.end();
    await t.closed();
  },
};
