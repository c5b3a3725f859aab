// Plain C on the same libssl: handshakes, bulk data and a session cache, over memory BIOs, as an
// application would write it that has its bytes carried by sockets of its own. What the settings
// are, and what an operation is, must be the same in bench/handshakes/*.mjs.
//
// Started with a directory that has <kind>.key.pem and <kind>.cert.pem for each kind of
// certificate. Operations: "<handshake>/<kind>", "bulk/<version>", "cache-…".
#define _GNU_SOURCE
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "program.h"

enum { kRecord = 16384 };

static void check(int ok, const char* what) {
  if (ok) return;
  ERR_print_errors_fp(stderr);
  fail(what);
}

// ---- Contexts. Group, signature algorithms and number of tickets are libssl's defaults.

typedef struct {
  const char* name;
  int version;
  int resumes;
  long options;
} Handshake;

static const Handshake handshakes[] = {
    {"full-TLSv1.2", TLS1_2_VERSION, 0, 0},
    {"full-TLSv1.3", TLS1_3_VERSION, 0, 0},
    {"id-TLSv1.2", TLS1_2_VERSION, 1, SSL_OP_NO_TICKET},
    {"ticket-TLSv1.2", TLS1_2_VERSION, 1, 0},
    {"psk-TLSv1.3", TLS1_3_VERSION, 1, 0},
};
static const char* const kinds[] = {"RSA-2048", "P-256"};

enum {
  kHandshakes = sizeof handshakes / sizeof *handshakes,
  kKinds = sizeof kinds / sizeof *kinds
};

typedef struct {
  SSL_CTX* client;
  SSL_CTX* server;
} Contexts;

static Contexts contexts[kHandshakes][kKinds];

static SSL_CTX* new_context(const SSL_METHOD* method, const Handshake* handshake) {
  SSL_CTX* context = SSL_CTX_new(method);
  check(context != NULL, "SSL_CTX_new");
  check(SSL_CTX_set_min_proto_version(context, handshake->version) == 1, "min version");
  check(SSL_CTX_set_max_proto_version(context, handshake->version) == 1, "max version");
  check(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1, "suites");
  check(SSL_CTX_set_cipher_list(context,
                                "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") == 1,
        "ciphers");
  SSL_CTX_set_options(context, (unsigned long)handshake->options);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  return context;
}

static Contexts new_contexts(const Handshake* handshake, const char* directory, const char* kind) {
  const Contexts made = {new_context(TLS_client_method(), handshake),
                         new_context(TLS_server_method(), handshake)};
  char file[4096];
  snprintf(file, sizeof file, "%s/%s.cert.pem", directory, kind);
  check(SSL_CTX_use_certificate_chain_file(made.server, file) == 1, file);
  snprintf(file, sizeof file, "%s/%s.key.pem", directory, kind);
  check(SSL_CTX_use_PrivateKey_file(made.server, file, SSL_FILETYPE_PEM) == 1, file);
  const unsigned char id_context[] = "bench";
  SSL_CTX_set_session_id_context(made.server, id_context, sizeof id_context - 1);
  return made;
}

// ---- Connections.

typedef struct {
  SSL* client;
  SSL* server;
} Pair;

static SSL* new_connection(SSL_CTX* context) {
  SSL* ssl = SSL_new(context);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (ssl == NULL || in == NULL || out == NULL) fail("SSL_new");
  SSL_set_bio(ssl, in, out);
  return ssl;
}

static void carry(SSL* from, SSL* to) {
  char bytes[2 * kRecord];
  int size;
  while ((size = BIO_read(SSL_get_wbio(from), bytes, sizeof bytes)) > 0) {
    if (BIO_write(SSL_get_rbio(to), bytes, size) != size) fail("BIO_write");
  }
}

static int advance(SSL* ssl) {
  const int result = SSL_do_handshake(ssl);
  if (result == 1) return 1;
  check(SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ, "SSL_do_handshake");
  return 0;
}

static Pair connect_pair(const Contexts* of, SSL_SESSION* session) {
  const Pair pair = {new_connection(of->client), new_connection(of->server)};
  SSL_set_connect_state(pair.client);
  SSL_set_accept_state(pair.server);
  if (session != NULL) check(SSL_set_session(pair.client, session) == 1, "SSL_set_session");
  int client_ready = 0;
  int server_ready = 0;
  while (!client_ready || !server_ready) {
    if (!client_ready) client_ready = advance(pair.client);
    carry(pair.client, pair.server);
    if (!server_ready) server_ready = advance(pair.server);
    carry(pair.server, pair.client);
  }
  // Tickets of TLS 1.3 are read with the data that there is not.
  char byte;
  const int peeked = SSL_peek(pair.client, &byte, 1);
  check(SSL_get_error(pair.client, peeked) == SSL_ERROR_WANT_READ, "SSL_peek");
  return pair;
}

static void end_pair(Pair pair) {
  // Without it the session is not resumed.
  SSL_shutdown(pair.client);
  SSL_shutdown(pair.server);
  SSL_free(pair.client);
  SSL_free(pair.server);
}

static int64_t full(const Contexts* of, long n) {
  const int64_t start = now();
  for (long i = 0; i < n; ++i) end_pair(connect_pair(of, NULL));
  return now() - start;
}

static int64_t resume(const Contexts* of, long n) {
  const Pair first = connect_pair(of, NULL);
  SSL_SESSION* session = SSL_get1_session(first.client);
  end_pair(first);
  const int64_t start = now();
  for (long i = 0; i < n; ++i) {
    const Pair pair = connect_pair(of, session);
    check(SSL_session_reused(pair.client), "resumption");
    SSL_SESSION_free(session);
    session = SSL_get1_session(pair.client);
    end_pair(pair);
  }
  const int64_t time = now() - start;
  SSL_SESSION_free(session);
  return time;
}

static int64_t bulk(const Contexts* of, long n) {
  static char record[kRecord];
  static char bytes[kRecord];
  const Pair pair = connect_pair(of, NULL);
  const int64_t start = now();
  for (long i = 0; i < n; ++i) {
    check(SSL_write(pair.client, record, kRecord) == kRecord, "SSL_write");
    carry(pair.client, pair.server);
    check(SSL_read(pair.server, bytes, kRecord) == kRecord, "SSL_read");
  }
  const int64_t time = now() - start;
  end_pair(pair);
  return time;
}

// ---- A cache of n sessions: what each one costs.

static void next_id(uint32_t id[8]) {
  static uint32_t x = 1;
  for (int i = 0; i < 8; ++i) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    id[i] = x;
  }
}

static SSL_SESSION* new_session(void) {
  uint32_t id[8];
  next_id(id);
  SSL_SESSION* session = SSL_SESSION_new();
  check(SSL_SESSION_set1_id(session, (unsigned char*)id, sizeof id) == 1, "SSL_SESSION_set1_id");
  SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION);
  return session;
}

static SSL_CTX* new_cache(void) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) fail("SSL_CTX_new");
  SSL_CTX_sess_set_cache_size(context, 0);
  return context;
}

// As a server does with sessions that were stored: from DER, each with another id, into the cache.
static int64_t restore(const Contexts* of, long n) {
  const Pair pair = connect_pair(of, NULL);
  SSL_SESSION* session = SSL_get1_session(pair.server);
  end_pair(pair);
  unsigned char der[4096];
  unsigned char* end = der;
  const int size = i2d_SSL_SESSION(session, NULL);
  check(size > 0 && size <= (int)sizeof der && i2d_SSL_SESSION(session, &end) == size, "DER");
  unsigned int id_size = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &id_size);
  unsigned char* id_in_der = memmem(der, (size_t)size, id, id_size);
  check(id_size == 32 && id_in_der != NULL, "finding the id");
  SSL_CTX* context = new_cache();
  const int64_t start = now();
  for (long i = 0; i < n; ++i) {
    uint32_t next[8];
    next_id(next);
    memcpy(id_in_der, next, sizeof next);
    const unsigned char* p = der;
    SSL_SESSION* restored = d2i_SSL_SESSION(NULL, &p, size);
    check(SSL_CTX_add_session(context, restored) == 1, "SSL_CTX_add_session");
    SSL_SESSION_free(restored);
  }
  const int64_t time = now() - start;
  SSL_CTX_free(context);
  SSL_SESSION_free(session);
  return time;
}

static int64_t cache(const char* operation, long n) {
  SSL_CTX* context = new_cache();
  SSL_SESSION** sessions = malloc((size_t)n * sizeof *sessions);
  if (sessions == NULL) fail("malloc");
  for (long i = 0; i < n; ++i) sessions[i] = new_session();

  int64_t times[5] = {now()};
  for (long i = 0; i < n; ++i) {
    check(SSL_CTX_add_session(context, sessions[i]) == 1, "SSL_CTX_add_session");
  }
  times[1] = now();
  // Looks it up, and finds that it is there.
  for (long i = 0; i < n; ++i) {
    check(SSL_CTX_add_session(context, sessions[i]) == 0, "finding a session");
  }
  times[2] = now();
  const int removes = strcmp(operation, "cache-remove") == 0;
  if (removes) {
    for (long i = 0; i < n; ++i) {
      check(SSL_CTX_remove_session(context, sessions[i]) == 1, "SSL_CTX_remove_session");
    }
  }
  times[3] = now();
  for (long i = 0; i < n; ++i) SSL_SESSION_free(sessions[i]);
  const int64_t start_of_flush = now();
  SSL_CTX_flush_sessions(context, (long)time(NULL) + 100000);
  times[4] = now();
  check(SSL_CTX_sess_number(context) == 0, "SSL_CTX_flush_sessions");
  SSL_CTX_free(context);
  free(sessions);

  if (strcmp(operation, "cache-add") == 0) return times[1] - times[0];
  if (strcmp(operation, "cache-look-up") == 0) return times[2] - times[1];
  if (removes) return times[3] - times[2];
  if (strcmp(operation, "cache-flush") == 0) return times[4] - start_of_flush;
  fail(operation);
  return 0;
}

static int64_t run(const char* operation, long n) {
  if (strcmp(operation, "bulk-TLSv1.2") == 0) return bulk(&contexts[0][1], n);
  if (strcmp(operation, "bulk-TLSv1.3") == 0) return bulk(&contexts[1][1], n);
  if (strcmp(operation, "cache-restore") == 0) return restore(&contexts[2][1], n);
  for (int h = 0; h < kHandshakes; ++h) {
    for (int k = 0; k < kKinds; ++k) {
      char name[64];
      snprintf(name, sizeof name, "%s/%s", handshakes[h].name, kinds[k]);
      if (strcmp(operation, name) != 0) continue;
      return handshakes[h].resumes ? resume(&contexts[h][k], n) : full(&contexts[h][k], n);
    }
  }
  return cache(operation, n);
}

// The bindings cannot set the group, so that it stays the default: that it is X25519.
static void check_group(const Contexts* of) {
  const Pair pair = connect_pair(of, NULL);
  EVP_PKEY* key = NULL;
  check(SSL_get_peer_tmp_key(pair.client, &key) == 1, "SSL_get_peer_tmp_key");
  check(EVP_PKEY_id(key) == EVP_PKEY_X25519, "X25519");
  EVP_PKEY_free(key);
  end_pair(pair);
}

int main(int argc, char** argv) {
  if (argc != 2) fail("the directory of the certificates");
  load_libssl();
  for (int h = 0; h < kHandshakes; ++h) {
    for (int k = 0; k < kKinds; ++k) {
      contexts[h][k] = new_contexts(&handshakes[h], argv[1], kinds[k]);
      check_group(&contexts[h][k]);
    }
  }
  serve(run);
  return 0;
}
