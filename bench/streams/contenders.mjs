// What is compared: two modules with the functions of node:tls, and the few things that are not
// named alike.

import { SslContext } from 'libssl-session';

const ours = {
  clientContext: (_tls, options) => new SslContext({ ...options, role: 'client' }),
  // Its sessions are objects, and the listener's to free. Its server keeps them in libssl's cache.
  freeSession: (session) => session?.free(),
  // Like node:tls's client it offers the same session again.
  ofClient: { reuseSession: true },
  keepSessions() {},
};

const nodes = {
  clientContext: (tls, options) => tls.createSecureContext(options),
  freeSession() {},
  ofClient: {},
  /** The server's cache, which with node:tls is outside. */
  keepSessions(server) {
    const sessions = new Map();
    server.on('newSession', (id, data, done) => {
      sessions.set(id.toString('latin1'), data);
      done();
    });
    server.on('resumeSession', (id, done) => {
      done(null, sessions.get(id.toString('latin1')) ?? null);
    });
  },
};

export async function contender(name) {
  const tls = await import(name);
  return { tls, ...(name === 'node:tls' ? nodes : ours) };
}
