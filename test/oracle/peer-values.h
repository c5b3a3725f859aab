// What a line of peers.c is about, its arguments, and how results are written.

#ifndef LIBSSL_SESSION_TEST_ORACLE_PEER_VALUES_H_
#define LIBSSL_SESSION_TEST_ORACLE_PEER_VALUES_H_

#include <stdbool.h>

#include "common.h"

// One of the two sides, and its bytes on the way to the other.
static struct side {
  SSL_CTX* ctx;
  SSL* ssl;
  bool early;            // it has had early data
  bool early_read;       // SSL_read_early_data has finished
  const char* unusable;  // why it can only be freed
  bool releases;         // it has SSL_MODE_RELEASE_BUFFERS
  bool short_records;    // of a session with a maximum fragment length
  unsigned char* sent;
  size_t sent_size;
  char alpn[256];  // what a server answers
  size_t alpn_size;
} sides[2];
static struct slot {
  SSL_SESSION* session;
  SSL_CTX* origin;
} slots[4];
static const char* fixtures;
static time_t began;

// The line that is run: its arguments, and what its object is.
static char* words[8];
static struct side* side;
static SSL_CTX* ctx;
static SSL* ssl;
static SSL_SESSION* session;
static struct slot* slot;

// ---- Arguments.

static unsigned char* parsed[8];
static size_t parsed_count;

static long long number_of(const char* word) { return strtoll(word, NULL, 10); }
static size_t size_of(const char* word) { return word[0] == 'x' ? strlen(word) / 2 : 0; }

static unsigned char* bytes_of(const char* word) {
  if (strcmp(word, "NULL") == 0) return NULL;
  size_t size;
  return parsed[parsed_count++] = parse_hex(word, &size, 1);
}

static char* string_of(const char* word) { return (char*)bytes_of(word); }

// ---- Results.

static void print_text(const char* text) {
  if (text == NULL)
    fputs("null", stdout);
  else
    print_string(text);
}

static void print_bytes(const void* bytes, size_t size) {
  if (bytes == NULL)
    fputs("null", stdout);
  else
    print_hex(bytes, size);
}

// Bytes that nobody can know before: the how manyth of this script they are.
static struct {
  unsigned char* bytes;
  size_t size;
} seen[1000];
static size_t seen_count;

static void print_random(const void* bytes, size_t size) {
  if (bytes == NULL || size == 0) {
    print_bytes(bytes, size);
    return;
  }
  size_t i = 0;
  while (i < seen_count && (seen[i].size != size || memcmp(seen[i].bytes, bytes, size) != 0)) i++;
  if (i == seen_count && i < sizeof seen / sizeof *seen) {
    seen[seen_count].bytes = OPENSSL_memdup(bytes, size);
    seen[seen_count++].size = size;
  }
  printf("random %zu", i);
}

static void print_certificate(X509* certificate, bool owned) {
  unsigned char* der = NULL;
  const int size = certificate == NULL ? 0 : i2d_X509(certificate, &der);
  print_bytes(der, (size_t)size);
  OPENSSL_free(der);
  if (owned) X509_free(certificate);
}

static void print_certificates(STACK_OF(X509) * list) {
  if (list == NULL) fputs("null", stdout);
  for (int i = 0; i < sk_X509_num(list); i++) {
    putchar(' ');
    print_certificate(sk_X509_value(list, i), false);
  }
}

static __attribute__((unused)) void print_ciphers(STACK_OF(SSL_CIPHER) * list, bool owned) {
  if (list == NULL) fputs("null", stdout);
  for (int i = 0; i < sk_SSL_CIPHER_num(list); i++) {
    putchar(' ');
    print_cipher(sk_SSL_CIPHER_value(list, i));
  }
  if (owned) sk_SSL_CIPHER_free(list);
}

static void print_time(long value) {
  if (value >= began - 1 && value <= time(NULL))
    fputs("now", stdout);
  else
    printf("%ld", value);
}

#endif  // LIBSSL_SESSION_TEST_ORACLE_PEER_VALUES_H_
