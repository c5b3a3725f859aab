// The oracle: runs scripts of session functions straight on libssl 1.1.1, and prints what libssl
// gave. Plain C against OpenSSL's own headers; no code of the binding is in it. script.mjs has the
// language of the scripts.

#include <openssl/pem.h>

#include "common.h"

// What a session's time becomes when libssl made it the clock's.
#define SETTLED_TIME 1500000000

enum kind {
  NOTHING,
  SESSION,
  SESSION_OR_NULL,
  NEW_SESSION,
  BYTES,
  BYTES_OR_NULL,
  STRING_OR_NULL,
  TEXT,
  INT,
  UINT32,
  LONG,
  UNSIGNED_LONG,
  CIPHER,
  CIPHER_OR_NULL,
  CIPHER_ID,
};

// One call: arguments, then results.
struct call {
  SSL_SESSION* session;
  const unsigned char* bytes;  // a STRING ends with a NUL after `size`
  size_t size;
  long long number;
  const SSL_CIPHER* cipher;

  SSL_SESSION* made;
  long long result;
  unsigned long long unsigned_result;
  const void* out;  // NULL for null
  size_t out_size;
  void* owned;  // freed with OPENSSL_free
  BIO* bio;     // freed
  const SSL_CIPHER* found;
};

static int no_password(char* buffer, int size, int writing, void* data) {
  (void)buffer, (void)size, (void)writing, (void)data;
  return -1;
}

static void take_written(struct call* c, int done) {
  char* text = NULL;
  long size = BIO_get_mem_data(c->bio, &text);
  if (done != 1) return;
  c->out = size > 0 ? text : "";
  c->out_size = (size_t)size;
}

static const SSL_CIPHER* find_cipher(int id) {
  static SSL* ssl;
  if (ssl == NULL) ssl = SSL_new(SSL_CTX_new(TLS_method()));
  unsigned char number[2] = {id >> 8, id & 0xff};
  return SSL_CIPHER_find(ssl, number);
}

// ---- Each operation, as a C programmer writes it.

#define DO(name) static void do_##name(struct call* c)

DO(SSL_SESSION_new) { c->made = SSL_SESSION_new(); }
DO(SSL_SESSION_dup) { c->made = SSL_SESSION_dup(c->session); }
DO(SSL_SESSION_up_ref) { c->result = SSL_SESSION_up_ref(c->session); }
DO(SSL_SESSION_free) { SSL_SESSION_free(c->session); }
DO(d2i_SSL_SESSION) {
  const unsigned char* at = c->bytes;
  c->made = d2i_SSL_SESSION(NULL, &at, (long)c->size);
}
DO(i2d_SSL_SESSION) {
  unsigned char* der = NULL;
  int size = i2d_SSL_SESSION(c->session, &der);
  if (size <= 0) return;
  c->out = c->owned = der;
  c->out_size = (size_t)size;
}
DO(PEM_read_bio_SSL_SESSION) {
  c->bio = BIO_new_mem_buf(c->bytes, (int)c->size);
  c->made = PEM_read_bio_SSL_SESSION(c->bio, NULL, no_password, NULL);
}
DO(PEM_write_bio_SSL_SESSION) {
  c->bio = BIO_new(BIO_s_mem());
  take_written(c, PEM_write_bio_SSL_SESSION(c->bio, c->session));
}
DO(SSL_SESSION_print) {
  c->bio = BIO_new(BIO_s_mem());
  take_written(c, SSL_SESSION_print(c->bio, c->session));
}
DO(SSL_SESSION_print_keylog) {
  c->bio = BIO_new(BIO_s_mem());
  take_written(c, SSL_SESSION_print_keylog(c->bio, c->session));
}
DO(SSL_SESSION_get_id) {
  unsigned int size;
  c->out = SSL_SESSION_get_id(c->session, &size);
  c->out_size = size;
}
DO(SSL_SESSION_set1_id) {
  c->result = SSL_SESSION_set1_id(c->session, c->bytes, (unsigned int)c->size);
}
DO(SSL_SESSION_get0_id_context) {
  unsigned int size;
  c->out = SSL_SESSION_get0_id_context(c->session, &size);
  c->out_size = size;
}
DO(SSL_SESSION_set1_id_context) {
  c->result = SSL_SESSION_set1_id_context(c->session, c->bytes, (unsigned int)c->size);
}
DO(SSL_SESSION_get_time) { c->result = SSL_SESSION_get_time(c->session); }
DO(SSL_SESSION_set_time) { c->result = SSL_SESSION_set_time(c->session, (long)c->number); }
DO(SSL_SESSION_get_timeout) { c->result = SSL_SESSION_get_timeout(c->session); }
DO(SSL_SESSION_set_timeout) { c->result = SSL_SESSION_set_timeout(c->session, (long)c->number); }
DO(SSL_SESSION_get_protocol_version) { c->result = SSL_SESSION_get_protocol_version(c->session); }
DO(SSL_SESSION_set_protocol_version) {
  c->result = SSL_SESSION_set_protocol_version(c->session, (int)c->number);
}
DO(SSL_SESSION_get0_cipher) { c->found = SSL_SESSION_get0_cipher(c->session); }
DO(SSL_SESSION_set_cipher) { c->result = SSL_SESSION_set_cipher(c->session, c->cipher); }
DO(SSL_CIPHER_find) { c->found = find_cipher((int)c->number); }
DO(SSL_SESSION_get_master_key) {
  size_t size = SSL_SESSION_get_master_key(c->session, NULL, 0);
  unsigned char* key = c->owned = OPENSSL_malloc(size + 1);
  c->out = key;
  c->out_size = SSL_SESSION_get_master_key(c->session, key, size + 1);
}
DO(SSL_SESSION_set1_master_key) {
  c->result = SSL_SESSION_set1_master_key(c->session, c->bytes, c->size);
}
DO(SSL_SESSION_get0_hostname) {
  const char* hostname = SSL_SESSION_get0_hostname(c->session);
  c->out = hostname;
  c->out_size = hostname == NULL ? 0 : strlen(hostname);
}
DO(SSL_SESSION_set1_hostname) {
  c->result = SSL_SESSION_set1_hostname(c->session, (const char*)c->bytes);
}
DO(SSL_SESSION_get0_alpn_selected) {
  const unsigned char* alpn;
  SSL_SESSION_get0_alpn_selected(c->session, &alpn, &c->out_size);
  c->out = alpn;
}
DO(SSL_SESSION_set1_alpn_selected) {
  c->result = SSL_SESSION_set1_alpn_selected(c->session, c->bytes, c->size);
}
DO(SSL_SESSION_has_ticket) { c->result = SSL_SESSION_has_ticket(c->session); }
DO(SSL_SESSION_get0_ticket) {
  const unsigned char* ticket;
  SSL_SESSION_get0_ticket(c->session, &ticket, &c->out_size);
  c->out = ticket;
}
DO(SSL_SESSION_get0_ticket_appdata) {
  void* data;
  SSL_SESSION_get0_ticket_appdata(c->session, &data, &c->out_size);
  c->out = data;
}
DO(SSL_SESSION_set1_ticket_appdata) {
  c->result = SSL_SESSION_set1_ticket_appdata(c->session, c->bytes, c->size);
}
DO(SSL_SESSION_get_max_early_data) { c->result = SSL_SESSION_get_max_early_data(c->session); }
DO(SSL_SESSION_set_max_early_data) {
  c->result = SSL_SESSION_set_max_early_data(c->session, (uint32_t)c->number);
}
DO(SSL_SESSION_get_max_fragment_length) {
  c->result = SSL_SESSION_get_max_fragment_length(c->session);
}
DO(SSL_SESSION_get_compress_id) { c->result = SSL_SESSION_get_compress_id(c->session); }
DO(SSL_SESSION_get0_peer) {
  X509* peer = SSL_SESSION_get0_peer(c->session);
  unsigned char* der = NULL;
  if (peer == NULL) return;
  c->out_size = (size_t)i2d_X509(peer, &der);
  c->out = c->owned = der;
}
DO(SSL_SESSION_get_ticket_lifetime_hint) {
  c->unsigned_result = SSL_SESSION_get_ticket_lifetime_hint(c->session);
}
DO(SSL_SESSION_is_resumable) { c->result = SSL_SESSION_is_resumable(c->session); }

static const struct operation {
  const char* name;
  enum kind first, second, result;
  void (*perform)(struct call*);
} operations[] = {
#define OP(name, first, second, result) {#name, first, second, result, do_##name},
#include "operations.h"
#undef OP
};

// ---- The names of a script: s0, s1, …

static struct named {
  SSL_SESSION* session;  // NULL: libssl gave none
  long references;       // 0: all given back
  int bound;
}* names;
static size_t name_count;

static struct named* find_name(const char* name) {
  size_t index = name[0] == 's' ? strtoul(name + 1, NULL, 10) : 1000000;
  if (index >= 1000000) fail("not a name", name);
  if (index >= name_count) {
    names = realloc(names, (index + 1) * sizeof *names);
    memset(names + name_count, 0, (index + 1 - name_count) * sizeof *names);
    name_count = index + 1;
  }
  return &names[index];
}

// ---- A line.

static unsigned char* last;  // the last bytes or text that an operation gave; NULL for null
static size_t last_size;

static void keep_last(const struct call* c) {
  free(last);
  last = NULL;
  last_size = c->out_size;
  if (c->out == NULL) return;
  last = malloc(last_size + 1);
  memcpy(last, c->out, last_size);
}

static void run_line(char* line) {
  char* save = NULL;
  char* word = strtok_r(line, " ", &save);
  if (word == NULL) fail("empty", "line");
  struct named* target = NULL;
  if (word[0] == 's' && word[1] >= '0' && word[1] <= '9') {
    target = find_name(word);
    strtok_r(NULL, " ", &save);  // =
    word = strtok_r(NULL, " ", &save);
    if (word == NULL || target->bound) fail("a name needs one operation", line);
  }
  const struct operation* operation = operations;
  const struct operation* end = operations + sizeof operations / sizeof *operations;
  while (operation < end && strcmp(operation->name, word) != 0) operation++;
  if (operation == end) fail("no such operation", word);
  if ((operation->result == NEW_SESSION) != (target != NULL)) fail("what names its result", word);

  struct call call = {0};
  struct named* named = NULL;
  const char* refusal = NULL;
  if (operation->first != NOTHING) {
    const char* name = strtok_r(NULL, " ", &save);
    if (name == NULL) fail("no session", word);
    if (strcmp(name, "NULL") != 0) {
      named = find_name(name);
      if (!named->bound) fail("never made", name);
      call.session = named->session;
    }
    if (call.session == NULL && operation->first == SESSION) refusal = "refused NULL";
    if (call.session != NULL && named->references == 0) refusal = "refused freed";
  }

  unsigned char* argument = NULL;
  if (operation->second != NOTHING) {
    const char* value = strtok_r(NULL, " ", &save);
    if (value == NULL) fail("no argument", word);
    const int null = strcmp(value, "NULL") == 0;
    switch (operation->second) {
      case BYTES:
      case BYTES_OR_NULL:
        if (null && operation->second == BYTES) fail("NULL", word);
        if (null) break;
        if (strcmp(value, "LAST") != 0) {
          call.bytes = argument = parse_hex(value, &call.size, 0);
        } else if (last != NULL) {
          call.bytes = last;
          call.size = last_size;
        } else if (operation->second == BYTES) {
          call.bytes = (const unsigned char*)"";
        }
        break;
      case STRING_OR_NULL:
        if (!null) call.bytes = argument = parse_hex(value, &call.size, 1);
        break;
      case CIPHER_OR_NULL:
        if (!null) call.cipher = find_cipher((int)strtol(value, NULL, 16));
        break;
      case CIPHER_ID:
        call.number = strtol(value, NULL, 16);
        break;
      default:
        call.number = strtoll(value, NULL, 10);
    }
  }

  ERR_clear_error();
  const time_t before = time(NULL);
  if (refusal == NULL) operation->perform(&call);
  if (target != NULL) {
    target->bound = 1;
    target->session = call.made;
    target->references = call.made != NULL;
  }

  if (refusal != NULL) {
    fputs(refusal, stdout);
  } else {
    switch (operation->result) {
      case NOTHING:
        fputs("void", stdout);
        if (named != NULL && named->references > 0) named->references--;
        break;
      case NEW_SESSION: {
        const long made_at = SSL_SESSION_get_time(call.made);
        if (call.made == NULL) {
          fputs("NULL", stdout);
        } else if (made_at >= before - 1 && made_at <= time(NULL)) {
          fputs("session time now", stdout);
          SSL_SESSION_set_time(call.made, SETTLED_TIME);
        } else {
          printf("session time %ld", made_at);
        }
        break;
      }
      case BYTES:
      case TEXT:
        if (call.out == NULL)
          fputs("null", stdout);
        else if (operation->result == BYTES)
          print_hex(call.out, call.out_size);
        else
          print_quoted(call.out, call.out_size);
        keep_last(&call);
        break;
      case CIPHER:
        print_cipher(call.found);
        break;
      case UNSIGNED_LONG:
        printf("%llu", call.unsigned_result);
        break;
      default:
        printf("%lld", call.result);
        if (operation->perform == do_SSL_SESSION_up_ref) named->references += call.result == 1;
    }
  }
  print_errors();
  putchar('\n');
  OPENSSL_free(call.owned);
  BIO_free(call.bio);
  free(argument);
}

static void end_script(void) {
  printf("left %ld\n", live);
  for (size_t i = 0; i < name_count; i++) {
    for (; names[i].references > 0; names[i].references--) SSL_SESSION_free(names[i].session);
  }
  printf("left %ld\nend\n", live);
  fflush(stdout);
  free(names);
  names = NULL;
  name_count = 0;
  free(last);
  last = NULL;
  last_size = 0;
}

int main(void) { return run_lines(run_line, end_script); }
