// The situations of docs/resumption.md: what both sides were when the session was made, and what
// they are when it is offered. The options have node:tls's names, so that node:tls is asked the
// same.

import type { SslContextOptions } from 'libssl-session';
import { fixture } from '../support/fixture.js';

export type Options = Omit<SslContextOptions, 'role'>;
export type Judge = 'client' | 'server';

/** One connection: its two sides, and what its client asks for. */
export interface Sides {
  client: Options;
  server: Options;
  servername: string;
  /** The server's contexts for other names. */
  contexts?: Record<string, Options>;
}
export interface Situation {
  made: Sides;
  offered: Sides;
}

/** What a connection came to; `code` is that of the error of who judges, null where it opens. */
export interface Outcome {
  resumed: boolean;
  code: string | null;
}

export const versions = {
  'TLS 1.2, id': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  'TLS 1.2, ticket': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  'TLS 1.3': { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
} as const;
export type Kind = keyof typeof versions;

const key = fixture('tls-key.pem');
const of = (name: string) => ({ cert: fixture(`verify-${name}.pem`), key });
// Both leaves are for localhost and other.localhost; each is of its own CA.
const [leafA, leafB] = [of('leaf-a'), of('leaf-b')];
const [rootA, rootB] = [fixture('verify-root-a.pem'), fixture('verify-root-b.pem')];

const servername = 'localhost';
const strict: Options = { ca: rootA };
const lax: Options = { ca: rootA, rejectUnauthorized: false };
const asking: Options = { ...leafA, ca: rootA, requestCert: true };

const withPsk = 'TLS_AES_128_GCM_SHA256:ECDHE-PSK-AES128-CBC-SHA256';
const psk: Options = { ciphers: withPsk, psk: { identity: 'me', key: Buffer.alloc(32, 1) } };
const pskServer: Options = {
  ...leafB,
  ciphers: `${withPsk}:ECDHE-ECDSA-AES128-GCM-SHA256`,
  pskKeys: [['me', Buffer.alloc(32, 1)]],
};

/** A change of some of it between the two connections. */
function change(sides: Partial<Sides>, made: Partial<Sides>, offered: Partial<Sides>): Situation {
  const both = { client: strict, server: leafA, servername, ...sides };
  return { made: { ...both, ...made }, offered: { ...both, ...offered } };
}

// Only the server judges.
const anyone: Options = { rejectUnauthorized: false };
const toServer: Partial<Sides> = { client: { ...anyone, ...leafA }, server: asking };
const foreign: Partial<Sides> = { ...toServer, client: { ...anyone, ...leafB } };
const byName: Partial<Sides> = {
  ...toServer,
  contexts: { localhost: asking, 'other.localhost': { ...asking, ca: rootB } },
};

export const situations: Record<Judge, Record<string, Situation>> = {
  client: {
    nothing: change({}, {}, {}),
    'lax, then strict': change({ server: leafB }, { client: lax }, {}),
    'another CA': change({}, {}, { client: { ca: rootB } }),
    'another name': change({}, {}, { servername: 'bank.example' }),
    'no certificate': change({ server: pskServer }, { client: psk }, {}),
    'another SNI context': change(
      { contexts: { 'other.localhost': leafB } },
      {},
      { servername: 'other.localhost' },
    ),
  },
  server: {
    nothing: change(toServer, {}, {}),
    'lax, then strict': change(foreign, { server: { ...asking, rejectUnauthorized: false } }, {}),
    'another CA': change(foreign, { server: { ...asking, ca: rootB } }, {}),
    'another name': change(toServer, {}, { servername: 'other.localhost' }),
    'no certificate': change(
      { client: anyone, server: asking },
      { server: { ...asking, rejectUnauthorized: false } },
      {},
    ),
    'another SNI context': change(byName, {}, { servername: 'other.localhost' }),
  },
};
