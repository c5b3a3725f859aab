import type { Server } from 'node:net';
import type { NetDuplex } from './net-duplex.js';

/** A socket, as what it is made of sees it. */
export interface Owner extends NetDuplex {
  secureConnecting: boolean;
  authorized: boolean;
  authorizationError: string | null;
  alpnProtocol: string | false | null;
  servername: string | false | null;
  truncated: boolean;
  readonly server: Server | undefined;
  getPeerCertificate(detailed: true): unknown;
}

/** What a server may ask for in another handshake. */
export interface Renegotiation {
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}
