// The flags of the runner. One that is not here is of something that no test asks for that is to
// fail here.
#ifndef FLAGS_H_
#define FLAGS_H_

#include <stddef.h>

#include "common.h"

enum kind { ignored, boolean, number, numbers, text, base64 };
struct flag {
  const char* name;
  enum kind kind;
  size_t offset;
};
#define FLAG(kind, member) {#member, kind, offsetof(struct config, member)}
static const struct flag flags[] = {
    {"async", ignored, 0},  // the wire blocks
    {"allow_unknown_alpn_protos", ignored, 0},
    FLAG(boolean, check_close_notify),
    FLAG(boolean, decline_ocsp_callback),
    FLAG(boolean, dtls),
    FLAG(boolean, enable_early_data),
    FLAG(boolean, enable_ocsp_stapling),
    FLAG(boolean, enable_signed_cert_timestamps),
    FLAG(boolean, expect_accept_early_data),
    FLAG(boolean, expect_extended_master_secret),
    FLAG(boolean, expect_hrr),
    FLAG(boolean, expect_no_session_id),
    FLAG(boolean, expect_reject_early_data),
    FLAG(boolean, expect_secure_renegotiation),
    FLAG(boolean, expect_session_miss),
    FLAG(boolean, expect_ticket_supports_early_data),
    FLAG(boolean, expect_verify_result),
    FLAG(boolean, fail_cert_callback),
    FLAG(boolean, fail_ocsp_callback),
    FLAG(boolean, forbid_renegotiation_after_handshake),
    FLAG(boolean, implicit_handshake),
    FLAG(boolean, no_ticket),
    FLAG(boolean, renegotiate_freely),
    FLAG(boolean, require_any_client_certificate),
    FLAG(boolean, select_empty_alpn),
    FLAG(boolean, server),
    FLAG(boolean, shim_shuts_down),
    FLAG(boolean, shim_writes_first),
    FLAG(boolean, use_custom_verify_callback),
    FLAG(boolean, use_exporter_between_reads),
    FLAG(boolean, use_ocsp_callback),
    FLAG(boolean, verify_fail),
    FLAG(boolean, verify_peer),
    FLAG(number, expect_curve_id),
    FLAG(number, expect_peer_signature_algorithm),
    FLAG(number, expect_total_renegotiations),
    FLAG(number, export_keying_material),
    FLAG(number, initial_timeout_duration_ms),
    FLAG(number, max_cert_list),
    FLAG(number, max_send_fragment),
    FLAG(number, mtu),
    FLAG(number, port),
    FLAG(number, read_size),
    FLAG(number, resume_count),
    FLAG(numbers, curves),
    FLAG(numbers, signing_prefs),
    FLAG(numbers, verify_prefs),
    FLAG(text, advertise_alpn),
    FLAG(text, cert_file),
    FLAG(text, cipher),
    FLAG(text, expect_advertised_alpn),
    FLAG(text, expect_alpn),
    FLAG(text, expect_early_data_reason),
    FLAG(text, expect_msg_callback),
    FLAG(text, export_context),
    FLAG(text, export_label),
    FLAG(text, key_file),
    FLAG(text, srtp_profiles),
    FLAG(base64, expect_ocsp_response),
    FLAG(base64, expect_signed_cert_timestamps),
    FLAG(base64, ocsp_response),
    FLAG(base64, signed_cert_timestamps),
    FLAG(base64, ticket_key),
};

static struct bytes decode(const char* encoded) {
  const size_t length = strlen(encoded);
  struct bytes bytes = {malloc(length + 1), 0};
  const int size = EVP_DecodeBlock(bytes.data, (const unsigned char*)encoded, (int)length);
  if (size < 0) fail("a flag has no base64");
  bytes.size = (size_t)size;
  for (size_t i = length; i > 0 && encoded[i - 1] == '='; --i) --bytes.size;
  return bytes;
}

static const struct flag* flag_of(const char* name) {
  for (size_t i = 0; i < sizeof flags / sizeof *flags; ++i) {
    const char *one = flags[i].name, *other = name;
    while (*one != 0 && *one == (*other == '-' ? '_' : *other)) ++one, ++other;
    if (*one == 0 && *other == 0) return &flags[i];
  }
  printf("UNIMPLEMENTED: -%s\n", name);
  exit(90);
}

static void set_flag(struct config* of, const struct flag* flag, const char* value) {
  void* member = (char*)of + flag->offset;
  switch (flag->kind) {
    case ignored:
      break;
    case boolean:
      *(bool*)member = true;
      break;
    case number:
      *(int*)member = atoi(value);
      break;
    case numbers: {
      struct list* list = member;
      list->values[list->count++] = atoi(value);
      break;
    }
    case text:
      *(const char**)member = value;
      break;
    case base64:
      *(struct bytes*)member = decode(value);
  }
}

/** Of the first connection, of those that resume, and of one that goes on after rejected early
 * data. */
static void parse_flags(char** arguments, struct config configs[3]) {
  static const char* const names[] = {"on-initial-", "on-resume-", "on-retry-"};
  for (char** at = arguments; *at != NULL; ++at) {
    const char* name = *at + 1;
    int only = -1;
    for (int i = 0; i < 3; ++i) {
      if (strncmp(name, names[i], strlen(names[i])) != 0) continue;
      only = i;
      name += strlen(names[i]);
      break;
    }
    const struct flag* flag = flag_of(name);
    const char* value = flag->kind > boolean ? *++at : NULL;
    for (int i = 0; i < 3; ++i) {
      if (only < 0 || only == i) set_flag(&configs[i], flag, value);
    }
  }
}

#endif  // FLAGS_H_
