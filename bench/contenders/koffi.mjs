// (d) koffi, a general foreign function interface, calling the same functions: one declaration for
// each, pointers as koffi has them (bigints), no check of any kind. It runs on the very libcrypto
// that our loader opened, so with its allocator too; plain C has malloc's.

import koffi from 'koffi';
import { libraryInfo } from 'libssl-session';

// Opened by our loader before, and proved to be isolated: koffi gets the same two libraries.
const { libcrypto, libssl } = libraryInfo();
koffi.load(libcrypto, { deep: true });
const library = koffi.load(libssl, { deep: true });

koffi.opaque('SSL_SESSION');

export const SSL_SESSION_new = library.func('SSL_SESSION *SSL_SESSION_new()');
export const SSL_SESSION_dup = library.func('SSL_SESSION *SSL_SESSION_dup(SSL_SESSION *src)');
export const SSL_SESSION_up_ref = library.func('int SSL_SESSION_up_ref(SSL_SESSION *ses)');
export const SSL_SESSION_free = library.func('void SSL_SESSION_free(SSL_SESSION *session)');
export const SSL_SESSION_get_time = library.func('long SSL_SESSION_get_time(SSL_SESSION *s)');

koffi.opaque('SSL_METHOD');
koffi.opaque('SSL_CTX');
koffi.opaque('SSL');
export const TLS_method = library.func('const SSL_METHOD *TLS_method()');
export const SSL_CTX_new = library.func('SSL_CTX *SSL_CTX_new(const SSL_METHOD *meth)');
export const SSL_CTX_get_num_tickets = library.func('size_t SSL_CTX_get_num_tickets(SSL_CTX *ctx)');
export const SSL_CTX_set_num_tickets = library.func(
  'int SSL_CTX_set_num_tickets(SSL_CTX *ctx, size_t num_tickets)',
);
export const SSL_new = library.func('SSL *SSL_new(SSL_CTX *ctx)');
export const SSL_get_num_tickets = library.func('size_t SSL_get_num_tickets(SSL *s)');
export const SSL_set_num_tickets = library.func(
  'int SSL_set_num_tickets(SSL *s, size_t num_tickets)',
);

const d2i = library.func(
  'SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **a, const uint8_t **pp, long length)',
);
const i2d = library.func('int i2d_SSL_SESSION(SSL_SESSION *in, uint8_t **pp)');

export function d2i_SSL_SESSION(der) {
  return d2i(null, [der], der.length);
}

export function i2d_SSL_SESSION(session) {
  const der = Buffer.allocUnsafe(i2d(session, null));
  i2d(session, [der]);
  return der;
}

// ---- What toJSON() shows, read field by field.

koffi.opaque('SSL_CIPHER');
koffi.opaque('X509');
koffi.opaque('X509_NAME');
const crypto = koffi.load(libcrypto, { deep: true });
const get = (prototype) => library.func(prototype);

const get_id = get('uint8_t *SSL_SESSION_get_id(SSL_SESSION *s, _Out_ unsigned int *len)');
const get0_id_context = get(
  'uint8_t *SSL_SESSION_get0_id_context(SSL_SESSION *s, _Out_ unsigned int *len)',
);
const get_timeout = get('long SSL_SESSION_get_timeout(SSL_SESSION *s)');
const get_protocol_version = get('int SSL_SESSION_get_protocol_version(SSL_SESSION *s)');
const get0_cipher = get('SSL_CIPHER *SSL_SESSION_get0_cipher(SSL_SESSION *s)');
const cipher_name = get('const char *SSL_CIPHER_get_name(SSL_CIPHER *c)');
const cipher_standard_name = get('const char *SSL_CIPHER_standard_name(SSL_CIPHER *c)');
const cipher_id = get('uint16_t SSL_CIPHER_get_protocol_id(SSL_CIPHER *c)');
const cipher_version = get('const char *SSL_CIPHER_get_version(SSL_CIPHER *c)');
const cipher_bits = get('int SSL_CIPHER_get_bits(SSL_CIPHER *c, int *alg_bits)');
const get0_hostname = get('const char *SSL_SESSION_get0_hostname(SSL_SESSION *s)');
const get0_alpn = get(
  'void SSL_SESSION_get0_alpn_selected(SSL_SESSION *s, _Out_ uint8_t **alpn, _Out_ size_t *len)',
);
const has_ticket = get('int SSL_SESSION_has_ticket(SSL_SESSION *s)');
const get_hint = get('unsigned long SSL_SESSION_get_ticket_lifetime_hint(SSL_SESSION *s)');
const get0_appdata = get(
  'int SSL_SESSION_get0_ticket_appdata(SSL_SESSION *s, _Out_ uint8_t **data, _Out_ size_t *len)',
);
const get_max_early_data = get('uint32_t SSL_SESSION_get_max_early_data(SSL_SESSION *s)');
const get_fragment = get('uint8_t SSL_SESSION_get_max_fragment_length(SSL_SESSION *s)');
const get_compress_id = get('unsigned int SSL_SESSION_get_compress_id(SSL_SESSION *s)');
const get0_peer = get('X509 *SSL_SESSION_get0_peer(SSL_SESSION *s)');
const subject_name = crypto.func('X509_NAME *X509_get_subject_name(X509 *x)');
const name_oneline = crypto.func(
  'char *X509_NAME_oneline(X509_NAME *a, _Out_ uint8_t *buf, int size)',
);
const is_resumable = get('int SSL_SESSION_is_resumable(SSL_SESSION *s)');

const subject = Buffer.alloc(1024);
const bytes = (pointer, size) => Buffer.from(koffi.decode(pointer, 'uint8_t', size));

function sized(read, session) {
  const size = [0];
  const pointer = read(session, size);
  return bytes(pointer, size[0]).toString('hex');
}

function optional(read, session) {
  const pointer = [null];
  const size = [0];
  read(session, pointer, size);
  return pointer[0] === null ? null : bytes(pointer[0], Number(size[0]));
}

function cipherInfo(session) {
  const cipher = get0_cipher(session);
  if (cipher === null) return null;
  return {
    name: cipher_name(cipher),
    standardName: cipher_standard_name(cipher),
    id: cipher_id(cipher),
    version: cipher_version(cipher),
    bits: cipher_bits(cipher, null),
  };
}

function peerSubject(session) {
  const peer = get0_peer(session);
  if (peer === null) return null;
  name_oneline(subject_name(peer), subject, subject.length);
  return subject.latin1Slice(0, subject.indexOf(0));
}

export function toJSON(session) {
  return {
    id: sized(get_id, session),
    idContext: sized(get0_id_context, session),
    time: SSL_SESSION_get_time(session),
    timeout: get_timeout(session),
    protocolVersionNumber: get_protocol_version(session),
    cipher: cipherInfo(session),
    hostname: get0_hostname(session),
    alpnProtocol: optional(get0_alpn, session)?.latin1Slice() ?? null,
    hasTicket: has_ticket(session) === 1,
    ticketLifetimeHint: get_hint(session),
    ticketAppData: optional(get0_appdata, session)?.toString('hex') ?? null,
    maxEarlyData: get_max_early_data(session),
    maxFragmentLength: [512, 1024, 2048, 4096][get_fragment(session) - 1] ?? null,
    compressionId: get_compress_id(session),
    peerCertificate: peerSubject(session),
    isResumable: is_resumable(session) === 1,
  };
}
