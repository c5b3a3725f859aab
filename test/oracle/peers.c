// The oracle of connections: runs scripts of calls on a client and a server, with their contexts
// and sessions, straight on libssl 1.1.1. Plain C against OpenSSL's own headers; no code of the
// binding is in it. peer-script.mjs has the language of the scripts. Where docs/rules.md says that
// a call is refused, or made safe, this says so, too, by questions of its own.

#include <openssl/pem.h>

#include "peer-rules.h"

// ---- What openssl.def has, as peer-calls.mjs writes it.

struct call {
  const char* name;
  const char* object;
  void (*perform)(void);
};
#define CALL(name) static void call_##name(void)
#include "calls.h"  // written by oracle.ts

// libssl makes the buffer for records as short as the offered session says, and does not make it
// longer when a handshake brings a session that allows more: its write fails then. Here it does
// not.
static void fit_fragments(const SSL* of, int where, int value) {
  (void)value;
  SSL* changed = (SSL*)of;
  struct side* mine = SSL_get_app_data(of);
  const SSL_SESSION* offered = SSL_get_session(of);
  const int code = offered == NULL ? 0 : SSL_SESSION_get_max_fragment_length(offered);
  const bool begins = (where & SSL_CB_HANDSHAKE_START) != 0 && code >= 1 && code <= 4;
  const bool ends = (where & SSL_CB_HANDSHAKE_DONE) != 0 && mine->short_records;
  if (!begins && !ends) return;
  const long size = begins ? 256L << code : SSL3_RT_MAX_PLAIN_LENGTH;
  SSL_set_max_send_fragment(changed, size);
  SSL_set_split_send_fragment(changed, size);
  mine->short_records = begins;
  if (ends) SSL_alloc_buffers(changed);
}

// ---- Steps.

// After a handshake an idle connection keeps no memory for records, until SSL_clear.
static int error_of(int result) {
  const int error = SSL_get_error(ssl, result);
  if (SSL_is_init_finished(ssl) && !side->releases) {
    side->releases = true;
    SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  }
  return error;
}

static void end_step(int result) {
  const int error = error_of(result);
  printf("%d error %d", result, error);
}

static void read_with(int (*function)(SSL*, void*, int)) {
  char bytes[16384];
  const int room = (int)number_of(words[0]);
  const int size = function(ssl, bytes, room);
  const int error = error_of(size);
  print_bytes(size > 0 ? bytes : NULL, size > 0 ? (size_t)size : 0);
  printf(" error %d", error);
}

static void note_early_data(bool was_before, int result) {
  if (result != 0 || (was_before && !SSL_in_before(ssl))) side->early = true;
}

#define STEP(name, call) \
  static void step_##name(void) { end_step(call); }
STEP(SSL_do_handshake, SSL_do_handshake(ssl))
STEP(SSL_connect, SSL_connect(ssl))
STEP(SSL_accept, SSL_accept(ssl))
STEP(SSL_shutdown, SSL_shutdown(ssl))
STEP(SSL_renegotiate, SSL_renegotiate(ssl))
STEP(SSL_verify_client_post_handshake, SSL_verify_client_post_handshake(ssl))
STEP(SSL_key_update, SSL_key_update(ssl, (int)number_of(words[0])))
STEP(SSL_write, SSL_write(ssl, bytes_of(words[0]), (int)size_of(words[0])))

static void step_SSL_read(void) { read_with(SSL_read); }
static void step_SSL_peek(void) { read_with(SSL_peek); }

static void step_SSL_write_early_data(void) {
  const bool before = SSL_in_before(ssl);
  size_t written = 0;
  const int result = SSL_write_early_data(ssl, bytes_of(words[0]), size_of(words[0]), &written);
  note_early_data(before, result);
  end_step(result);
}

static void step_SSL_read_early_data(void) {
  const bool before = SSL_in_before(ssl);
  char bytes[16384];
  size_t size = 0;
  const int result = SSL_read_early_data(ssl, bytes, (size_t)number_of(words[0]), &size);
  note_early_data(before, result);
  if (result == SSL_READ_EARLY_DATA_FINISH) side->early_read = true;
  end_step(result);
  putchar(' ');
  print_bytes(size > 0 ? bytes : NULL, size);
}

static void step_SSL_clear(void) {
  const int result = SSL_clear(ssl);
  if (result != 1) side->unusable = "U18";
  if (result == 1) SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  if (result == 1) side->releases = false;
  // An unfinished handshake may leave a session that must not be offered.
  const SSL_SESSION* kept = SSL_get_session(ssl);
  if (result == 1 && kept != NULL && (SSL_SESSION_get0_cipher(kept) == NULL || !has_key(kept))) {
    SSL_set_session(ssl, NULL);
  }
  end_step(result);
}

// ---- The lives of objects.

static void forget_side(void) {
  SSL_free(side->ssl);
  OPENSSL_free(side->sent);
  side->ssl = NULL;
  side->sent = NULL;
  side->sent_size = 0;
  side->early = side->early_read = side->short_records = side->releases = false;
  side->unusable = NULL;
}

static void make_context(void) {
  const char* method = words[0];
  if (side->ctx != NULL) {
    fputs("nothing", stdout);
    return;
  }
  side->ctx = SSL_CTX_new(strcmp(method, "TLS_client_method") == 0   ? TLS_client_method()
                          : strcmp(method, "TLS_server_method") == 0 ? TLS_server_method()
                                                                     : TLS_method());
  fputs(side->ctx == NULL ? "NULL" : "made", stdout);
}

static void make_connection(void) {
  forget_side();
  ERR_clear_error();
  ssl = side->ssl = SSL_new(side->ctx);
  fputs(ssl == NULL ? "NULL" : "made", stdout);
  if (ssl == NULL) return;
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_app_data(ssl, side);
  SSL_set_info_callback(ssl, fit_fragments);
}

static void free_connection(void) {
  forget_side();
  fputs("void", stdout);
}

// ---- Sessions.

static void set_slot(struct slot* which, SSL_SESSION* made, SSL_CTX* origin) {
  SSL_SESSION_free(which->session);
  which->session = made;
  which->origin = origin;
}

static struct slot* slot_of(const char* word) { return &slots[(word[1] - '0') % 4]; }

static void get_session(void) {
  SSL_SESSION* made = SSL_get1_session(ssl);
  fputs(made == NULL ? "NULL" : "session", stdout);
  set_slot(slot_of(words[0]), made, side->ctx);
}

static void set_session(void) {
  const bool none = strcmp(words[0], "NULL") == 0;
  SSL_SESSION* given = none ? NULL : slot_of(words[0])->session;
  SSL_SESSION* copy = NULL;
  if (given != NULL &&
      (slot_of(words[0])->origin != side->ctx || cached_elsewhere(side->ctx, given)))
    given = copy = SSL_SESSION_dup(given);
  if (!SSL_in_before(ssl)) side->unusable = "unsafe";
  printf("%d", SSL_set_session(ssl, given));
  SSL_SESSION_free(copy);
}

static void add_session(void) { printf("%d", SSL_CTX_add_session(ctx, slot->session)); }
static void remove_session(void) { printf("%d", SSL_CTX_remove_session(ctx, slot->session)); }
static void flush_sessions(void) {
  SSL_CTX_flush_sessions(ctx, (long)number_of(words[0]));
  fputs("void", stdout);
}
static void count_sessions(void) {
  printf("%lu", OPENSSL_LH_num_items((OPENSSL_LHASH*)SSL_CTX_sessions(ctx)));
}

// ---- Certificates and answers.

static const char* path_of(const char* name, const char* what) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s-%s.pem", fixtures, name, what);
  return path;
}

static void use_certificate(void) {
  printf("%d", SSL_CTX_use_certificate_chain_file(ctx, path_of(words[0], "cert")));
}

static void use_key(void) {
  printf("%d", SSL_CTX_use_PrivateKey_file(ctx, path_of(words[0], "key"), SSL_FILETYPE_PEM));
}

static void trust(void) {
  printf("%d", SSL_CTX_load_verify_locations(ctx, path_of(words[0], "cert"), NULL));
}

static int select_alpn(SSL* of, const unsigned char** out, unsigned char* out_size,
                       const unsigned char* in, unsigned int in_size, void* given) {
  (void)of;
  const struct side* mine = given;
  if (mine->alpn_size == 0) return SSL_TLSEXT_ERR_NOACK;
  const int result =
      SSL_select_next_proto((unsigned char**)out, out_size, (const unsigned char*)mine->alpn,
                            (unsigned int)mine->alpn_size, in, in_size);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void set_alpn_answer(void) {
  side->alpn_size = size_of(words[0]);
  if (side->alpn_size > 0) memcpy(side->alpn, bytes_of(words[0]), side->alpn_size);
  SSL_CTX_set_alpn_select_cb(ctx, select_alpn, side);
  fputs("void", stdout);
}

static void set_ticket_keys(void) {
  printf("%ld", SSL_CTX_set_tlsext_ticket_keys(ctx, bytes_of(words[0]), (int)size_of(words[0])));
}

// ---- The way between both sides.

static void take_sent(void) {
  char* bytes;
  const size_t size = (size_t)BIO_get_mem_data(SSL_get_wbio(ssl), &bytes);
  side->sent = OPENSSL_realloc(side->sent, side->sent_size + size + 1);
  memcpy(side->sent + side->sent_size, bytes, size);
  side->sent_size += size;
  (void)BIO_reset(SSL_get_wbio(ssl));
}

static size_t record_size(size_t at) {
  if (at + 5 > side->sent_size) return side->sent_size - at;
  const size_t size = 5 + (size_t)side->sent[at + 3] * 256 + side->sent[at + 4];
  return at + size > side->sent_size ? side->sent_size - at : size;
}

// Gives the other side the first records, at most so many, and shows their types.
static void carry(void) {
  take_sent();
  const long long most = number_of(words[0]);
  size_t size = 0;
  int last = -1;
  fputs("types", stdout);
  for (long long i = 0; i < most && size < side->sent_size; i++) {
    const int type = side->sent[size];
    if (type != last) printf(" %d", last = type);
    size += record_size(size);
  }
  SSL* to = sides[side == sides].ssl;
  if (to != NULL && size > 0) BIO_write(SSL_get_rbio(to), side->sent, (int)size);
  side->sent_size -= size;
  memmove(side->sent, side->sent + size, side->sent_size);
}

// Changes the last byte of the first record that is on its way.
static void corrupt(void) {
  take_sent();
  if (side->sent_size > 0) side->sent[record_size(0) - 1] ^= 1;
  fputs(side->sent_size > 0 ? "done" : "nothing", stdout);
}

// ---- A line.

static const struct operation {
  const char* name;
  const char* needs;  // what must be there: ctx, ssl, and slot for the first argument
  const char* (*rule)(void);
  void (*perform)(void);
} operations[] = {
    {"SSL_CTX_new", "", NULL, make_context},
    {"SSL_new", "ctx", NULL, make_connection},
    {"SSL_free", "ssl", NULL, free_connection},
    {"certificate", "ctx", NULL, use_certificate},
    {"key", "ctx", NULL, use_key},
    {"trust", "ctx", NULL, trust},
    {"alpn", "ctx", NULL, set_alpn_answer},
    {"ticket_keys", "ctx", NULL, set_ticket_keys},
    {"carry", "ssl", NULL, carry},
    {"corrupt", "ssl", NULL, corrupt},
    {"SSL_get1_session", "ssl", NULL, get_session},
    {"SSL_set_session", "ssl", NULL, set_session},
    {"SSL_CTX_add_session", "ctx slot", add_rule, add_session},
    {"SSL_CTX_remove_session", "ctx slot", remove_rule, remove_session},
    {"SSL_CTX_flush_sessions", "ctx", NULL, flush_sessions},
    {"SSL_CTX_sessions", "ctx", NULL, count_sessions},
    {"SSL_do_handshake", "ssl", step_rule, step_SSL_do_handshake},
    {"SSL_connect", "ssl", step_rule, step_SSL_connect},
    {"SSL_accept", "ssl", step_rule, step_SSL_accept},
    {"SSL_read", "ssl", step_rule, step_SSL_read},
    {"SSL_peek", "ssl", step_rule, step_SSL_peek},
    {"SSL_write", "ssl", step_rule, step_SSL_write},
    {"SSL_shutdown", "ssl", step_rule, step_SSL_shutdown},
    {"SSL_renegotiate", "ssl", renegotiate_rule, step_SSL_renegotiate},
    {"SSL_verify_client_post_handshake", "ssl", step_rule, step_SSL_verify_client_post_handshake},
    {"SSL_key_update", "ssl", step_rule, step_SSL_key_update},
    {"SSL_write_early_data", "ssl", write_early_data_rule, step_SSL_write_early_data},
    {"SSL_read_early_data", "ssl", step_rule, step_SSL_read_early_data},
    {"SSL_clear", "ssl", clear_rule, step_SSL_clear},
};

static const struct operation* find_operation(const char* name) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    if (strcmp(operations[i].name, name) == 0) return &operations[i];
  }
  return NULL;
}

static const struct call* find_call(const char* name) {
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    if (strcmp(calls[i].name, name) == 0) return &calls[i];
  }
  fail("no such call", name);
  return NULL;
}

// The rules of the calls of openssl.def, by the beginning of their names.
static const struct {
  const char* begin;
  const char* (*rule)(void);
} rules[] = {
    {"SSL_set_accept_state", side_rule},
    {"SSL_set_connect_state", side_rule},
    {"SSL_certs_clear", credential_rule},
    {"SSL_use_certificate", credential_rule},
    {"SSL_use_PrivateKey", credential_rule},
    {"SSL_use_RSAPrivateKey", credential_rule},
    {"SSL_set_srp_server_param_pw", credential_rule},
    {"SSL_get_servername", servername_rule},
};

static const char* rule_of(const char* name) {
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (strncmp(name, rules[i].begin, strlen(rules[i].begin)) == 0) return rules[i].rule();
  }
  return NULL;
}

static void perform(const char* name) {
  const struct operation* operation = find_operation(name);
  if (operation != NULL) {
    const bool there = (strstr(operation->needs, "ctx") == NULL || ctx != NULL) &&
                       (strstr(operation->needs, "ssl") == NULL || ssl != NULL) &&
                       (strstr(operation->needs, "slot") == NULL || slot->session != NULL);
    const char* rule = there && operation->rule != NULL ? operation->rule() : NULL;
    if (!there) {
      fputs("nothing", stdout);
    } else if (rule != NULL) {
      printf("refused %s", rule);
    } else {
      ERR_clear_error();
      operation->perform();
    }
    return;
  }
  const struct call* call = find_call(name);
  const void* object = strcmp(call->object, "SSL") == 0       ? (void*)ssl
                       : strcmp(call->object, "SSL_CTX") == 0 ? (void*)ctx
                                                              : (void*)session;
  const char* rule = object != NULL ? rule_of(name) : NULL;
  if (object == NULL)
    fputs("nothing", stdout);
  else if (rule != NULL)
    printf("refused %s", rule);
  else
    call->perform();
}

// NAME OBJECT ARGUMENT…: the object is c or s (that side's connection, or its context for what is
// of contexts), or n0 to n3.
static void run_line(char* line) {
  char* save = NULL;
  const char* name = strtok_r(line, " ", &save);
  const char* object = strtok_r(NULL, " ", &save);
  if (name == NULL || object == NULL) fail("too short", line);
  side = &sides[object[0] == 's'];
  ctx = side->ctx;
  ssl = side->ssl;
  session = object[0] == 'n' ? slot_of(object)->session : NULL;
  size_t count = 0;
  while (count < 8 && (words[count] = strtok_r(NULL, " ", &save)) != NULL) count++;
  slot = count > 0 ? slot_of(words[0]) : NULL;
  ERR_clear_error();
  perform(name);
  print_errors();
  putchar('\n');
  while (parsed_count > 0) free(parsed[--parsed_count]);
}

static void end_script(void) {
  for (int i = 0; i < 4; i++) set_slot(&slots[i], NULL, NULL);
  for (int i = 0; i < 2; i++) {
    side = &sides[i];
    forget_side();
    SSL_CTX_free(side->ctx);
    memset(side, 0, sizeof *side);
  }
  printf("left %ld\nend\n", live);
  fflush(stdout);
  while (seen_count > 0) OPENSSL_free(seen[--seen_count].bytes);
  began = time(NULL);
}

int main(int count, char** arguments) {
  if (count != 2) fail("what is needed", "the directory of the fixtures");
  fixtures = arguments[1];
  began = time(NULL);
  return run_lines(run_line, end_script);
}
