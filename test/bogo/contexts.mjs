// A context for one connection, and what it takes over from the one before: its ticket keys and its
// sessions, as each connection has settings of its own.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as C from 'libssl-session/libssl';
import {
  cipherList,
  namesOf,
  signatureNames,
  signedByDefault,
  verifiedByDefault,
} from './algorithms.mjs';
import { errorLine } from './errors.mjs';

/** What the shim says when it fails, line by line. */
export class Failure extends Error {
  constructor(...lines) {
    super(lines.join('\n'));
  }
}

/** Fails with libssl's reasons unless the result is a success. */
export function must(result, name) {
  if (result <= 0) throw new Failure(`${name} failed`, ...C.lastErrors().map(errorLine));
}

const tls13Suites = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
// As much as BoringSSL takes, and a ticket of its says.
const maxEarlyData = 14_336;
// X509_V_ERR_APPLICATION_VERIFICATION, which BoringSSL's shim gives, too.
const verifyFailed = 50;
// X509_V_ERR_PERMITTED_VIOLATION, for which libssl's alert is certificate_unknown: BoringSSL's for a
// custom callback that says no more than no.
const verifyRefused = 47;
const SSL_SERVERINFOV2 = 2;
const SSL_EXT_CLIENT_HELLO = 0x80;
const SSL_EXT_TLS1_2_SERVER_HELLO = 0x100;
const SSL_EXT_TLS1_3_CERTIFICATE = 0x1000;
const ocsp = { ok: 0, alert: 2, none: 3 };

/** What a connection leaves to the next: its context, its keys of tickets, its new sessions. */
export function newContext(config, previous) {
  const ctx = C.SSL_CTX_new(config.dtls ? C.DTLS_method() : C.TLS_method());
  must(ctx, 'SSL_CTX_new');
  // Above 0 libssl has neither TLS 1.0 nor SHA-1 nor RSA of 1024 bits.
  C.SSL_CTX_set_security_level(ctx, 0);
  C.SSL_CTX_set_min_proto_version(ctx, config.dtls ? C.DTLS1_VERSION : C.TLS1_VERSION);
  setOptions(ctx, config);
  setAlgorithms(ctx, config);
  setCertificate(ctx, config);
  setVerification(ctx, config);
  setStapling(ctx, config);
  setNames(ctx, config);
  const ticketKeys = setTicketKeys(ctx, config, previous?.ticketKeys ?? []);
  const sessions = setCache(ctx, config, previous);
  return { ctx, ticketKeys, sessions };
}

export function freeContext({ ctx, sessions }) {
  for (const session of sessions) C.SSL_SESSION_free(session);
  C.SSL_CTX_free(ctx);
}

function setOptions(ctx, config) {
  // BoringSSL has no protection against replay, no empty fragments before records, pads a
  // ClientHello, and renegotiates only where it is told to.
  let options = C.SSL_OP_NO_ANTI_REPLAY | C.SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS;
  if (!config.dtls) options |= C.SSL_OP_TLSEXT_PADDING;
  if (!config.renegotiateFreely) options |= C.SSL_OP_NO_RENEGOTIATION;
  if (config.noTicket) options |= C.SSL_OP_NO_TICKET;
  // Of a client this says that its order of signature algorithms counts, not the server's.
  if (!config.server || config.serverPreference || config.cipher !== undefined) {
    options |= C.SSL_OP_CIPHER_SERVER_PREFERENCE;
  }
  if (config.noTls1) options |= C.SSL_OP_NO_TLSv1;
  if (config.noTls11) options |= C.SSL_OP_NO_TLSv1_1;
  if (config.noTls12) options |= C.SSL_OP_NO_TLSv1_2;
  if (config.noTls13) options |= C.SSL_OP_NO_TLSv1_3;
  C.SSL_CTX_set_options(ctx, options >>> 0);
  // libssl would offer a key of TLS 1.2 in TLS 1.3, too, where an identity cannot be empty.
  const emptyIdentity = !config.dtls && config.psk !== undefined && !config.pskIdentity;
  const highest = config.maxVersion ?? (emptyIdentity ? C.TLS1_2_VERSION : 0);
  must(C.SSL_CTX_set_max_proto_version(ctx, highest), 'SSL_CTX_set_max_proto_version');
  if (config.minVersion !== undefined) {
    must(C.SSL_CTX_set_min_proto_version(ctx, config.minVersion), 'SSL_CTX_set_min_proto_version');
  }
  if (config.server && config.enableEarlyData) {
    C.SSL_CTX_set_max_early_data(ctx, maxEarlyData);
    C.SSL_CTX_set_recv_max_early_data(ctx, maxEarlyData);
  }
  // Without SSL_OP_NO_TICKET these hold the session; with it libssl sends ids, BoringSSL none.
  if (config.server && config.noTicket) C.SSL_CTX_set_num_tickets(ctx, 0);
}

function setAlgorithms(ctx, config) {
  const list = config.cipher === undefined ? 'ALL:!aNULL:!eNULL' : cipherList(config.cipher);
  must(C.SSL_CTX_set_cipher_list(ctx, list), 'SSL_CTX_set_cipher_list');
  must(C.SSL_CTX_set_ciphersuites(ctx, tls13Suites), 'SSL_CTX_set_ciphersuites');
  // What this side signs with, and what it lets the peer sign with: of a server libssl has the
  // second in a list of its own, of a client the first.
  // Without a second list libssl would take the first for both.
  const { signingPrefs, verifyPrefs = verifiedByDefault } = config;
  const [own, other] = config.server
    ? [signingPrefs, verifyPrefs]
    : [verifyPrefs, signingPrefs ?? signedByDefault];
  set1Signatures(ctx, own, 'SSL_CTX_set1_sigalgs_list', C.SSL_CTX_set1_sigalgs_list);
  set1Signatures(
    ctx,
    other,
    'SSL_CTX_set1_client_sigalgs_list',
    C.SSL_CTX_set1_client_sigalgs_list,
  );
}

function set1Signatures(ctx, ids, name, set) {
  const names = ids === undefined ? undefined : signatureNames(ids);
  if (names !== undefined) must(set(ctx, names), name);
}

function setCertificate(ctx, config) {
  const { certFile, keyFile } = config;
  if (certFile !== undefined) {
    const pem = readFileSync(certFile);
    // The callback of BoringSSL's shim gives no more than the certificate itself.
    const used = config.useOldClientCertCallback ? firstOf(pem) : pem;
    must(C.SSL_CTX_use_certificate_chain(ctx, used), 'SSL_CTX_use_certificate_chain');
  }
  if (keyFile !== undefined) {
    must(C.SSL_CTX_use_PrivateKey(ctx, readFileSync(keyFile)), 'SSL_CTX_use_PrivateKey');
  }
  const { signedCertTimestamps } = config;
  if (signedCertTimestamps !== undefined) {
    const info = serverInfo(signedCertificateTimestamp, signedCertTimestamps);
    must(C.SSL_CTX_use_serverinfo_ex(ctx, SSL_SERVERINFOV2, info), 'SSL_CTX_use_serverinfo_ex');
  }
  if (config.failCertCallback) C.SSL_CTX_set_cert_cb(ctx, 0);
}

/** The number of the extension. */
export const signedCertificateTimestamp = 18;

// An extension that a client asks for, and that a ServerHello or a certificate of TLS 1.3 answers.
function serverInfo(type, data) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(
    SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE,
  );
  head.writeUInt16BE(type, 4);
  head.writeUInt16BE(data.length, 6);
  return Buffer.concat([head, data]);
}

function firstOf(pem) {
  const end = '-----END CERTIFICATE-----\n';
  return pem.subarray(0, pem.indexOf(end) + end.length);
}

function setVerification(ctx, config) {
  let mode = C.SSL_VERIFY_NONE;
  if (config.requireAnyClientCertificate) {
    mode = C.SSL_VERIFY_PEER | C.SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  if (config.verifyPeer) mode = C.SSL_VERIFY_PEER;
  C.SSL_CTX_set_verify(ctx, mode);
  const refused = config.useCustomVerifyCallback ? verifyRefused : verifyFailed;
  C.SSL_CTX_set_cert_verify_callback(ctx, config.verifyFail ? refused : 0);
  if (config.server) {
    must(
      C.SSL_CTX_set_session_id_context(ctx, Buffer.from('bogo')),
      'SSL_CTX_set_session_id_context',
    );
  }
}

// A server of BoringSSL staples what it has; one of libssl asks a callback.
function setStapling(ctx, config) {
  const { ocspResponse, useOcspCallback, failOcspCallback, declineOcspCallback } = config;
  if (!config.server) {
    if (useOcspCallback) {
      C.SSL_CTX_set_tlsext_status_cb(ctx, { result: failOcspCallback ? 0 : 1 });
    }
    return;
  }
  if (ocspResponse === undefined && !useOcspCallback) return;
  const result = failOcspCallback
    ? ocsp.alert
    : declineOcspCallback || ocspResponse === undefined
      ? ocsp.none
      : ocsp.ok;
  C.SSL_CTX_set_tlsext_status_cb(ctx, { result, response: ocspResponse ?? null });
}

const noProtocol = Buffer.from('\x01\x00', 'latin1');

function setNames(ctx, config) {
  if (config.server && config.expectServerName !== undefined) {
    C.SSL_CTX_set_tlsext_servername_callback(ctx, config.expectServerName, ctx);
  }
  if (config.rejectAlpn) {
    C.SSL_CTX_set_alpn_select_cb(ctx, noProtocol); // nobody offers it
  } else if (config.selectAlpn && !config.declineAlpn) {
    const protocol = Buffer.from(config.selectAlpn, 'latin1');
    C.SSL_CTX_set_alpn_select_cb(ctx, Buffer.from([protocol.length, ...protocol]));
  }
  const { useClientCaList } = config;
  if (useClientCaList !== undefined) {
    const names = namesOf(useClientCaList).map((name) => Buffer.from(name, 'hex'));
    C.SSL_CTX_set_client_CA_list(ctx, names);
  }
}

// The first encrypts. A server whose callback renews has another one each time.
function setTicketKeys(ctx, config, before) {
  const { ticketKey, useTicketCallback, renewTicket } = config;
  const [first = ticketKey ?? (useTicketCallback ? Buffer.alloc(48) : randomBytes(48))] = before;
  const keys = renewTicket ? [randomBytes(48), ...(before.length > 0 ? before : [first])] : before;
  const used = keys.length > 0 ? keys : [first];
  if (config.server) C.SSL_CTX_set_tlsext_ticket_keys(ctx, used);
  return used;
}

// The sessions that libssl has made known, the last one last: each is a reference.
function setCache(ctx, config, previous) {
  const sessions = [];
  C.SSL_CTX_sess_set_new_cb(ctx, (_ssl, session) => {
    sessions.push(session);
    return 1;
  });
  const both = C.SSL_SESS_CACHE_BOTH;
  if (!config.server) {
    C.SSL_CTX_set_session_cache_mode(ctx, both | C.SSL_SESS_CACHE_NO_INTERNAL);
  } else if (config.async) {
    // A store outside of libssl, for which the handshake pauses.
    C.SSL_CTX_set_session_cache_mode(ctx, both | C.SSL_SESS_CACHE_NO_INTERNAL);
    const known = previous?.sessions ?? [];
    C.SSL_CTX_sess_set_get_cb(
      ctx,
      (_ssl, id) => known.findLast((session) => C.SSL_SESSION_get_id(session).equals(id)) ?? 0,
    );
  } else {
    C.SSL_CTX_set_session_cache_mode(ctx, both);
    for (const session of previous === undefined ? [] : C.SSL_CTX_sessions(previous.ctx)) {
      const copy = C.SSL_SESSION_dup(session);
      C.SSL_CTX_add_session(ctx, copy);
      C.SSL_SESSION_free(copy);
      C.SSL_SESSION_free(session);
    }
  }
  return sessions;
}
