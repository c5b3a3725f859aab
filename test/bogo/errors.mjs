// What libssl's reasons are called by the runner, where both mean the same fault: each is printed as
// libssl has it, under BoringSSL's way of writing it, and under these names. Which alert the peer gets
// is for the runner to see, and is never translated. Some reasons say it only with the function.

const meanings = {
  'application data after close notify': ['APPLICATION_DATA_ON_SHUTDOWN'],
  'asn1 lib': ['CANNOT_PARSE_LEAF_CERT'],
  'bad ecpoint': ['BAD_ECPOINT'],
  'bad extension': [
    'ERROR_PARSING_EXTENSION',
    'PARSE_TLSEXT',
    'DECODE_ERROR',
    'DUPLICATE_EXTENSION',
    'PRE_SHARED_KEY_MUST_BE_LAST',
  ],
  'bad key share': ['BAD_ECPOINT', 'WRONG_CURVE'],
  'bad key update': ['DECODE_ERROR'],
  'bad length': ['DECODE_ERROR'],
  'bad protocol version number': ['SECOND_SERVERHELLO_VERSION_MISMATCH'],
  'bad psk identity': ['PSK_IDENTITY_NOT_FOUND'],
  'bad record type': ['INVALID_OUTER_RECORD_TYPE', 'UNEXPECTED_RECORD'],
  'binder does not verify': ['DIGEST_CHECK_FAILED'],
  'block cipher pad is wrong': ['DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
  'callback failed': ['CERT_CB_ERROR'],
  'cert cb error': ['CERT_CB_ERROR'],
  'ciphersuite digest has changed': ['OLD_SESSION_PRF_HASH_MISMATCH'],
  'clienthello tlsext': ['OCSP_CB_ERROR'],
  'compression disabled': ['UNSUPPORTED_COMPRESSION_ALGORITHM'],
  'data between ccs and finished': ['UNEXPECTED_RECORD'],
  'dh key too small': ['BAD_DH_P_LENGTH'],
  'ecc cert not for signing': ['KEY_USAGE_BIT_INCORRECT'],
  'inappropriate fallback': ['TLS13_DOWNGRADE'],
  'inconsistent extms': [
    'RENEGOTIATION_EMS_MISMATCH',
    'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
    'RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION',
  ],
  'invalid alert': ['BAD_ALERT'],
  'invalid compression algorithm': ['INVALID_COMPRESSION_LIST', 'DECODE_ERROR'],
  'invalid status response': ['OCSP_CB_ERROR'],
  'length mismatch': ['DECODE_ERROR', 'CLIENTHELLO_PARSE_FAILED'],
  'missing psk kex modes extension': ['MISSING_EXTENSION'],
  'missing supported groups extension': ['NO_SHARED_GROUP'],
  'no change following hrr': ['EMPTY_HELLO_RETRY_REQUEST'],
  'no compression specified': ['INVALID_COMPRESSION_LIST'],
  'no protocols available': ['NO_SUPPORTED_VERSIONS_ENABLED', 'UNSUPPORTED_PROTOCOL'],
  'no shared signature algorithms': ['NO_COMMON_SIGNATURE_ALGORITHMS'],
  'no suitable key share': ['MISSING_KEY_SHARE', 'NO_SHARED_GROUP'],
  'no suitable signature algorithm': ['NO_COMMON_SIGNATURE_ALGORITHMS'],
  'missing sigalgs extension': ['NO_COMMON_SIGNATURE_ALGORITHMS'],
  'not on record boundary': ['EXCESS_HANDSHAKE_DATA'],
  'packet length too long': ['ENCRYPTED_LENGTH_TOO_LONG'],
  'record too small': ['TOO_MANY_EMPTY_FRAGMENTS'],
  'required compression algorithm missing': ['INVALID_COMPRESSION_LIST'],
  'ssl session version mismatch': ['OLD_SESSION_VERSION_NOT_RETURNED'],
  'sslv3 alert handshake failure': ['HANDSHAKE_FAILURE_ON_CLIENT_HELLO'],
  'too much early data': ['TOO_MUCH_READ_EARLY_DATA', 'TOO_MUCH_SKIPPED_EARLY_DATA'],
  'too many warn alerts': ['TOO_MANY_WARNING_ALERTS'],
  'unexpected message': [
    'UNEXPECTED_RECORD',
    'APPLICATION_DATA_INSTEAD_OF_HANDSHAKE',
    'BAD_HELLO_REQUEST',
  ],
  'wrong curve': ['BAD_ECC_CERT', 'WRONG_SIGNATURE_TYPE'],
  'dtls_get_reassembled_message: bad length': ['BAD_HANDSHAKE_RECORD'],
  'dtls_get_reassembled_message: unexpected message': ['BAD_HANDSHAKE_RECORD'],
  'ossl_statem_server_read_transition: unexpected message': ['EXCESS_HANDSHAKE_DATA'],
  'read_state_machine: excessive message size': ['BAD_HELLO_REQUEST', 'DECODE_ERROR'],
  'ssl3_get_record: decryption failed or bad record mac': ['BAD_DECRYPT'],
  'ssl3_get_record: unexpected ccs message': ['TOO_MANY_EMPTY_FRAGMENTS'],
  'tls_get_message_header: bad change cipher spec': ['EXCESS_HANDSHAKE_DATA'],
  'tls_parse_stoc_early_data: bad extension': [
    'ALPN_MISMATCH_ON_EARLY_DATA',
    'UNEXPECTED_EXTENSION',
  ],
  'tls_parse_stoc_supported_versions: bad protocol version number': ['UNEXPECTED_EXTENSION'],
  'tls_post_process_client_hello: no shared cipher': ['NO_COMMON_SIGNATURE_ALGORITHMS'],
  'tls_process_cert_verify: wrong signature size': ['DECODE_ERROR'],
  'tls_process_cke_ecdhe: ec lib': ['BAD_ECPOINT'],
  'wrong signature length': ['BAD_SIGNATURE'],
  'wrong signature size': ['BAD_SIGNATURE'],
  'unexpected record': ['APPLICATION_DATA_INSTEAD_OF_HANDSHAKE'],
  'unknown cipher returned': ['WRONG_CIPHER_RETURNED'],
  'unsafe legacy renegotiation disabled': ['RENEGOTIATION_MISMATCH'],
  'unsolicited extension': ['UNEXPECTED_EXTENSION'],
  'version too low': ['UNSUPPORTED_PROTOCOL'],
};

/** One entry of OpenSSL's error queue, as a line for the runner. */
export function errorLine({ code, library, function: where, reason, data }) {
  const own = reason.toUpperCase().replaceAll(' ', '_');
  const words = reason.toLowerCase();
  const here = meanings[`${where}: ${words}`] ?? [];
  const named = [own, ...here, ...(meanings[words] ?? [])].join(':');
  return `error:${code.toString(16)}:${library}:${where}:${reason}:${data}\n:${named}:`;
}
