// A context for one connection, with BoringSSL's defaults where a test counts on them, as
// contexts.mjs has it.
#ifndef CONTEXT_H_
#define CONTEXT_H_

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "common.h"

enum { kTimestamps = 18, kMaxEarlyData = 14336 };

static const struct {
  int id;
  const char* name;
  int key, hash;
} signatures[] = {
    {0x0201, "RSA+SHA1", EVP_PKEY_RSA, NID_sha1},
    {0x0203, "ECDSA+SHA1", EVP_PKEY_EC, NID_sha1},
    {0x0401, "RSA+SHA256", EVP_PKEY_RSA, NID_sha256},
    {0x0403, "ECDSA+SHA256", EVP_PKEY_EC, NID_sha256},
    {0x0501, "RSA+SHA384", EVP_PKEY_RSA, NID_sha384},
    {0x0503, "ECDSA+SHA384", EVP_PKEY_EC, NID_sha384},
    {0x0601, "RSA+SHA512", EVP_PKEY_RSA, NID_sha512},
    {0x0603, "ECDSA+SHA512", EVP_PKEY_EC, NID_sha512},
    {0x0804, "rsa_pss_rsae_sha256", EVP_PKEY_RSA_PSS, NID_sha256},
    {0x0805, "rsa_pss_rsae_sha384", EVP_PKEY_RSA_PSS, NID_sha384},
    {0x0806, "rsa_pss_rsae_sha512", EVP_PKEY_RSA_PSS, NID_sha512},
    {0x0807, "ed25519", EVP_PKEY_ED25519, NID_undef},
};
enum { kSignatures = sizeof signatures / sizeof *signatures };

static void set_signatures(SSL_CTX* ctx, bool of_clients, const struct list* ids) {
  char names[1024] = "";
  for (int i = 0; i < ids->count; ++i) {
    for (int j = 0; j < kSignatures; ++j) {
      if (signatures[j].id != ids->values[i]) continue;
      if (*names != 0) strcat(names, ":");
      strcat(names, signatures[j].name);
    }
  }
  if (*names == 0) return;
  must(of_clients ? SSL_CTX_set1_client_sigalgs_list(ctx, names)
                  : SSL_CTX_set1_sigalgs_list(ctx, names),
       "SSL_CTX_set1_sigalgs_list");
}

// Of a server libssl has a list of its own for what it lets the peer sign with, of a client for
// what it signs with itself.
static void set_algorithms(SSL_CTX* ctx) {
  static const struct list verified = {
      {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201}, 9};
  static const struct list signs = {{0x0807, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603,
                                     0x0806, 0x0601, 0x0203, 0x0201},
                                    12};
  const struct list* verify = config->verify_prefs.count > 0 ? &config->verify_prefs : &verified;
  const bool has_own = config->server || config->signing_prefs.count > 0;
  const struct list* own = has_own ? &config->signing_prefs : &signs;
  set_signatures(ctx, false, config->server ? own : verify);
  set_signatures(ctx, true, config->server ? verify : own);
  const char* ciphers = config->cipher == NULL ? "ALL:!aNULL:!eNULL" : config->cipher;
  must(SSL_CTX_set_cipher_list(ctx, ciphers), "SSL_CTX_set_cipher_list");
  must(SSL_CTX_set_ciphersuites(
           ctx, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"),
       "SSL_CTX_set_ciphersuites");
}

static int verify(X509_STORE_CTX* chain, void* unused) {
  (void)unused;
  if (!config->verify_fail) return 1;
  X509_STORE_CTX_set_error(chain, config->use_custom_verify_callback
                                      ? X509_V_ERR_PERMITTED_VIOLATION
                                      : X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

static int staple(SSL* of, void* unused) {
  (void)unused;
  const struct bytes* response = &config->ocsp_response;
  if (!config->server) return !config->fail_ocsp_callback;
  if (config->fail_ocsp_callback) return SSL_TLSEXT_ERR_ALERT_FATAL;
  if (config->decline_ocsp_callback || response->size == 0) return SSL_TLSEXT_ERR_NOACK;
  unsigned char* copy = OPENSSL_memdup(response->data, response->size);
  SSL_set_tlsext_status_ocsp_resp(of, copy, (long)response->size);
  return SSL_TLSEXT_ERR_OK;
}

static int select_empty(SSL* of, const unsigned char** chosen, unsigned char* size,
                        const unsigned char* offered, unsigned offered_size, void* unused) {
  (void)of, (void)offered_size, (void)unused;
  *chosen = offered;
  *size = 0;
  return SSL_TLSEXT_ERR_OK;
}

static int refuse(SSL* of, void* unused) {
  (void)of, (void)unused;
  return 0;
}

// As BoringSSL has it: a name, a key of HMAC and a key of AES, each of 16 bytes.
static int ticket_key(SSL* of, unsigned char name[16], unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      HMAC_CTX* hmac, int encrypts) {
  (void)of;
  static unsigned char random[48];
  static bool made;
  if (!made) made = RAND_bytes(random, sizeof random) == 1;
  const unsigned char* key = config->ticket_key.size > 0 ? config->ticket_key.data : random;
  if (encrypts) {
    memcpy(name, key, 16);
    if (RAND_bytes(iv, 16) != 1) return -1;
  } else if (memcmp(name, key, 16) != 0) {
    return 0;
  }
  HMAC_Init_ex(hmac, key + 16, 16, EVP_sha256(), NULL);
  EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), NULL, key + 32, iv, encrypts);
  return 1;
}

static int remember(SSL* of, SSL_SESSION* session) {
  (void)of;
  SSL_SESSION_free(last_session);
  last_session = session;
  ++new_sessions;
  return 1;
}

// An extension that a client asks for, and that a ServerHello or a certificate of TLS 1.3 answers.
static void set_timestamps(SSL_CTX* ctx) {
  const struct bytes* list = &config->signed_cert_timestamps;
  if (list->size == 0) return;
  unsigned char info[256] = {0, 0, 0x11, 0x80, 0, kTimestamps, 0, (unsigned char)list->size};
  memcpy(info + 8, list->data, list->size);
  must(SSL_CTX_use_serverinfo_ex(ctx, SSL_SERVERINFOV2, info, 8 + list->size),
       "SSL_CTX_use_serverinfo_ex");
}

static void set_options(SSL_CTX* ctx) {
  // Above 0 libssl has neither TLS 1.0 nor SHA-1 nor RSA of 1024 bits.
  SSL_CTX_set_security_level(ctx, 0);
  SSL_CTX_set_min_proto_version(ctx, config->dtls ? DTLS1_VERSION : TLS1_VERSION);
  unsigned long options = SSL_OP_NO_ANTI_REPLAY | SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS;
  if (!config->dtls) options |= SSL_OP_TLSEXT_PADDING;
  if (!config->renegotiate_freely) options |= SSL_OP_NO_RENEGOTIATION;
  if (config->no_ticket) options |= SSL_OP_NO_TICKET;
  // A client of libssl has its own order of signature algorithms only with this.
  if (!config->server || config->cipher != NULL) options |= SSL_OP_CIPHER_SERVER_PREFERENCE;
  SSL_CTX_set_options(ctx, options);
  if (config->server && config->enable_early_data) {
    SSL_CTX_set_max_early_data(ctx, kMaxEarlyData);
    SSL_CTX_set_recv_max_early_data(ctx, kMaxEarlyData);
  }
  if (config->server && config->no_ticket) SSL_CTX_set_num_tickets(ctx, 0);
}

static SSL_CTX* new_context(void) {
  SSL_CTX* ctx = SSL_CTX_new(config->dtls ? DTLS_method() : TLS_method());
  if (ctx == NULL) fail("SSL_CTX_new failed");
  set_options(ctx);
  set_algorithms(ctx);
  if (config->cert_file != NULL) {
    must(SSL_CTX_use_certificate_chain_file(ctx, config->cert_file), "the certificate");
  }
  if (config->key_file != NULL) {
    must(SSL_CTX_use_PrivateKey_file(ctx, config->key_file, SSL_FILETYPE_PEM), "the key");
  }
  set_timestamps(ctx);
  if (config->fail_cert_callback) SSL_CTX_set_cert_cb(ctx, refuse, NULL);
  int mode = SSL_VERIFY_NONE;
  if (config->require_any_client_certificate) {
    mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  SSL_CTX_set_verify(ctx, config->verify_peer ? SSL_VERIFY_PEER : mode, NULL);
  SSL_CTX_set_cert_verify_callback(ctx, verify, NULL);
  if (config->ocsp_response.size > 0 || config->use_ocsp_callback) {
    SSL_CTX_set_tlsext_status_cb(ctx, staple);
  }
  if (config->select_empty_alpn) SSL_CTX_set_alpn_select_cb(ctx, select_empty, NULL);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_BOTH | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, remember);
  if (config->server) {
    must(SSL_CTX_set_session_id_context(ctx, (const unsigned char*)"bogo", 4), "the id context");
    SSL_CTX_set_tlsext_ticket_key_cb(ctx, ticket_key);
  }
  return ctx;
}

#endif  // CONTEXT_H_
