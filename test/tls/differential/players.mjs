// Which module plays a side: node:tls, or this package's. What they call differently has one name here.

import { readFileSync } from 'node:fs';

async function node() {
  const tls = await import('node:tls');
  return {
    name: 'node',
    tls,
    Socket: tls.TLSSocket,
    Server: tls.Server,
    context: (_role, options) => tls.createSecureContext(options),
  };
}

async function ours() {
  // By a name that a bundler does not look up: the tests load this file for the scripts' names alone.
  const [tlsModule] = ['libssl-session/tls'];
  const tls = await import(tlsModule);
  const { SslContext, SslSession } = await import('libssl-session');
  return {
    name: 'ours',
    tls,
    Socket: tls.SslSocket,
    Server: tls.SslServer,
    context: (role, options) => new SslContext({ role, ...options }),
    Session: SslSession,
  };
}

const players = { node, ours };

export function player(name) {
  const make = players[name];
  if (make === undefined) throw new Error(`no such player: ${name}`);
  return make();
}

const fixture = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const key = fixture('tls-key.pem');
const certified = (name) => ({ key, cert: fixture(name) });

/** What the sides are given. Each certificate is for `localhost`, unless its name says otherwise. */
export const ids = {
  a: certified('verify-leaf-a.pem'),
  b: certified('verify-leaf-b.pem'),
  expired: certified('verify-expired.pem'),
  selfSigned: certified('tls-cert.pem'),
  ip: certified('ip-cert.pem'),
  chain: certified('verify-chain.pem'),
  rsa: { key: fixture('options-good-key.pem'), cert: fixture('options-good-cert.pem') },
};
export const cas = {
  a: fixture('verify-root-a.pem'),
  b: fixture('verify-root-b.pem'),
  selfSigned: fixture('tls-cert.pem'),
  ip: fixture('ip-cert.pem'),
  rsa: fixture('options-ca.pem'),
};
