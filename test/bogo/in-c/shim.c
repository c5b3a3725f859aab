// What BoringSSL's protocol tests start, in plain C on libssl 1.1.1: no code of this package is in
// it. It does what ../shim.mjs does, for those tests that fail there because of libssl: they have
// to fail here, too, in the same way. ../in-c.txt has one for each group of them.

#include "common.h"
#include "context.h"
#include "flags.h"
#include "wire.h"

SSL* ssl;
const struct config* config;
SSL_SESSION* last_session;
int new_sessions;
struct bytes timestamps;
char trace[65536];
bool retried;
static bool done, resumes;
static const struct config* retry;
static SSL_SESSION* offered;
static size_t early_data_taken;
static const char hello[] = "hello";
enum { kHelloSize = 5 };

void fail(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  unsigned long code;
  while ((code = ERR_get_error()) != 0) {
    char line[256];
    ERR_error_string_n(code, line, sizeof line);
    fprintf(stderr, "%s:\n", line);
    const char* reason = ERR_reason_error_string(code);
    fputc(':', stderr);
    for (; reason != NULL && *reason != 0; ++reason) {
      const char letter = *reason;
      fputc(letter == ' ' ? '_' : letter >= 'a' && letter <= 'z' ? letter - 32 : letter, stderr);
    }
    fputs(":\n", stderr);
  }
  close_wire();
  exit(1);
}

// ---- Steps.

static void pass_time(void) {
  now.tv_sec += (time_t)(elapsed / 1000000);
  now.tv_usec += (suseconds_t)(elapsed % 1000000);
  if (now.tv_usec >= 1000000) ++now.tv_sec, now.tv_usec -= 1000000;
  elapsed = 0;
  if (DTLSv1_handle_timeout(ssl) < 0) fail("DTLSv1_handle_timeout failed");
  flush_wire();
}

// Takes a step until it gives more than `least`. `least`: the peer has ended, with an alert or
// without.
static int take(const char* name, int (*call)(void), int least) {
  for (;;) {
    ERR_clear_error();
    const int result = call();
    flush_wire();
    if (result > least) return result;
    const int error = SSL_get_error(ssl, result);
    if (error == SSL_ERROR_ZERO_RETURN) return least;
    if (error != SSL_ERROR_WANT_READ) fail("%s: SSL_get_error gives %d", name, error);
    if (ended) return least;
    if (elapsed > 0) pass_time();
  }
}

static char data[16384];
static size_t data_size;

static int do_handshake(void) { return SSL_do_handshake(ssl); }
static int do_read(void) {
  const int size = config->read_size > 0 ? config->read_size : config->dtls ? 16384 : 512;
  return SSL_read(ssl, data, size);
}
static int do_write(void) { return SSL_write(ssl, data, (int)data_size); }
static int do_write_early(void) {
  size_t written;
  return SSL_write_early_data(ssl, data, data_size, &written);
}
static int do_read_early(void) { return SSL_read_early_data(ssl, data, 512, &data_size); }
static int do_shutdown(void) { return SSL_shutdown(ssl); }

static void put(const void* bytes, size_t size) {
  memmove(data, bytes, size);
  data_size = size;
}

static void write_all(const void* bytes, size_t size) {
  if (size == 0) return;
  put(bytes, size);
  if (take("SSL_write", do_write, 0) == 0) fail("the peer has ended before all was written");
}

// ---- What is observed.

static void record(int sent, int version, int type, const void* bytes, size_t size, SSL* of,
                   void* unused) {
  (void)version, (void)of, (void)unused;
  static const unsigned char retry_random[] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11};
  const unsigned char* at = bytes;
  const size_t length = strlen(trace);
  char* end = trace + length;
  const size_t room = sizeof trace - length;
  const char* direction = sent ? "write" : "read";
  if (type == 0) snprintf(end, room, "%s v2clienthello\n", direction);
  if (type == SSL3_RT_CHANGE_CIPHER_SPEC) snprintf(end, room, "%s ccs\n", direction);
  if (type == SSL3_RT_ALERT) snprintf(end, room, "%s alert %d %d\n", direction, at[0], at[1]);
  if (type != SSL3_RT_HANDSHAKE) return;
  snprintf(end, room, "%s hs %d\n", direction, at[0]);
  if (at[0] == SSL3_MT_SERVER_HELLO && size > 14 && memcmp(at + 6, retry_random, 8) == 0) {
    retried = true;
  }
}

static void note_extension(SSL* of, int server, int type, const unsigned char* bytes, int size,
                           void* unused) {
  (void)of, (void)server, (void)unused;
  if (type != kTimestamps || timestamps.data != NULL) return;
  timestamps = (struct bytes){malloc((size_t)size + 1), (size_t)size};
  memcpy(timestamps.data, bytes, (size_t)size);
}

static void note_end(const SSL* of, int where, int value) {
  (void)of, (void)value;
  if (where & SSL_CB_HANDSHAKE_DONE) done = true;
}

// ---- What a test expects.

static const char* word(bool value) { return value ? "true" : "false"; }

static void expect_same(const char* what, bool actual, bool expected) {
  if (actual != expected) fail("%s is %s, expected %s", what, word(actual), word(expected));
}

static void check_bytes(const char* what, const unsigned char* bytes, size_t size,
                        const struct bytes* expected) {
  if (expected->size == 0) return;
  if (size == expected->size && memcmp(bytes, expected->data, size) == 0) return;
  char text[512] = "";
  for (size_t i = 0; i < size && i < 200; ++i) sprintf(text + 2 * i, "%02x", bytes[i]);
  fail("%s %s", what, text);
}

static void check_peer(void) {
  const unsigned char* response = NULL;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &response);
  check_bytes("the OCSP response is", response, size < 0 ? 0 : (size_t)size,
              &config->expect_ocsp_response);
  check_bytes("the timestamps are", timestamps.data, timestamps.size,
              &config->expect_signed_cert_timestamps);
  if (config->expect_verify_result) {
    const long result = SSL_get_verify_result(ssl), expected = config->verify_fail ? 50 : 0;
    if (result != expected) fail("the verify result is %ld, expected %ld", result, expected);
  }
}

static void check_signature(void) {
  if (config->expect_peer_signature_algorithm == 0) return;
  int key = NID_undef, hash = NID_undef, id = 0;
  SSL_get_peer_signature_type_nid(ssl, &key);
  SSL_get_peer_signature_nid(ssl, &hash);
  for (int i = 0; i < kSignatures; ++i) {
    const bool fits =
        signatures[i].key == key && (signatures[i].hash == hash || key == EVP_PKEY_ED25519);
    if (fits) id = signatures[i].id;
  }
  if (id != config->expect_peer_signature_algorithm) {
    fail("the peer's signature algorithm is %d, expected %d", id,
         config->expect_peer_signature_algorithm);
  }
}

static int group_nid(int id) {
  switch (id) {
    case 0x15:
      return NID_secp224r1;
    case 0x17:
      return NID_X9_62_prime256v1;
    case 0x18:
      return NID_secp384r1;
    case 0x19:
      return NID_secp521r1;
    default:
      return NID_X25519;
  }
}

static void check_group(void) {
  if (config->expect_curve_id == 0) return;
  const int expected = group_nid(config->expect_curve_id);
  if (config->server && SSL_version(ssl) != TLS1_3_VERSION) {
    const long nid = SSL_get_shared_group(ssl, 0);
    if (nid != expected) fail("the NID of the group is %ld, expected %d", nid, expected);
    return;
  }
  EVP_PKEY* key = NULL;
  if (!SSL_get_peer_tmp_key(ssl, &key)) {
    fail("the group is undefined, expected %s", OBJ_nid2sn(expected));
  }
  EVP_PKEY_free(key);
}

static void check_handshake(void) {
  check_peer();
  expect_same("whether the session was reused", SSL_session_reused(ssl) == 1,
              resumes && !config->expect_session_miss);
  if (config->expect_no_session_id && !resumes) {
    expect_same("whether there is a session", new_sessions > 0, false);
  }
  if (config->expect_alpn != NULL) {
    const unsigned char* protocol;
    unsigned size;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    const bool fits =
        size == strlen(config->expect_alpn) && memcmp(protocol, config->expect_alpn, size) == 0;
    if (!fits) fail("ALPN has chosen another protocol than %s", config->expect_alpn);
  }
  if (config->expect_extended_master_secret && SSL_get_extms_support(ssl) != 1) {
    fail("SSL_get_extms_support is %ld, expected 1", SSL_get_extms_support(ssl));
  }
  if (config->expect_secure_renegotiation && SSL_get_secure_renegotiation_support(ssl) != 1) {
    fail("secure renegotiation is %ld, expected 1", SSL_get_secure_renegotiation_support(ssl));
  }
  check_signature();
  check_group();
  const bool accepted = SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED;
  const char* reason = config->expect_early_data_reason;
  if (config->expect_accept_early_data)
    expect_same("whether early data was accepted", accepted, true);
  if (config->expect_reject_early_data || (reason != NULL && strcmp(reason, "accept") != 0)) {
    expect_same("whether early data was accepted", accepted, false);
  }
  if (config->expect_hrr) expect_same("whether there was a HelloRetryRequest", retried, true);
}

static void check_tickets(int before) {
  if (config->server || SSL_version(ssl) != TLS1_3_VERSION) return;
  const int came = new_sessions - before;
  if ((came > 0) != !config->shim_shuts_down) fail("%d new sessions came", came);
  if (came == 0) return;
  const bool early = SSL_SESSION_get_max_early_data(last_session) != 0;
  if (early != config->expect_ticket_supports_early_data) {
    fail("whether the ticket allows early data: %s", word(early));
  }
}

// ---- A connection.

static void set_up(void) {
  config->server ? SSL_set_accept_state(ssl) : SSL_set_connect_state(ssl);
  int groups[32] = {NID_X25519, NID_X9_62_prime256v1, NID_secp384r1};
  for (int i = 0; i < config->curves.count; ++i) groups[i] = group_nid(config->curves.values[i]);
  must(SSL_set1_groups(ssl, groups, config->curves.count > 0 ? config->curves.count : 3),
       "SSL_set1_groups");
  if (config->advertise_alpn != NULL) {
    const char* list = config->advertise_alpn;
    SSL_set_alpn_protos(ssl, (const unsigned char*)list, (unsigned)strlen(list));
  }
  if (config->enable_ocsp_stapling) SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  if (config->enable_signed_cert_timestamps) SSL_enable_ct(ssl, SSL_CT_VALIDATION_PERMISSIVE);
  if (config->srtp_profiles != NULL) SSL_set_tlsext_use_srtp(ssl, config->srtp_profiles);
  if (config->mtu > 0) {
    SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
    must(SSL_set_mtu(ssl, config->mtu), "SSL_set_mtu");
  }
  if (config->max_cert_list > 0) SSL_set_max_cert_list(ssl, config->max_cert_list);
  if (config->max_send_fragment > 0)
    SSL_set_max_send_fragment(ssl, (unsigned)config->max_send_fragment);
  if (!config->check_close_notify) SSL_set_quiet_shutdown(ssl, 1);
  if (offered != NULL) must(SSL_set_session(ssl, offered), "SSL_set_session");
  SSL_set_msg_callback(ssl, record);
  SSL_set_tlsext_debug_callback(ssl, note_extension);
  SSL_set_info_callback(ssl, note_end);
}

static void write_early(void) {
  if (offered == NULL || !config->shim_writes_first) return;
  size_t size = SSL_SESSION_get_max_early_data(offered);
  if (size > kHelloSize) size = kHelloSize;
  if (size == 0) return;
  put(hello, size);
  take("SSL_write_early_data", do_write_early, 0);
  early_data_taken = size;
}

static void read_early(void) {
  for (;;) {
    data_size = 0;
    const int result = take("SSL_read_early_data", do_read_early, SSL_READ_EARLY_DATA_ERROR);
    if (result == SSL_READ_EARLY_DATA_ERROR) fail("the peer has ended in the middle of early data");
    for (size_t i = 0; i < data_size; ++i) data[i] ^= (char)0xff;
    size_t written;
    if (data_size > 0)
      must(SSL_write_early_data(ssl, data, data_size, &written), "SSL_write_early_data");
    flush_wire();
    if (result == SSL_READ_EARLY_DATA_FINISH) return;
  }
}

static void shake_hands(void) {
  if (take("SSL_do_handshake", do_handshake, 0) == 0) {
    fail("the peer has ended before the handshake was over");
  }
  if (early_data_taken > 0) {
    const bool taken = SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED;
    if (!taken) early_data_taken = 0;
    if (config->expect_reject_early_data) {
      if (taken) fail("early data was accepted");
      config = retry;
    }
  }
  check_handshake();
  if (config->forbid_renegotiation_after_handshake) SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
}

static void export_material(size_t size) {
  const char *label = config->export_label, *context = config->export_context;
  unsigned char material[1024];
  if (SSL_export_keying_material(ssl, material, size, label == NULL ? "" : label,
                                 label == NULL ? 0 : strlen(label), (const unsigned char*)context,
                                 context == NULL ? 0 : strlen(context), context != NULL) != 1) {
    fail("failed to export keying material");
  }
  if (size > 1) write_all(material, size);
}

static void echo(void) {
  for (int size; (size = take("SSL_read", do_read, 0)) > 0;) {
    if (config->use_exporter_between_reads) export_material(1);
    if (!done) fail("the handshake was not over after SSL_read");
    for (int i = 0; i < size; ++i) data[i] ^= (char)0xff;
    write_all(data, (size_t)size);
  }
}

static void end(void) {
  int result = take("SSL_shutdown", do_shutdown, -1);
  if (config->shim_shuts_down && config->check_close_notify) {
    if (result != 0) fail("Unexpected SSL_shutdown result: %d != 0", result);
    result = take("SSL_shutdown", do_shutdown, 0);
    if (result == 0) result = -1;
  }
  if (result != 1) fail("Unexpected SSL_shutdown result: %d != 1", result);
  const long count = SSL_CTX_sess_connect_renegotiate(SSL_get_SSL_CTX(ssl));
  if (count > 0) check_peer();
  if (count != config->expect_total_renegotiations) fail("there were %ld renegotiations", count);
  if (config->expect_msg_callback != NULL && strcmp(trace, config->expect_msg_callback) != 0) {
    fail("the trace is %s", trace);
  }
}

static void run_connection(const struct config* of) {
  config = of;
  offered = config->server ? NULL : last_session;
  if (resumes && !config->server && offered == NULL) fail("No session to offer.");
  if (offered != NULL) SSL_SESSION_up_ref(offered);
  new_sessions = 0;
  early_data_taken = 0;
  *trace = 0;
  done = retried = false;
  free(timestamps.data);
  timestamps.data = NULL;
  timestamps.size = 0;
  SSL_CTX* ctx = new_context();
  ssl = SSL_new(ctx);
  if (ssl == NULL) fail("SSL_new failed");
  set_up();
  open_wire();
  if (config->enable_early_data) config->server ? read_early() : write_early();
  if (!config->implicit_handshake) shake_hands();
  const int before = new_sessions;
  if (config->export_keying_material > 0) export_material((size_t)config->export_keying_material);
  if (config->shim_writes_first) write_all(hello + early_data_taken, kHelloSize - early_data_taken);
  if (!config->shim_shuts_down) echo();
  check_tickets(before);
  end();
  close_wire();
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  SSL_SESSION_free(offered);
}

int main(int count, char** arguments) {
  (void)count;
  for (char** at = arguments + 1; *at != NULL; ++at) {
    if (strcmp(*at, "-is-handshaker-supported") != 0) continue;
    puts("No");
    return 0;
  }
  static struct config configs[3];
  parse_flags(arguments + 1, configs);
  retry = &configs[2];
  for (int i = 0; i <= configs[0].resume_count; ++i) {
    resumes = i > 0;
    run_connection(&configs[resumes]);
  }
  return 0;
}
