// What libssl does otherwise than BoringSSL, by the tests that show it. test/bogo/in-c.txt has one of each
// group, which fails in the same way without this package.

/** The first whose names fit counts, before what the runner and the shim say. */
export const deviations = [
  // ---- What a peer sends and libssl accepts.
  [/^CurveTest-.*-Compressed-/, 'libssl accepts compressed points'],
  [
    /^Downgrade-TLS1[01]-Client/,
    'libssl accepts DOWNGRD\\x01 with TLS 1.0 and 1.1, where it looks for DOWNGRD\\x00',
  ],
  [
    /^TrailingDataWithFinished-(?!(Resume-)?Client-TLS13)/,
    'libssl accepts data that follows a Finished in its record',
  ],
  [
    /^Unknown(Unencrypted)?Extension-Client|^SendUnknownExtensionOnCertificate|UnsolictedHRRExt/,
    'libssl ignores an extension of a server that it does not know',
  ],
  [
    /^Duplicate(Extension(Client|Server)-D?TLS|CertCompressionExt-)/,
    'libssl accepts extensions twice that it does not know',
  ],
  [
    /^(RSAKeyUsage-|ECDSAKeyUsage-(Client-TLS13|Server-))/,
    'libssl accepts a certificate with another key usage',
  ],
  [/^SignedCertificateTimestampListEmpty/, 'libssl accepts an empty list of timestamps'],
  [/^LargePlaintext-TLS13-Padded/, 'libssl accepts an inner plaintext above 2^14 + 1 bytes'],
  [
    /^Resume-Server-Extra(PSKBinder|IdentityNoBinder)/,
    'libssl accepts identities and binders of different numbers',
  ],
  [/^PointFormat-.*-MissingUncompressed/, 'libssl accepts point formats without the uncompressed'],
  [
    /^Partial.*With|^Renegotiate-Client-Packed/,
    'libssl accepts a message that begins in the record of another flight',
  ],
  [
    /^(Client|Server)-VerifyDefault-ECDSA_SHA1-TLS12/,
    'libssl accepts a signature with SHA-1 that it has not offered',
  ],
  [/^DuplicateKeyShares/, 'libssl accepts two key shares of one group'],
  [/^StrayHelloRequest/, 'libssl ignores a HelloRequest during a handshake'],
  [
    /^EchoTLS13CompatibilitySessionID/,
    'libssl accepts the session id of its TLS 1.3 from a server of TLS 1.2',
  ],
  [
    /^ServerBogusVersion|^HelloRetryRequestVersionMismatch/,
    'libssl accepts any legacy_version of a server of TLS 1.3',
  ],
  [/^TooManyKeyUpdates/, 'libssl accepts any number of KeyUpdates in a row'],
  [
    /^RequestContextInHandshake/,
    'libssl accepts a CertificateRequest with a context in a handshake',
  ],
  [/^TrailingMessageData-HelloVerifyRequest/, 'libssl accepts data behind a HelloVerifyRequest'],
  [/^Unclean-Shutdown-Alert/, 'libssl’s SSL_shutdown takes a fatal alert for the peer’s end'],
  [
    /^Renegotiation-CertificateChange/,
    'libssl accepts another certificate of the server in a renegotiation',
  ],
  [
    /^Renegotiate-Client-(Down|Up)grade/,
    'libssl accepts a renegotiation that is secure when the handshake before was not, or the reverse',
  ],
  [
    /^SkipEarlyData-Interleaved/,
    'libssl skips early data also between messages of the next handshake epoch',
  ],
  [
    /^SkipEarlyData-TooMuchData/,
    'libssl skips 2^14 bytes of early data and what their records need besides',
  ],
  [
    /^Resume-Server-OmitPSKsOnSecondClientHello/,
    'libssl does not compare a second ClientHello with the first',
  ],
  [
    /^EarlyData-CipherMismatch-Client/,
    'libssl accepts that its early data was taken with another suite of the same hash',
  ],
  [
    /^ServerAcceptsEarlyDataOnHRR/,
    'libssl accepts that its early data was taken after a HelloRetryRequest',
  ],
  [
    /^HelloRetryRequest-EmptyCookie/,
    'libssl takes an empty cookie of a HelloRetryRequest for none',
  ],
  [
    /^SignedCertificateTimestampListInvalid-Server/,
    'libssl does not look at the list of timestamps that its server is given',
  ],

  // ---- Sessions.
  [/^CurveID-Resume-/, 'libssl keeps no group in a session'],
  [
    /^Resume-Server-(CipherNotPreferred|DeclineBadCipher(-2)?)$/,
    'libssl’s server resumes a session whose suite it would not choose',
  ],
  [
    /^Resume-Server-(CipherNotPreferred|DeclineBadCipher|UnofferedCipher)-TLS13/,
    'libssl’s server resumes a session of TLS 1.3 with another suite of the same hash',
  ],
  [
    /^Resume-Server-UnofferedCipher$/,
    'libssl’s server refuses a client that does not offer the suite of its session',
  ],
  [
    /^Resume-Server-(TLS1[12]?-TLS1[12]?)-/,
    'libssl refuses an offer of a session of TLS 1.3 without modes, also in earlier versions',
  ],
  [
    /^Resume-Client-Mismatch-TLS13-TLS1/,
    'libssl takes a resumption in TLS 1.2 of a session of TLS 1.3 for a full handshake',
  ],
  [
    /^EarlyData-NonZeroRTTSession-Server/,
    'libssl’s server accepts early data of a session that has not allowed it',
  ],
  [
    /^EarlyDataVersionDowngrade-Client/,
    'libssl goes on in TLS 1.2 with a server to which it has sent early data',
  ],
  [
    /ExpectNoSessionTicketOnBadKEMode/,
    'libssl’s server sends tickets to a client with none of its PSK modes',
  ],

  // ---- Renegotiation.
  [/^Renegotiate-Client(-TLS12)?$/, 'libssl’s client offers its session in a renegotiation'],
  [/^Renegotiate-Client-NoIgnore/, 'libssl declines a renegotiation with a warning, and goes on'],
  [
    /^AlwaysReportRenegotiationInfo/,
    'libssl does not count TLS 1.3 as having secure renegotiation',
  ],
  [
    /^ExportKeyingMaterial-Renegotiate/,
    'libssl exports keying material in the middle of a renegotiation',
  ],

  // ---- Signatures and groups.
  [
    /^(Client-Sign-(RSA_PKCS1|ECDSA_SHA1|ECDSA_P224).*-TLS13|NoCommonAlgorithms|NoEd25519-TLS11-ClientAuth-Sign)/,
    'libssl’s client sends no certificate if it cannot sign with any algorithm of the server’s',
  ],
  [
    /^Server-Verify-(RSA_PKCS1|ECDSA_SHA1).*-TLS13/,
    'libssl’s server fails if it allows no signature algorithm that TLS 1.3 has',
  ],
  [
    /^NoEd25519-TLS11-(Client|Server)Auth-Verify/,
    'libssl fails with an internal error at a certificate of Ed25519 before TLS 1.2',
  ],
  [
    /^Server-(Verify|VerifyDefault|Sign|Sign-Negotiate|InvalidSignature)-ECDSA_P224_SHA256-TLS12/,
    'libssl’s server takes keys on a curve only if the client offers it as a group',
  ],
  [
    /^ServerAuth-SHA1-Fallback-ECDSA/,
    'libssl’s server signs for a client without algorithms only in ways that it lets clients sign',
  ],
  [/^Basic-Server-Ed25519-DTLS/, 'libssl’s server has no Ed25519 in DTLS 1.2'],
  [
    /^SendHelloRetryRequest-2/,
    'libssl’s server takes a key share that is there before a group that it likes better',
  ],

  // ---- Records, alerts, and the way of messages.
  [
    /^(MaxSendFragment|PackedEncryptedHandshake)-TLS13/,
    'libssl has a record for each encrypted message of a handshake',
  ],
  [/^KeyUpdate-RequestACK$/, 'libssl answers each of several requests for a KeyUpdate'],
  [
    /^NoEarlyKeyingMaterial-Client-InEarlyData/,
    'libssl’s SSL_do_handshake does not return before early data was taken or rejected',
  ],
  [
    /^SendWarningAlerts-TLS13|^SendBogusAlertType/,
    'libssl takes any alert of TLS 1.3 as fatal, whatever its level is',
  ],
  [
    /^AlertAfterChangeCipherSpec$/,
    'libssl refuses an alert between a ChangeCipherSpec and a Finished',
  ],
  [
    /^SkipEarlyData-HRR-TooMuchData/,
    'libssl refuses a record of skipped early data by its length, before it counts',
  ],
  [/^V2ClientHello-WarningAlertPrefix/, 'libssl refuses a warning before the first ClientHello'],

  // ---- DTLS.
  [
    /^(AppData|Alert)AfterChangeCipherSpec-DTLS/,
    'libssl’s DTLS keeps for later what comes between a ChangeCipherSpec and a Finished',
  ],
  [/^AppDataBeforeHandshake-DTLS-Empty/, 'libssl’s DTLS drops an empty record before a handshake'],
  [/^DTLS-SendExtraFinished/, 'libssl’s DTLS drops a second Finished'],
  [
    /^DTLS-Retransmit-Fragmented/,
    'libssl’s DTLS sends its last flight again for each fragment of a Finished that comes again',
  ],
  [
    /^ReorderChangeCipherSpec-DTLS/,
    'libssl’s DTLS waits for a Finished again that came before its ChangeCipherSpec',
  ],
  [
    /^FragmentMessageTypeMismatch-DTLS/,
    'libssl’s DTLS does not compare the types of a message’s fragments',
  ],
  [
    /^(FragmentMessageLengthMismatch|LargeMessage-Reject)-DTLS/,
    'libssl’s DTLS fails without a reason or an alert at a fragment of a wrong length',
  ],
  [
    /^SendEmptyFragments(-Padded)?-DTLS/,
    'libssl’s DTLS takes an empty fragment for a whole message',
  ],
  [
    /^SendWarningAlerts-DTLS-Pass/,
    'libssl’s DTLS accepts only a few warnings in a row, as its TLS does',
  ],
  [
    /^(VersionNegotiationExtension-TLS1|NoSupportedVersions)-DTLS/,
    'libssl’s DTLS does not look at supported_versions',
  ],
];
