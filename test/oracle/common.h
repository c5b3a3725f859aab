// What both programs of the oracle share: how they begin, read lines, and write results.

#ifndef LIBSSL_SESSION_TEST_ORACLE_COMMON_H_
#define LIBSSL_SESSION_TEST_ORACLE_COMMON_H_

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char* what, const char* line) {
  fprintf(stderr, "oracle: %s: %s\n", what, line);
  exit(2);
}

// The bytes of xHEX, in memory of exactly their size and, for a string, a NUL.
static unsigned char* parse_hex(const char* hex, size_t* size, int string) {
  if (hex[0] != 'x') fail("not bytes", hex);
  *size = (strlen(hex) - 1) / 2;
  unsigned char* bytes = calloc(1, *size + string + (*size + string == 0));
  for (size_t i = 0; i < *size; i++) {
    char digits[3] = {hex[1 + 2 * i], hex[2 + 2 * i], 0};
    bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
  }
  return bytes;
}

// ---- Results.

static void print_hex(const unsigned char* bytes, size_t size) {
  putchar('x');
  for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
}

static void print_quoted(const char* text, size_t size) {
  putchar('"');
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '\n')
      fputs("\\n", stdout);
    else if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
      printf("\\x%02x", c);
    else
      putchar(c);
  }
  putchar('"');
}

static void print_string(const char* text) {
  if (text == NULL) text = "";
  print_quoted(text, strlen(text));
}

static void print_cipher(const SSL_CIPHER* cipher) {
  if (cipher == NULL) {
    fputs("null", stdout);
    return;
  }
  printf("%04x ", SSL_CIPHER_get_protocol_id(cipher));
  print_string(SSL_CIPHER_get_name(cipher));
  putchar(' ');
  print_string(SSL_CIPHER_standard_name(cipher));
  putchar(' ');
  print_string(SSL_CIPHER_get_version(cipher));
  printf(" %d", SSL_CIPHER_get_bits(cipher, NULL));
}

static void print_errors(void) {
  unsigned long code;
  const char* data;
  int flags;
  while ((code = ERR_get_error_line_data(NULL, NULL, &data, &flags)) != 0) {
    printf(" ! %08lx ", code);
    print_string(ERR_lib_error_string(code));
    putchar(' ');
    print_string(ERR_func_error_string(code));
    putchar(' ');
    print_string(ERR_reason_error_string(code));
    putchar(' ');
    print_string((flags & ERR_TXT_STRING) != 0 ? data : "");
  }
}

// ---- Sessions as libssl counts them.

static long live;

static void count_new(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int index, long l, void* p) {
  (void)parent, (void)ptr, (void)ad, (void)index, (void)l, (void)p;
  live++;
}

static void count_free(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int index, long l, void* p) {
  (void)parent, (void)ptr, (void)ad, (void)index, (void)l, (void)p;
  live--;
}

// Says which libssl it is, and runs each line of the input.
static int run_lines(void (*run_line)(char*), void (*end_script)(void)) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS |
                       OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
                   NULL);
  if (SSL_SESSION_get_ex_new_index(0, NULL, count_new, NULL, count_free) < 0) {
    fail("SSL_SESSION_get_ex_new_index", "failed");
  }
  Dl_info libssl;
  if (dladdr((void*)SSL_SESSION_new, &libssl) == 0) fail("dladdr", "failed");
  char* path = realpath(libssl.dli_fname, NULL);
  printf("%s\n%s\n", OpenSSL_version(OPENSSL_VERSION), path == NULL ? "" : path);
  free(path);
  fflush(stdout);

  char* line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    if (strcmp(line, "end") == 0)
      end_script();
    else
      run_line(line);
  }
  free(line);
  return 0;
}

#endif  // LIBSSL_SESSION_TEST_ORACLE_COMMON_H_
