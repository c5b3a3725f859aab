// The options of SslConnection, put into effect.

import { isIP } from 'node:net';
import type { CheckedConnectionOptions } from '../common/options.js';
import { invalidValue } from '../common/validate.js';
import type { SslContext } from '../context/context.js';
import { applyAnswers, ensure, type SslAnswers } from '../context/options.js';
import * as C from '../libssl/functions.js';
import { on, result } from '../native/call.js';
import type { Handle } from '../native/native.js';
import type { SslSession } from '../session/session.js';
import { applyDatagramOptions, type DatagramOptions } from './datagrams.js';

/** What one connection has of its own; its answers go before the context's. */
export interface SslConnectionOptions extends SslAnswers, DatagramOptions {
  /** A client's: the session to resume. */
  session?: SslSession | null;
  /**
   * A client's: offers a `dup()` of each session that it is given, so that yours can be offered again.
   * In TLS 1.3 libssl marks the one that it has resumed with as not resumable, since tickets should
   * be used once; but many servers send no new one on resumption, and some protocols (FTPS) want the
   * same session for several connections. Who sees a ticket twice knows that both are of one client.
   */
  reuseSession?: boolean;
  /** A client's: the server name (SNI), which the certificate must be for when it is verified. */
  servername?: string;
  /**
   * A client's: the name or IP address that the certificate must be for where `servername` is not
   * given; with `servername`, as in node:tls, it has no say. null: any name will do, also beside a
   * `servername`. Where the context verifies (`rejectUnauthorized`), one of the three is needed.
   */
  host?: string | null;
  /** Most early data that a server takes, in bytes, as `SslContext.maxEarlyData`; the context's where not given. */
  maxEarlyData?: number;
  /** Tickets that a TLS 1.3 server sends, 0 to 255; the context's where not given. */
  numTickets?: number;
}

/** Puts all of them into effect but the session. */
export function applyConnectionOptions(
  handle: Handle,
  context: SslContext,
  options: CheckedConnectionOptions,
): void {
  const { servername, maxEarlyData, numTickets } = options;
  const client = context.role === 'client';
  applyAnswers(handle, client, options);
  if (options.ALPNProtocols !== undefined && client) {
    C.SSL_set_alpn_protos(handle, options.ALPNProtocols);
    // This one returns 0 where it succeeds.
    ensure(1 - result(), 'SSL_set_alpn_protos', 'ALPNProtocols');
  }
  if (servername !== undefined) {
    ensure(
      C.SSL_set_tlsext_host_name(handle, servername),
      'SSL_set_tlsext_host_name',
      'servername',
    );
  }
  if (client) expectServer(handle, serverToExpect(context, options));
  if (maxEarlyData !== undefined) {
    C.SSL_set_max_early_data(handle, maxEarlyData);
  }
  if (numTickets !== undefined) {
    C.SSL_set_num_tickets(handle, numTickets);
  }
  applyDatagramOptions(handle, context.protocol === 'dtls', options);
}

// Who the server must be; null: anybody.
function serverToExpect(
  context: SslContext,
  { servername, host }: CheckedConnectionOptions,
): string | null {
  const name = host === null ? null : (servername ?? host);
  if (name !== undefined) return name;
  if (!context.rejectUnauthorized) return null;
  const rule = 'must name the server whose certificate is verified; null: any name will do';
  throw invalidValue("options.servername' or 'options.host", rule);
}

function expectServer(handle: Handle, name: string | null): void {
  if (name === null) return;
  const check = isIP(name) === 0 ? 'SSL_set1_host' : 'X509_VERIFY_PARAM_set1_ip_asc';
  on(handle)[check](name);
  ensure(result(), check, 'host');
}
