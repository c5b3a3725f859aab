// What of OpenSSL's own tests this library cannot say, and why. scripts/conformance.mjs puts it
// into docs/conformance.md.

export interface NotExpressible {
  /** As in scripts/conformance.mjs. */
  fact: string;
  reason: string;
}

export const notExpressible: readonly NotExpressible[] = [
  {
    fact: '1.1 test_ciphersuite_change, last step',
    reason:
      'writes a cipher that the session never had into the C struct itself; no function of OpenSSL 1.1.1 does that',
  },
  {
    fact: '1.1 test_ssl_dup',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_ssl_set_bio',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_cert_cb',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_client_cert_cb',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_ca_names',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_set_alpn',
    reason: 'asserts nothing about sessions',
  },
  {
    fact: '1.1 test_session_timeout',
    reason: 'is a test of OpenSSL 3 that 1.1.1w does not have',
  },
  {
    fact: '1.1 test_session_wo_ca_names',
    reason: 'is a test of OpenSSL 3 that 1.1.1w does not have',
  },
  {
    fact: '1.1 test_session_cache_overflow',
    reason: 'is a test of OpenSSL 3 that 1.1.1w does not have',
  },
  {
    fact: '1.1 test_multi_resume',
    reason: 'is a test of OpenSSL 3 that 1.1.1w does not have',
  },
  {
    fact: '1.1 test_incorrect_shutdown',
    reason: 'is a test of OpenSSL 3 that 1.1.1w does not have',
  },
  {
    fact: '1.2 06-sni-ticket, a broken key callback',
    reason:
      'ticket keys are given in advance: there is no callback of JavaScript that could be broken; what a client makes of the empty ticket is shown by 70-test_sslsessiontick, 6',
  },
  {
    fact: '1.2 08-npn',
    reason:
      'next protocol negotiation is not here: ALPN has taken its place, and TLS 1.3 does not have it',
  },
  {
    fact: '1.2 12-ct',
    reason: 'signed certificate timestamps are not here: they say nothing about sessions',
  },
  {
    fact: '1.2 70-test_tls13psk, what a proxy changes',
    reason:
      'is about messages that a proxy changes on their way, between programs whose engine makes every hash the same; libssl itself would refuse them',
  },
  {
    fact: '1.2 70-test_tls13kexmodes, what a proxy changes',
    reason:
      'is about messages that a proxy changes on their way, between programs whose engine makes every hash the same; libssl itself would refuse them',
  },
  {
    fact: '1.2 70-test_tls13messages, other messages',
    reason: 'are about status requests, certificates of clients and names, not about sessions',
  },
  {
    fact: '1.2 70-test_sslmessages, other messages',
    reason: 'are about status requests, certificates of clients and names, not about sessions',
  },
  {
    fact: '1.2 70-test_renegotiation',
    reason:
      'is about messages that a proxy changes on their way, between programs whose engine makes every hash the same; libssl itself would refuse them',
  },
  {
    fact: '1.2 70-test_tls13alerts',
    reason:
      'is about messages that a proxy changes on their way, between programs whose engine makes every hash the same; libssl itself would refuse them',
  },
  {
    fact: '1.2 exdatatest.c',
    reason: 'C pointers with C callbacks: in JavaScript, keep the data in a WeakMap',
  },
  {
    fact: '1.2 dtlstest.c, cookies',
    reason:
      'its program drops single records out of a datagram; here whole datagrams are lost (test/connection/datagrams.test.ts)',
  },
  {
    fact: '1.2 clienthellotest.c, SSL_set_session_ticket_ext',
    reason: 'a ticket that is no session’s, set for EAP-FAST: the function is not here',
  },
  {
    fact: '1.2 ssltest_old.c, -sess_out and -sess_in, a server’s session with a ticket',
    reason:
      'of TLS 1.2 and before has no id, and SSL_CTX_add_session of such a session is refused here (U5)',
  },
  {
    fact: '1.2 ossl_shim.cc, TLSv1.2, resumed, with a renewed ticket',
    reason:
      'the new callback would have to be called, and libssl 1.1.1 does not call it (measured in C): it has a new session then, and says nothing',
  },
  {
    fact: '1.2 fuzz/asn1.c, the corpus',
    reason:
      'of OpenSSL is not at hand; the inputs are sessions of each version, changed byte by byte',
  },
];
