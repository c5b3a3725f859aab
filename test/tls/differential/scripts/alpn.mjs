// Application protocols.

import { once } from 'node:events';

async function agreed(t, serverProtocols, clientProtocols, more = {}) {
  const { client, peer } = await t.open({
    server: { ...(serverProtocols !== undefined && { ALPNProtocols: serverProtocols }), ...more },
    client: clientProtocols === undefined ? {} : { ALPNProtocols: clientProtocols },
  });
  t.say('client', 'alpnProtocol', client.alpnProtocol);
  t.say('peer', 'alpnProtocol', peer.alpnProtocol);
  client.end();
  await t.closed();
}

async function refused(t, serverOptions, ALPNProtocols) {
  const server = await t.serve(serverOptions);
  const failed = once(server, 'tlsClientError');
  const client = t.connect(server, { ALPNProtocols });
  await Promise.all([t.closed(client), failed]);
  await t.closed();
}

const both = ['first', 'second'];

export const scripts = {
  'ALPN: the server prefers': (t) => agreed(t, ['second', 'first'], both),
  'ALPN: one in common': (t) => agreed(t, ['other', 'second'], both),
  'ALPN: as bytes': (t) => agreed(t, Buffer.from('\x05first'), Buffer.from('\x05first\x06second')),
  'ALPN: only the client': (t) => agreed(t, undefined, both),
  'ALPN: only the server': (t) => agreed(t, both, undefined),
  'ALPN: none in common': (t) => refused(t, { ALPNProtocols: ['other'] }, both),

  'ALPNCallback chooses': (t) =>
    agreed(t, undefined, both, {
      ALPNCallback: (...args) => {
        t.say('server', 'ALPNCallback', ...args);
        return 'second';
      },
    }),
  'ALPNCallback is not asked where the client has none': (t) =>
    agreed(t, undefined, undefined, {
      ALPNCallback: () => {
        t.say('server', 'ALPNCallback');
        return 'second';
      },
    }),
  'ALPNCallback chooses nothing': (t) => refused(t, { ALPNCallback: () => undefined }, both),
  'ALPNCallback chooses what was not offered': (t) =>
    refused(t, { ALPNCallback: () => 'third' }, both),
  'ALPNCallback throws': (t) =>
    refused(
      t,
      {
        ALPNCallback: () => {
          throw Object.assign(new Error('cannot choose'), { code: 'ERR_MINE' });
        },
      },
      both,
    ),
};
