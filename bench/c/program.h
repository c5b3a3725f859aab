// What the C programs share: each is started once, prints the path of the libssl that it runs on,
// then reads lines "<operation> <n>" and answers each with one line, the nanoseconds that n
// iterations took, so that the other contenders can run in between.

#ifndef LIBSSL_SESSION_BENCH_C_PROGRAM_H_
#define LIBSSL_SESSION_BENCH_C_PROGRAM_H_

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void fail(const char* what) {
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void answer(const char* line) {
  puts(line);
  fflush(stdout);
}

static void load_libssl(void) {
  // As the addon does it: no openssl.cnf.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  Dl_info info;
  if (dladdr(dlsym(RTLD_DEFAULT, "SSL_SESSION_new"), &info) == 0) fail("dladdr");
  answer(info.dli_fname);
}

// `run` gives the nanoseconds that n iterations of the named operation took.
static void serve(int64_t (*run)(const char* operation, long n)) {
  char operation[64];
  char line[32];
  long n;
  while (scanf("%63s %ld", operation, &n) == 2) {
    snprintf(line, sizeof line, "%lld", (long long)run(operation, n));
    answer(line);
  }
}

#endif  // LIBSSL_SESSION_BENCH_C_PROGRAM_H_
