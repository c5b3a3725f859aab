// Constants of OpenSSL 1.1.1, under its own names. test/libssl/constants.test.ts compares each with
// OpenSSL's headers.

// Modes of a session cache: `SSL_CTX_set_session_cache_mode(3)`.
export const SSL_SESS_CACHE_OFF = 0x0000;
export const SSL_SESS_CACHE_CLIENT = 0x0001;
export const SSL_SESS_CACHE_SERVER = 0x0002;
export const SSL_SESS_CACHE_BOTH = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_SERVER;
export const SSL_SESS_CACHE_NO_AUTO_CLEAR = 0x0080;
export const SSL_SESS_CACHE_NO_INTERNAL_LOOKUP = 0x0100;
export const SSL_SESS_CACHE_NO_INTERNAL_STORE = 0x0200;
export const SSL_SESS_CACHE_NO_INTERNAL =
  SSL_SESS_CACHE_NO_INTERNAL_LOOKUP | SSL_SESS_CACHE_NO_INTERNAL_STORE;

// Options: `SSL_CTX_set_options(3)`. An option that is 0 no longer has an effect.
export const SSL_OP_LEGACY_SERVER_CONNECT = 0x00000004;
export const SSL_OP_TLSEXT_PADDING = 0x00000010;
export const SSL_OP_SAFARI_ECDHE_ECDSA_BUG = 0x00000040;
export const SSL_OP_ALLOW_NO_DHE_KEX = 0x00000400;
export const SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS = 0x00000800;
export const SSL_OP_NO_QUERY_MTU = 0x00001000;
export const SSL_OP_COOKIE_EXCHANGE = 0x00002000;
export const SSL_OP_NO_TICKET = 0x00004000;
export const SSL_OP_CISCO_ANYCONNECT = 0x00008000;
export const SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION = 0x00010000;
export const SSL_OP_NO_COMPRESSION = 0x00020000;
export const SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION = 0x00040000;
export const SSL_OP_NO_ENCRYPT_THEN_MAC = 0x00080000;
export const SSL_OP_ENABLE_MIDDLEBOX_COMPAT = 0x00100000;
export const SSL_OP_PRIORITIZE_CHACHA = 0x00200000;
export const SSL_OP_CIPHER_SERVER_PREFERENCE = 0x00400000;
export const SSL_OP_TLS_ROLLBACK_BUG = 0x00800000;
export const SSL_OP_NO_ANTI_REPLAY = 0x01000000;
export const SSL_OP_NO_SSLv3 = 0x02000000;
export const SSL_OP_NO_TLSv1 = 0x04000000;
export const SSL_OP_NO_TLSv1_2 = 0x08000000;
export const SSL_OP_NO_TLSv1_1 = 0x10000000;
export const SSL_OP_NO_TLSv1_3 = 0x20000000;
export const SSL_OP_NO_DTLSv1 = 0x04000000;
export const SSL_OP_NO_DTLSv1_2 = 0x08000000;
export const SSL_OP_NO_SSL_MASK =
  SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
export const SSL_OP_NO_DTLS_MASK = SSL_OP_NO_DTLSv1 | SSL_OP_NO_DTLSv1_2;
export const SSL_OP_NO_RENEGOTIATION = 0x40000000;
export const SSL_OP_CRYPTOPRO_TLSEXT_BUG = 0x80000000;
export const SSL_OP_ALL =
  (SSL_OP_CRYPTOPRO_TLSEXT_BUG |
    SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS |
    SSL_OP_LEGACY_SERVER_CONNECT |
    SSL_OP_TLSEXT_PADDING |
    SSL_OP_SAFARI_ECDHE_ECDSA_BUG) >>>
  0;
export const SSL_OP_MICROSOFT_SESS_ID_BUG = 0x0;
export const SSL_OP_NETSCAPE_CHALLENGE_BUG = 0x0;
export const SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG = 0x0;
export const SSL_OP_SSLREF2_REUSE_CERT_TYPE_BUG = 0x0;
export const SSL_OP_MICROSOFT_BIG_SSLV3_BUFFER = 0x0;
export const SSL_OP_MSIE_SSLV2_RSA_PADDING = 0x0;
export const SSL_OP_SSLEAY_080_CLIENT_DH_BUG = 0x0;
export const SSL_OP_TLS_D5_BUG = 0x0;
export const SSL_OP_TLS_BLOCK_PADDING_BUG = 0x0;
export const SSL_OP_SINGLE_ECDH_USE = 0x0;
export const SSL_OP_SINGLE_DH_USE = 0x0;
export const SSL_OP_EPHEMERAL_RSA = 0x0;
export const SSL_OP_NO_SSLv2 = 0x0;
export const SSL_OP_PKCS1_CHECK_1 = 0x0;
export const SSL_OP_PKCS1_CHECK_2 = 0x0;
export const SSL_OP_NETSCAPE_CA_DN_BUG = 0x0;
export const SSL_OP_NETSCAPE_DEMO_CIPHER_CHANGE_BUG = 0x0;

// What `SSL_get_error(3)` returns.
export const SSL_ERROR_NONE = 0;
export const SSL_ERROR_SSL = 1;
export const SSL_ERROR_WANT_READ = 2;
export const SSL_ERROR_WANT_WRITE = 3;
export const SSL_ERROR_WANT_X509_LOOKUP = 4;
export const SSL_ERROR_SYSCALL = 5;
export const SSL_ERROR_ZERO_RETURN = 6;
export const SSL_ERROR_WANT_CONNECT = 7;
export const SSL_ERROR_WANT_ACCEPT = 8;
export const SSL_ERROR_WANT_ASYNC = 9;
export const SSL_ERROR_WANT_ASYNC_JOB = 10;
export const SSL_ERROR_WANT_CLIENT_HELLO_CB = 11;

// Modes of verification: `SSL_CTX_set_verify(3)`.
export const SSL_VERIFY_NONE = 0x00;
export const SSL_VERIFY_PEER = 0x01;
export const SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 0x02;
export const SSL_VERIFY_CLIENT_ONCE = 0x04;
export const SSL_VERIFY_POST_HANDSHAKE = 0x08;

// Protocol versions, as on the wire. The `_ANY_` versions are only those of methods.
export const TLS1_VERSION = 0x0301;
export const TLS1_1_VERSION = 0x0302;
export const TLS1_2_VERSION = 0x0303;
export const TLS1_3_VERSION = 0x0304;
export const TLS_MAX_VERSION = TLS1_3_VERSION;
export const TLS_ANY_VERSION = 0x10000;
export const SSL3_VERSION = 0x0300;
export const DTLS1_VERSION = 0xfeff;
export const DTLS1_2_VERSION = 0xfefd;
export const DTLS_MIN_VERSION = DTLS1_VERSION;
export const DTLS_MAX_VERSION = DTLS1_2_VERSION;
export const DTLS1_BAD_VER = 0x0100;
export const DTLS_ANY_VERSION = 0x1ffff;

// What an info callback is told: `SSL_CTX_set_info_callback(3)`.
export const SSL_CB_LOOP = 0x01;
export const SSL_CB_EXIT = 0x02;
export const SSL_CB_READ = 0x04;
export const SSL_CB_WRITE = 0x08;
export const SSL_CB_HANDSHAKE_START = 0x10;
export const SSL_CB_HANDSHAKE_DONE = 0x20;
export const SSL_CB_ALERT = 0x4000;
export const SSL_CB_READ_ALERT = 0x4004;
export const SSL_CB_WRITE_ALERT = 0x4008;
export const SSL_CB_ACCEPT_LOOP = 0x2001;
export const SSL_CB_ACCEPT_EXIT = 0x2002;
export const SSL_CB_CONNECT_LOOP = 0x1001;
export const SSL_CB_CONNECT_EXIT = 0x1002;

// What a message is: `SSL_CTX_set_msg_callback(3)`.
export const SSL3_RT_CHANGE_CIPHER_SPEC = 20;
export const SSL3_RT_ALERT = 21;
export const SSL3_RT_HANDSHAKE = 22;
export const SSL3_RT_APPLICATION_DATA = 23;
export const SSL3_RT_HEADER = 0x100;
export const SSL3_RT_INNER_CONTENT_TYPE = 0x101;

// The status of a ticket, and what to do with it: `SSL_CTX_set_session_ticket_cb(3)`.
export const SSL_TICKET_FATAL_ERR_MALLOC = 0;
export const SSL_TICKET_FATAL_ERR_OTHER = 1;
export const SSL_TICKET_NONE = 2;
export const SSL_TICKET_EMPTY = 3;
export const SSL_TICKET_NO_DECRYPT = 4;
export const SSL_TICKET_SUCCESS = 5;
export const SSL_TICKET_SUCCESS_RENEW = 6;
export const SSL_TICKET_RETURN_ABORT = 0;
export const SSL_TICKET_RETURN_IGNORE = 1;
export const SSL_TICKET_RETURN_IGNORE_RENEW = 2;
export const SSL_TICKET_RETURN_USE = 3;
export const SSL_TICKET_RETURN_USE_RENEW = 4;

// The status of early data: `SSL_get_early_data_status(3)`.
export const SSL_EARLY_DATA_NOT_SENT = 0;
export const SSL_EARLY_DATA_REJECTED = 1;
export const SSL_EARLY_DATA_ACCEPTED = 2;

// What `SSL_read_early_data(3)` returns.
export const SSL_READ_EARLY_DATA_ERROR = 0;
export const SSL_READ_EARLY_DATA_SUCCESS = 1;
export const SSL_READ_EARLY_DATA_FINISH = 2;

// Kinds of key update: `SSL_key_update(3)`.
export const SSL_KEY_UPDATE_NONE = -1;
export const SSL_KEY_UPDATE_NOT_REQUESTED = 0;
export const SSL_KEY_UPDATE_REQUESTED = 1;

// What `SSL_get_shutdown(3)` returns.
export const SSL_SENT_SHUTDOWN = 1;
export const SSL_RECEIVED_SHUTDOWN = 2;

// Codes of `SSL_CTX_set_tlsext_max_fragment_length(3)`.
export const TLSEXT_max_fragment_length_DISABLED = 0;
export const TLSEXT_max_fragment_length_512 = 1;
export const TLSEXT_max_fragment_length_1024 = 2;
export const TLSEXT_max_fragment_length_2048 = 3;
export const TLSEXT_max_fragment_length_4096 = 4;

// What `SSL_CTX_set_tlsext_status_cb(3)` has a server do.
export const SSL_TLSEXT_ERR_OK = 0;
export const SSL_TLSEXT_ERR_ALERT_FATAL = 2;
export const SSL_TLSEXT_ERR_NOACK = 3;

// The one kind of status that a certificate has: `SSL_set_tlsext_status_type(3)`.
export const TLSEXT_STATUSTYPE_ocsp = 1;

// The one kind of name that `SSL_get_servername(3)` knows.
export const TLSEXT_NAMETYPE_host_name = 0;

// Where an extension is: `SSL_CTX_add_custom_ext(3)`.
export const SSL_EXT_TLS_ONLY = 0x0001;
export const SSL_EXT_DTLS_ONLY = 0x0002;
export const SSL_EXT_TLS_IMPLEMENTATION_ONLY = 0x0004;
export const SSL_EXT_SSL3_ALLOWED = 0x0008;
export const SSL_EXT_TLS1_2_AND_BELOW_ONLY = 0x0010;
export const SSL_EXT_TLS1_3_ONLY = 0x0020;
export const SSL_EXT_IGNORE_ON_RESUMPTION = 0x0040;
export const SSL_EXT_CLIENT_HELLO = 0x0080;
export const SSL_EXT_TLS1_2_SERVER_HELLO = 0x0100;
export const SSL_EXT_TLS1_3_SERVER_HELLO = 0x0200;
export const SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS = 0x0400;
export const SSL_EXT_TLS1_3_HELLO_RETRY_REQUEST = 0x0800;
export const SSL_EXT_TLS1_3_CERTIFICATE = 0x1000;
export const SSL_EXT_TLS1_3_NEW_SESSION_TICKET = 0x2000;
export const SSL_EXT_TLS1_3_CERTIFICATE_REQUEST = 0x4000;

// What a security callback is asked about: `SSL_CTX_set_security_callback(3)`.
export const SSL_SECOP_CIPHER_SUPPORTED = 0x1_0001;
export const SSL_SECOP_CIPHER_SHARED = 0x1_0002;
export const SSL_SECOP_CIPHER_CHECK = 0x1_0003;
export const SSL_SECOP_CURVE_SUPPORTED = 0x2_0004;
export const SSL_SECOP_CURVE_SHARED = 0x2_0005;
export const SSL_SECOP_CURVE_CHECK = 0x2_0006;
export const SSL_SECOP_TMP_DH = 0x4_0007;
export const SSL_SECOP_VERSION = 9;
export const SSL_SECOP_TICKET = 10;
export const SSL_SECOP_SIGALG_SUPPORTED = 0x5_000b;
export const SSL_SECOP_SIGALG_SHARED = 0x5_000c;
export const SSL_SECOP_SIGALG_CHECK = 0x5_000d;
export const SSL_SECOP_SIGALG_MASK = 0x5_000e;
export const SSL_SECOP_COMPRESSION = 15;
export const SSL_SECOP_EE_KEY = 0x6_0010;
export const SSL_SECOP_CA_KEY = 0x6_0011;
export const SSL_SECOP_CA_MD = 0x6_0012;
export const SSL_SECOP_PEER = 0x1000;

// What `SSL_want(3)` returns.
export const SSL_NOTHING = 1;
export const SSL_WRITING = 2;
export const SSL_READING = 3;
export const SSL_X509_LOOKUP = 4;
export const SSL_ASYNC_PAUSED = 5;
export const SSL_ASYNC_NO_JOBS = 6;
export const SSL_CLIENT_HELLO_CB = 7;

// Modes: `SSL_CTX_set_mode(3)`.
export const SSL_MODE_ENABLE_PARTIAL_WRITE = 0x001;
export const SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 0x002;
export const SSL_MODE_AUTO_RETRY = 0x004;
export const SSL_MODE_NO_AUTO_CHAIN = 0x008;
export const SSL_MODE_RELEASE_BUFFERS = 0x010;
export const SSL_MODE_SEND_CLIENTHELLO_TIME = 0x020;
export const SSL_MODE_SEND_SERVERHELLO_TIME = 0x040;
export const SSL_MODE_SEND_FALLBACK_SCSV = 0x080;
export const SSL_MODE_ASYNC = 0x100;
export const SSL_MODE_DTLS_SCTP_LABEL_LENGTH_BUG = 0x400;

// Formats of files.
export const SSL_FILETYPE_PEM = 1;
export const SSL_FILETYPE_ASN1 = 2;

// Flags of `SSL_CONF_CTX_set_flags(3)`, and types of values: `SSL_CONF_cmd(3)`.
export const SSL_CONF_FLAG_CMDLINE = 0x1;
export const SSL_CONF_FLAG_FILE = 0x2;
export const SSL_CONF_FLAG_CLIENT = 0x4;
export const SSL_CONF_FLAG_SERVER = 0x8;
export const SSL_CONF_FLAG_SHOW_ERRORS = 0x10;
export const SSL_CONF_FLAG_CERTIFICATE = 0x20;
export const SSL_CONF_FLAG_REQUIRE_PRIVATE = 0x40;
export const SSL_CONF_TYPE_UNKNOWN = 0x0;
export const SSL_CONF_TYPE_STRING = 0x1;
export const SSL_CONF_TYPE_FILE = 0x2;
export const SSL_CONF_TYPE_DIR = 0x3;
export const SSL_CONF_TYPE_NONE = 0x4;
