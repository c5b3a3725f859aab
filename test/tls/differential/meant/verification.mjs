// Who the peer is. See ../meant.mjs.

export const verification = [
  {
    title: 'Who verifies refuses in the handshake',
    node: 'the handshake is ended, then the peer is judged, and the connection is closed without a word',
    here: 'the peer gets an alert: a server that is refused emits `tlsClientError` with it, a client an error; so does the refuser’s own `tlsClientError`',
    why: 'libssl verifies in the handshake, so that a peer that is refused has never been in',
    changes: [
      {
        scripts: ['a client certificate of another CA'],
        ours: 'server',
        versions: ['TLSv1.2'],
        in: 'client',
        node: [
          'end',
          'error: Error ECONNRESET: Client network socket disconnected before secure TLS connection was established {host localAddress path port}',
        ],
        here: ['error: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
      },
      {
        scripts: ['a client certificate of another CA'],
        ours: 'server',
        in: 'server',
        node: ['tlsClientError: Error ECONNRESET: socket hang up, a TLS socket'],
        here: ['tlsClientError: error UNABLE_TO_VERIFY_LEAF_SIGNATURE, a TLS socket'],
      },
      {
        scripts: ['a client certificate that has expired'],
        ours: 'server',
        versions: ['TLSv1.2'],
        in: 'client',
        node: [
          'end',
          'error: Error ECONNRESET: Client network socket disconnected before secure TLS connection was established {host localAddress path port}',
        ],
        here: ['error: error ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
      },
      {
        scripts: ['a client certificate that has expired'],
        ours: 'server',
        in: 'server',
        node: ['tlsClientError: Error ECONNRESET: socket hang up, a TLS socket'],
        here: ['tlsClientError: error CERT_HAS_EXPIRED, a TLS socket'],
      },
      {
        scripts: ['a client that refuses, as the server sees it: another CA'],
        ours: 'client',
        versions: ['TLSv1.2'],
        in: 'server',
        node: ['secureConnection: a TLS socket'],
        here: ['tlsClientError: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA, a TLS socket'],
      },
      {
        scripts: ['a client that refuses, as the server sees it: another name'],
        ours: 'client',
        in: 'client',
        node: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: wrong.example. is not in the cert's altnames: DNS:localhost, DNS:other.localhost {cert host reason}",
        ],
        here: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: wrong.example. is not in the cert's altnames: DNS:localhost, DNS:other.localhost {cause cert host reason}",
        ],
      },
      {
        scripts: ['a client that refuses, as the server sees it: another name'],
        ours: 'client',
        versions: ['TLSv1.2'],
        in: 'server',
        node: ['secureConnection: a TLS socket'],
        here: ['tlsClientError: error ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE, a TLS socket'],
      },
      {
        scripts: ['a client certificate of another CA'],
        ours: 'both',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['end', 'finish', 'close: false'],
        here: ['error: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'close: true'],
      },
      {
        scripts: ['a client certificate that has expired'],
        ours: 'both',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['end', 'finish', 'close: false'],
        here: ['error: error ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'close: true'],
      },
      {
        scripts: ['no client certificate'],
        ours: 'client',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['end', 'finish', 'close: false'],
        here: ['close: true'],
      },
      {
        scripts: ['a client that refuses, as the server sees it: another CA'],
        ours: 'client',
        versions: ['TLSv1.3'],
        in: 'server',
        node: ['tlsClientError: Error ECONNRESET: socket hang up, a TLS socket'],
        here: ['tlsClientError: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA, a TLS socket'],
      },
      {
        scripts: ['a client that refuses, as the server sees it: another name'],
        ours: 'client',
        versions: ['TLSv1.3'],
        in: 'server',
        node: ['tlsClientError: Error ECONNRESET: socket hang up, a TLS socket'],
        here: ['tlsClientError: error ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE, a TLS socket'],
      },
      {
        scripts: ['a client certificate of another CA', 'a client certificate that has expired'],
        ours: 'client alone',
        versions: ['TLSv1.2'],
        in: 'client',
        node: ['end'],
        here: [],
      },
      {
        scripts: ['a client certificate of another CA'],
        ours: 'server alone',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['secureConnect'],
        here: ['secureConnect', 'error: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
      },
      {
        scripts: ['a client certificate that has expired'],
        ours: 'server alone',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['secureConnect'],
        here: ['secureConnect', 'error: error ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
      },
    ],
  },
  {
    title: 'Every client verifies',
    node: 'only those of `connect()`',
    here: 'also those of the constructor: `secureConnect`, `authorized`',
    why: 'a client that does not look is no use',
    changes: [
      {
        scripts: ['the constructor makes a client over a socket'],
        ours: 'client',
        versions: ['TLSv1.2'],
        in: 'client',
        node: ['after: { authorized: false, protocol: "TLSv1.2" }'],
        here: ['secureConnect', 'after: { authorized: true, protocol: "TLSv1.2" }'],
      },
      {
        scripts: ['the constructor makes a client over a socket'],
        ours: 'client',
        versions: ['TLSv1.3'],
        in: 'client',
        node: ['after: { authorized: false, protocol: "TLSv1.3" }'],
        here: ['secureConnect', 'after: { authorized: true, protocol: "TLSv1.3" }'],
      },
    ],
  },
  {
    title: 'The error for a wrong name has a `cause`',
    node: 'none',
    here: 'libssl’s error',
    why: 'libssl has found it',
    changes: [
      {
        scripts: ['another name', 'without servername the host is the name, over memory'],
        ours: 'client',
        in: 'client',
        node: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: wrong.example. is not in the cert's altnames: DNS:localhost, DNS:other.localhost {cert host reason}",
        ],
        here: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: wrong.example. is not in the cert's altnames: DNS:localhost, DNS:other.localhost {cause cert host reason}",
        ],
      },
      {
        scripts: ['without servername the host is the name'],
        ours: 'client',
        in: 'client',
        node: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:  {cert host reason}",
        ],
        here: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:  {cause cert host reason}",
        ],
      },
      {
        scripts: ['an address that the certificate is not for'],
        ours: 'client',
        in: 'client',
        node: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: IP: 192.0.2.2 is not in the cert's list: 192.0.2.1, 2001:db8::1 {cert host reason}",
        ],
        here: [
          "error: Error ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: IP: 192.0.2.2 is not in the cert's list: 192.0.2.1, 2001:db8::1 {cause cert host reason}",
        ],
      },
    ],
  },
  {
    title: 'The issuer of a certificate',
    node: 'is looked for in the trusted certificates, too',
    here: '`issuerCertificate` is there if the peer has sent it',
    why: 'it is what the peer has shown',
    changes: [
      {
        scripts: ['checkServerIdentity is asked, and content'],
        ours: 'client',
        majors: [20, 22],
        in: 'client',
        node: [
          'checkServerIdentity: "wrong.example", "leaf-a", ["asn1Curve", "bits", "ca", "fingerprint", "fingerprint256", "fingerprint512", "issuer", "issuerCertificate", "nistCurve", "pubkey", "raw", "serialNumber", "subject", "subjectaltname", "valid_from", "valid_to"]',
        ],
        here: [
          'checkServerIdentity: "wrong.example", "leaf-a", ["asn1Curve", "bits", "ca", "fingerprint", "fingerprint256", "fingerprint512", "issuer", "nistCurve", "pubkey", "raw", "serialNumber", "subject", "subjectaltname", "valid_from", "valid_to"]',
        ],
      },
      {
        scripts: ['what the client knows of its server'],
        ours: 'client',
        in: 'client',
        node: ['detailed, issuer: { CN: "root-a" }'],
        here: ['detailed, issuer: undefined'],
      },
      {
        scripts: ['checkServerIdentity is asked, and content'],
        ours: 'client',
        majors: [24, 26],
        in: 'client',
        node: [
          'checkServerIdentity: "wrong.example", "leaf-a", ["asn1Curve", "bits", "ca", "exponent", "ext_key_usage", "fingerprint", "fingerprint256", "fingerprint512", "infoAccess", "issuer", "issuerCertificate", "modulus", "nistCurve", "pubkey", "raw", "serialNumber", "subject", "subjectaltname", "valid_from", "valid_to"]',
        ],
        here: [
          'checkServerIdentity: "wrong.example", "leaf-a", ["asn1Curve", "bits", "ca", "exponent", "ext_key_usage", "fingerprint", "fingerprint256", "fingerprint512", "infoAccess", "issuer", "modulus", "nistCurve", "pubkey", "raw", "serialNumber", "subject", "subjectaltname", "valid_from", "valid_to"]',
        ],
      },
    ],
  },
];
