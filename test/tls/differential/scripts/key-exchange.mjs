// Diffie-Hellman: TLS 1.2, with the sizes that a client accepts.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const dhparam = readFileSync(
  new URL('../../../fixtures/options-dh2048.pem', import.meta.url),
  'utf8',
);
const ciphers = 'DHE-RSA-AES128-GCM-SHA256';

export const only = {
  'Diffie-Hellman': ['TLSv1.2'],
  'Diffie-Hellman, smaller than the client wants': ['TLSv1.2'],
};

export const scripts = {
  'Diffie-Hellman': async (t) => {
    const { client } = await t.open({
      server: { ...t.ids.rsa, dhparam, ciphers },
      client: { ciphers, ca: t.cas.rsa },
    });
    t.say('client', 'getEphemeralKeyInfo()', client.getEphemeralKeyInfo());
    t.say('client', 'getCipher()', client.getCipher());
    client.end();
    await t.closed();
  },

  'Diffie-Hellman, smaller than the client wants': async (t) => {
    const server = await t.serve({ ...t.ids.rsa, dhparam, ciphers }, { watch: false });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => t.keep(socket).on('error', () => {}));
    const client = t.connect(server, { ciphers, ca: t.cas.rsa, minDHSize: 2049 });
    await t.closed(client);
  },

  'requestOCSP, and a server that answers': async (t) => {
    const server = await t.serve();
    server.on('OCSPRequest', (certificate, issuer, callback) => {
      t.say('server', 'OCSPRequest', certificate, issuer, callback);
      callback(null, Buffer.from('an answer'));
    });
    const client = t.connect(server, { requestOCSP: true });
    await once(client, 'secureConnect');
    client.end();
    await t.closed(client);
    await t.closed();
  },
};
