// Pre-shared keys, as callbacks.

import { once } from 'node:events';

const key = Buffer.alloc(16, 7);

/** A suite that takes keys; in TLS 1.3 it has to have the hash of the key's suite. */
const pskOnly = (t) => ({ ciphers: t.is13 ? 'TLS_AES_128_GCM_SHA256' : 'PSK-AES128-GCM-SHA256' });
const server = (t, pskCallback, more = {}) => ({
  ...pskOnly(t),
  ...(t.is13 ? {} : { key: undefined, cert: undefined }),
  pskCallback,
  ...more,
});
const client = (t, pskCallback, more = {}) => ({
  ...pskOnly(t),
  pskCallback,
  checkServerIdentity: () => t.say('client', 'checkServerIdentity'),
  ...more,
});

async function agreed(t, serverOptions, clientOptions) {
  const { client: near, peer } = await t.open({ server: serverOptions, client: clientOptions });
  const { authorized, authorizationError } = near;
  t.say('client', 'judged', { authorized, authorizationError, resumed: near.isSessionReused() });
  t.say('peer', 'cipher', peer.getCipher().name);
  near.end('by a key');
  await t.closed();
}

async function refused(t, serverOptions, clientOptions) {
  const refusing = await t.serve(serverOptions);
  const failed = once(refusing, 'tlsClientError');
  const near = t.connect(refusing, clientOptions);
  await Promise.all([t.closed(near), failed]);
}

export const scripts = {
  'a pre-shared key': (t) =>
    agreed(
      t,
      server(t, (socket, identity) => {
        t.say('server', 'pskCallback', socket, identity);
        return key;
      }),
      client(t, (hint) => {
        t.say('client', 'pskCallback', hint);
        return { psk: key, identity: 'me' };
      }),
    ),
  'a pre-shared key, with a hint': (t) =>
    agreed(
      t,
      server(t, () => ({ psk: key }), { pskIdentityHint: 'a hint' }),
      client(t, (hint) => {
        t.say('client', 'pskCallback', hint);
        return { psk: key, identity: 'me' };
      }),
    ),
  'another pre-shared key': (t) =>
    refused(
      t,
      server(t, () => Buffer.alloc(16, 8)),
      client(t, () => ({ psk: key, identity: 'me' })),
    ),
  'a client whose pskCallback throws': (t) =>
    refused(
      t,
      server(t, () => key),
      client(t, () => {
        throw Object.assign(new Error('no key'), { code: 'ERR_MINE' });
      }),
    ),
};
