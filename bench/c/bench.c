// Plain C on the same libssl: what every binding is compared with.
// Started with a file of DER.
#define _GNU_SOURCE
#include <openssl/ssl.h>
#include <string.h>

#include "program.h"

static SSL_SESSION* session;  // empty, as SSL_SESSION_new() makes it
static SSL_SESSION* real;     // of a handshake
static unsigned char der[1 << 16];
static long der_size;

// For the random operations; the same sequence as in bench/growth.mjs.
enum { kIndices = 1 << 20 };
static uint32_t indices[kIndices];
static SSL_SESSION** alive;

static uint64_t new_free(long n) {
  for (long i = 0; i < n; ++i) SSL_SESSION_free(SSL_SESSION_new());
  return 0;
}

static uint64_t dup_free(long n) {
  for (long i = 0; i < n; ++i) SSL_SESSION_free(SSL_SESSION_dup(session));
  return 0;
}

static uint64_t up_ref_free(long n) {
  for (long i = 0; i < n; ++i) {
    SSL_SESSION_up_ref(session);
    SSL_SESSION_free(session);
  }
  return 0;
}

static uint64_t get_time(long n) {
  uint64_t sink = 0;
  for (long i = 0; i < n; ++i) sink += SSL_SESSION_get_time(session);
  return sink;
}

static uint64_t der_in(long n) {
  for (long i = 0; i < n; ++i) {
    const unsigned char* p = der;
    SSL_SESSION_free(d2i_SSL_SESSION(NULL, &p, der_size));
  }
  return 0;
}

static uint64_t der_out(long n) {
  uint64_t sink = 0;
  for (long i = 0; i < n; ++i) {
    unsigned char* out = NULL;
    sink += i2d_SSL_SESSION(real, &out);
    OPENSSL_free(out);
  }
  return sink;
}

static uint64_t random_dup_free(long n) {
  for (long i = 0; i < n; ++i) {
    SSL_SESSION_free(SSL_SESSION_dup(alive[indices[i & (kIndices - 1)]]));
  }
  return 0;
}

static uint64_t random_get_time(long n) {
  uint64_t sink = 0;
  for (long i = 0; i < n; ++i) sink += SSL_SESSION_get_time(alive[indices[i & (kIndices - 1)]]);
  return sink;
}

static uint64_t make_alive(long n) {
  alive = malloc(n * sizeof *alive);
  if (alive == NULL) fail("malloc");
  for (long i = 0; i < n; ++i) {
    alive[i] = SSL_SESSION_new();
    if (alive[i] == NULL) fail("SSL_SESSION_new");
  }
  uint32_t x = 1;
  for (long i = 0; i < kIndices; ++i) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    indices[i] = x % n;
  }
  return 0;
}

static const struct {
  const char* name;
  uint64_t (*run)(long n);
} operations[] = {
    {"new+free", new_free},
    {"dup+free", dup_free},
    {"up_ref+free", up_ref_free},
    {"get_time", get_time},
    {"DER-in", der_in},
    {"DER-out", der_out},
    {"make-alive", make_alive},
    {"random-dup+free", random_dup_free},
    {"random-get_time", random_get_time},
};

static int64_t run(const char* name, long n) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; ++i) {
    if (strcmp(operations[i].name, name) != 0) continue;
    const int64_t start = now();
    volatile uint64_t sink = operations[i].run(n);
    const int64_t end = now();
    (void)sink;
    return end - start;
  }
  fail(name);
  return 0;
}

int main(int argc, char** argv) {
  FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) fail("opening the DER file");
  der_size = (long)fread(der, 1, sizeof der, file);
  fclose(file);

  load_libssl();
  const unsigned char* p = der;
  real = d2i_SSL_SESSION(NULL, &p, der_size);
  if (real == NULL) fail("d2i_SSL_SESSION");
  session = SSL_SESSION_new();
  serve(run);
  return 0;
}
