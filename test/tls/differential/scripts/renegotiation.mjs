// Another handshake on the same connection: TLS 1.2 only.

import { once } from 'node:events';

/** The callback of renegotiate(). */
const renegotiated = (t, as, socket, options = {}) =>
  new Promise((resolve) => {
    const returned = socket.renegotiate(options, (error) => {
      t.say(as, 'renegotiated', error);
      resolve(error);
    });
    t.say(as, 'renegotiate returns', returned);
  });

const or = (socket, promise) => Promise.race([promise, once(socket, 'close')]);

export const scripts = {
  'the client renegotiates': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    await or(client, renegotiated(t, 'client', client));
    if (!t.is13) await t.exchange(client, peer);
    client.end();
    await t.closed();
  },

  'the client renegotiates, and what it writes meanwhile arrives': async (t) => {
    const { client } = await t.openAndQuiet();
    const done = renegotiated(t, 'client', client);
    client.write('meanwhile');
    await done;
    client.end(' and after');
    await t.closed();
  },

  'the client renegotiates without a callback': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    t.tried('client', 'renegotiate', () => client.renegotiate({}));
    await t.exchange(client, peer);
    client.end();
    await t.closed();
  },

  'the server renegotiates': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    await renegotiated(t, 'peer', peer);
    if (!t.is13) await t.exchange(client, peer);
    client.end();
    await t.closed();
  },

  'the server renegotiates, and asks for a certificate': async (t) => {
    const { client, peer } = await t.openAndQuiet({ server: { ca: t.cas.a }, client: t.ids.a });
    t.say('peer', 'before', Object.keys(peer.getPeerCertificate()).length > 0);
    const error = await renegotiated(t, 'peer', peer, {
      requestCert: true,
      rejectUnauthorized: true,
    });
    await t.quiet();
    const { authorized, authorizationError } = peer;
    if (error === null) {
      t.say('peer', 'after', { authorized, authorizationError });
      t.say('peer', 'certificate', peer.getPeerCertificate()?.subject);
    }
    client.end();
    await t.closed();
  },

  'more renegotiations than the server allows': async (t) => {
    const { client, peer } = await t.openAndQuiet({
      watch: { without: ['error', 'end', 'finish', 'close'] },
    });
    for (let time = 1; time <= 3; time++) {
      if (client.destroyed) break;
      await or(client, renegotiated(t, 'client', client));
    }
    if (!t.is13) {
      const failed = once(peer, 'error').catch(() => {});
      client.renegotiate({}, () => {});
      await failed;
      t.say('peer', 'after', { destroyed: peer.destroyed });
      peer.destroy();
    }
    client.destroy();
    await t.closed();
  },

  'the server has disabled renegotiation': async (t) => {
    const { client, peer } = await t.openAndQuiet({
      watch: { without: ['error', 'end', 'finish', 'close'] },
    });
    t.tried('peer', 'disableRenegotiation', () => peer.disableRenegotiation());
    if (!t.is13) {
      const failed = once(peer, 'error');
      client.renegotiate({}, () => {});
      await failed;
      t.say('peer', 'after', { destroyed: peer.destroyed });
    }
    peer.destroy();
    client.destroy();
    await t.closed();
  },

  'the arguments of renegotiate': async (t) => {
    const { client } = await t.openAndQuiet();
    t.tried('client', 'renegotiate()', () => client.renegotiate());
    t.tried('client', 'renegotiate(null)', () => client.renegotiate(null));
    t.tried('client', 'renegotiate({}, 1)', () => client.renegotiate({}, 1));
    t.tried('client', 'renegotiate({}, null)', () => client.renegotiate({}, null));
    client.destroy();
    t.tried('client', 'renegotiate({}) after destroy()', () => client.renegotiate({}));
    await t.closed(client);
  },
};
