// Applies the options of SslConnection.

import { isIP } from 'node:net';
import type { CheckedConnectionOptions } from '../common/options.js';
import { invalidValue } from '../common/validate.js';
import type { SslContext } from '../context/context.js';
import { applyAnswers, ensure, type SslAnswers } from '../context/options.js';
import * as C from '../libssl/functions.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';
import {
  applyDatagramOptions,
  asksForCookie,
  type DatagramOptions,
  defaultMtu,
} from './datagrams.js';
import type { Steps } from './steps.js';

/** Options of one connection. Its answers take precedence over those of its context. */
export interface SslConnectionOptions extends SslAnswers, DatagramOptions {
  /** For clients: the session to resume. */
  session?: SslSession | null;
  /**
   * For clients: offers a `dup()` of each session, so that you can offer yours again. In TLS 1.3
   * libssl marks a session as not resumable when it resumes it, because a ticket should be used
   * only once: who sees a ticket twice knows that both connections are from one client. But many
   * servers send no new ticket on resumption, and some protocols (FTPS) need the same session for
   * several connections.
   */
  reuseSession?: boolean;
  /**
   * For clients: the server name (SNI). If the certificate is verified, it must be for this name.
   */
  servername?: string;
  /**
   * For clients: the name or IP address that the certificate must be for if there is no
   * `servername`. With `servername` it is not used, as in node:tls. null says that any name will
   * do, even with a `servername`. If the context verifies (`rejectUnauthorized`), one of these
   * three is needed.
   */
  host?: string | null;
  /**
   * How many bytes of early data a server takes, like `SslContext.maxEarlyData`; by default that of
   * the context.
   */
  maxEarlyData?: number;
  /** How many tickets a TLS 1.3 server sends, 0 to 255; by default as many as the context says. */
  numTickets?: number;
}

/** Applies all options except `session`. */
export function applyConnectionOptions(steps: Steps, options: CheckedConnectionOptions): void {
  const { servername, maxEarlyData, numTickets } = options;
  const { handle, context, server, datagrams } = steps;
  applyAnswers(handle, !server, options);
  if (options.ALPNProtocols !== undefined && !server) {
    C.SSL_set_alpn_protos(handle, options.ALPNProtocols);
    // This function returns 0 on success.
    ensure(1 - result(), 'SSL_set_alpn_protos', 'ALPNProtocols');
  }
  if (servername !== undefined) {
    ensure(
      C.SSL_set_tlsext_host_name(handle, servername),
      'SSL_set_tlsext_host_name',
      'servername',
    );
  }
  steps.name = servername ?? options.host ?? null;
  if (!server) expectServer(handle, serverToExpect(context, options));
  if (maxEarlyData !== undefined) {
    C.SSL_set_max_early_data(handle, maxEarlyData);
  }
  if (numTickets !== undefined) {
    C.SSL_set_num_tickets(handle, numTickets);
  }
  steps.readsEarlyData = server && !datagrams && (maxEarlyData ?? context.maxEarlyData) > 0;
  steps.reusesSession = options.reuseSession ?? false;
  applyDatagramOptions(handle, datagrams, options);
  steps.mtu = options.mtu ?? defaultMtu;
  const answers = datagrams && server;
  steps.needsAddress = answers && options.peerAddress === undefined && asksForCookie(handle);
}

// The name or address that the server's certificate must be for; null if any will do.
function serverToExpect(
  context: SslContext,
  { servername, host }: CheckedConnectionOptions,
): string | null {
  const name = host === null ? null : (servername ?? host);
  if (name !== undefined) return name;
  if (!context.rejectUnauthorized) return null;
  const rule = 'must name the server, whose certificate is verified; host: null accepts any name';
  throw invalidValue("options.servername' or 'options.host", rule);
}

function expectServer(handle: Handle, name: string | null): void {
  if (name === null) return;
  const check = isIP(name) === 0 ? 'SSL_set1_host' : 'X509_VERIFY_PARAM_set1_ip_asc';
  on(handle)[check](name);
  ensure(result(), check, 'host');
}
