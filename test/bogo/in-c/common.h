// What the parts of the shim in C share: a test's settings, and how it ends.
#ifndef COMMON_H_
#define COMMON_H_

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
  unsigned char* data;
  size_t size;
};

struct list {
  int values[32];
  int count;
};

/** What the flags say of one connection: each member is a flag's. */
struct config {
  bool check_close_notify, decline_ocsp_callback, dtls, enable_early_data, enable_ocsp_stapling;
  bool enable_signed_cert_timestamps, expect_accept_early_data, expect_extended_master_secret;
  bool expect_hrr, expect_no_session_id, expect_reject_early_data, expect_secure_renegotiation;
  bool expect_session_miss, expect_ticket_supports_early_data, expect_verify_result;
  bool fail_cert_callback, fail_ocsp_callback, forbid_renegotiation_after_handshake;
  bool implicit_handshake, no_ticket, renegotiate_freely, require_any_client_certificate;
  bool select_empty_alpn, server, shim_shuts_down, shim_writes_first, use_custom_verify_callback;
  bool use_exporter_between_reads, use_ocsp_callback, verify_fail, verify_peer;
  int expect_curve_id, expect_peer_signature_algorithm, expect_total_renegotiations;
  int export_keying_material, initial_timeout_duration_ms, max_cert_list, max_send_fragment, mtu;
  int port, read_size, resume_count;
  struct list curves, signing_prefs, verify_prefs;
  const char *advertise_alpn, *cert_file, *cipher, *expect_advertised_alpn, *expect_alpn;
  const char *expect_early_data_reason, *expect_msg_callback, *export_context, *export_label,
      *key_file, *srtp_profiles;
  struct bytes expect_ocsp_response, expect_signed_cert_timestamps, ocsp_response;
  struct bytes signed_cert_timestamps, ticket_key;
};

/** Of the connection under way. */
extern SSL* ssl;
extern const struct config* config;

/** Of libssl's new sessions the last; NULL before the first. And how many came on this connection.
 */
extern SSL_SESSION* last_session;
extern int new_sessions;
/** What a peer's first extension with timestamps says; the messages so far, in the runner's words.
 */
extern struct bytes timestamps;
extern char trace[65536];
extern bool retried;

/** Says why the test fails, with OpenSSL's errors, and ends. */
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char* format, ...);

static inline void must(long result, const char* name) {
  if (result <= 0) fail("%s failed", name);
}

#endif  // COMMON_H_
