// What a test expects of a connection after its handshake, as far as libssl can be asked.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as C from 'libssl-session/libssl';
import { groupName, groupNid, isTls13, namesOf, signatureId } from './algorithms.mjs';
import { Failure, signedCertificateTimestamp } from './contexts.mjs';

function expect(holds, ...text) {
  if (!holds) throw new Failure(...text);
}

function same(actual, expected, what) {
  expect(actual === expected, `${what} is ${actual}, expected ${expected}`);
}

// The number of the extension; a list begins with its length of two bytes.
const applicationLayerProtocolNegotiation = 16;

const bytesOf = (value) => Buffer.from(value ?? '', 'latin1');

/** Of a connection that is past its handshake. */
export function checkHandshake(connection) {
  const { ssl, config, isResume } = connection;
  checkPeer(connection);
  const cipher = C.SSL_get_current_cipher(ssl);
  expect(cipher !== null, 'there is no cipher');
  if (config.expectVersion) same(C.SSL_version(ssl), config.expectVersion, 'the version');
  const reused = C.SSL_session_reused(ssl) === 1;
  same(reused, isResume && !config.expectSessionMiss, 'whether the session was reused');
  checkSessions(connection, reused);
  if (config.expectServerName !== undefined) {
    same(C.SSL_get_servername(ssl), config.expectServerName, 'the server name');
  }
  const protocol = C.SSL_get0_alpn_selected(ssl) ?? Buffer.alloc(0);
  const expected = bytesOf(config.server ? config.selectAlpn : config.expectAlpn);
  expect(protocol.equals(expected), `ALPN has chosen ${protocol}, expected ${expected}`);
  if (config.expectExtendedMasterSecret) {
    same(C.SSL_get_extms_support(ssl), 1, 'SSL_get_extms_support');
  }
  const secure = () => Number(C.SSL_get_secure_renegotiation_support(ssl));
  if (config.expectSecureRenegotiation) same(secure(), 1, 'secure renegotiation');
  if (config.expectNoSecureRenegotiation) same(secure(), 0, 'secure renegotiation');
  for (const id of [config.expectCipher, config.expectCipherAes]) {
    if (id !== undefined) same(cipher.id & 0xffff, id, 'the suite');
  }
  checkAlgorithms(connection);
  checkOffers(connection);
  checkEarlyData(connection);
  const retried = connection.state.retried;
  if (config.expectHrr) same(retried, true, 'whether there was a HelloRetryRequest');
  if (config.expectNoHrr) same(retried, false, 'whether there was a HelloRetryRequest');
}

function checkSessions({ ssl, config, isResume, state }, reused) {
  if (!config.server) {
    // In TLS 1.3 tickets come later.
    const wanted =
      !config.expectNoSession && (!reused || config.expectTicketRenewal === true) && !isTls13(ssl);
    same(state.sessions.length > 0, wanted, 'whether there is a new session');
  }
  if (isResume) return;
  if (config.expectSessionId) same(state.sessions.length > 0, true, 'whether there is a session');
  if (config.expectNoSessionId) {
    same(state.sessions.length > 0, false, 'whether there is a session');
  }
}

/** What both sides know of the peer's certificate, after each handshake. */
export function checkPeer({ ssl, config, isResume, state }) {
  const { expectOcspResponse, expectPeerCertFile, expectSignedCertTimestamps } = config;
  if (expectOcspResponse !== undefined) {
    const response = C.SSL_get_tlsext_status_ocsp_resp(ssl) ?? Buffer.alloc(0);
    expect(response.equals(expectOcspResponse), `the OCSP response is ${response.toString('hex')}`);
  }
  if (expectSignedCertTimestamps !== undefined) {
    const list = state.extensions.get(signedCertificateTimestamp) ?? Buffer.alloc(0);
    expect(list.equals(expectSignedCertTimestamps), `the timestamps are ${list.toString('hex')}`);
  }
  if (config.expectVerifyResult) {
    same(Number(C.SSL_get_verify_result(ssl)), config.verifyFail ? 50 : 0, 'the verify result');
  }
  if (expectPeerCertFile !== undefined) {
    const wanted = certificatesOf(readFileSync(expectPeerCertFile, 'latin1'));
    const leaf = C.SSL_get_peer_certificate(ssl);
    expect(leaf?.equals(wanted[0]), "the peer's certificate is another one");
    const chain = C.SSL_get_peer_cert_chain(ssl) ?? [];
    const rest = config.server ? wanted.slice(1) : wanted;
    same(chain.length, rest.length, "the length of the peer's chain");
    expect(
      chain.every((der, i) => der.equals(rest[i])),
      "the peer's chain is another one",
    );
  }
  // A certificate there must be where the other side has to have one.
  const chain = C.SSL_get_peer_certificate(ssl);
  if (config.psk !== undefined) same(chain, null, "a PSK's peer certificate");
  else if (!config.server || config.requireAnyClientCertificate) {
    expect(chain !== null, `there is no peer certificate (resumed: ${isResume})`);
  }
}

function certificatesOf(pem) {
  return (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
    (text) => new X509Certificate(text).raw,
  );
}

function checkAlgorithms({ ssl, config }) {
  const { expectPeerSignatureAlgorithm, expectCurveId } = config;
  if (expectPeerSignatureAlgorithm !== undefined) {
    // Before TLS 1.2 none is negotiated.
    const before = [C.TLS1_VERSION, C.TLS1_1_VERSION, C.DTLS1_VERSION];
    const key = before.includes(C.SSL_version(ssl)) ? 0 : C.SSL_get_peer_signature_type_nid(ssl);
    const id = signatureId(key, C.SSL_get_peer_signature_nid(ssl));
    same(id, expectPeerSignatureAlgorithm, "the peer's signature algorithm");
  }
  if (expectCurveId !== undefined) {
    if (config.server && !isTls13(ssl)) {
      // A server keeps no key; it has taken the first group that both have.
      same(C.SSL_get_shared_group(ssl, 0), groupNid(expectCurveId), 'the NID of the group');
    } else {
      same(C.SSL_get_peer_tmp_key(ssl)?.name, groupName(expectCurveId), 'the group');
    }
  }
}

// Why early data was not accepted, libssl does not say; only whether it was.
function checkEarlyData({ ssl, config }) {
  const status = C.SSL_get_early_data_status(ssl);
  const accepted = status === C.SSL_EARLY_DATA_ACCEPTED;
  if (config.expectAcceptEarlyData) same(accepted, true, 'whether early data was accepted');
  if (config.expectRejectEarlyData) same(accepted, false, 'whether early data was accepted');
  const { expectEarlyDataReason } = config;
  if (expectEarlyDataReason !== undefined) {
    same(accepted, expectEarlyDataReason === 'accept', 'whether early data was accepted');
  }
}

// What the peer has asked for, or lets this side choose from.
function checkOffers({ ssl, config, state }) {
  const { expectAdvertisedAlpn, expectCertificateTypes, expectClientCaList } = config;
  if (expectAdvertisedAlpn !== undefined) {
    const offered = state.extensions.get(applicationLayerProtocolNegotiation)?.subarray(2);
    const list = bytesOf(expectAdvertisedAlpn);
    expect(offered?.equals(list), `the client offers the protocols ${offered}`);
  }
  if (expectCertificateTypes !== undefined) {
    const types = C.SSL_get0_certificate_types(ssl) ?? Buffer.alloc(0);
    expect(types.equals(expectCertificateTypes), `the types are ${types.toString('hex')}`);
  }
  if (expectClientCaList !== undefined) {
    const names = C.SSL_get0_peer_CA_list(ssl) ?? [];
    const list = names.map((der) => der.toString('hex')).join(',');
    same(list, namesOf(expectClientCaList).join(','), "the list of CAs' names");
  }
  if (config.expectPeerVerifyPref !== undefined) {
    const ids = C.SSL_get_sigalgs(ssl).map(({ rawHash, rawSign }) => rawHash * 256 + rawSign);
    same(ids.join(), config.expectPeerVerifyPref.join(), "the peer's algorithms");
  }
}

/** What both sides have said, after the connection's end. */
export function checkMessages({ config, state }) {
  const { expectMsgCallback } = config;
  if (expectMsgCallback !== undefined)
    same(state.messages.join(''), expectMsgCallback, 'the trace');
}
