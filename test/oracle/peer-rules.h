// What docs/rules.md refuses: each function asks libssl whether the call of the line is such a one,
// and gives the rule's number, or NULL.

#ifndef LIBSSL_SESSION_TEST_ORACLE_PEER_RULES_H_
#define LIBSSL_SESSION_TEST_ORACLE_PEER_RULES_H_

#include "peer-values.h"

static bool cached(SSL_CTX* of, SSL_SESSION* which) {
  return OPENSSL_LH_retrieve((OPENSSL_LHASH*)SSL_CTX_sessions(of), which) == which;
}

static SSL_CTX* other_ctx(SSL_CTX* of) { return sides[of == sides[0].ctx ? 1 : 0].ctx; }

static bool cached_elsewhere(SSL_CTX* of, SSL_SESSION* which) {
  SSL_CTX* other = other_ctx(of);
  return other != NULL && cached(other, which);
}

static bool has_key(const SSL_SESSION* of) { return SSL_SESSION_get_master_key(of, NULL, 0) > 0; }

// Before what may begin the handshake. A server does not keep the session of an earlier client.
static const char* step_rule(void) {
  if (side->unusable != NULL || !SSL_in_before(ssl)) return side->unusable;
  if (SSL_is_server(ssl) && SSL_get_session(ssl) != NULL) SSL_set_session(ssl, NULL);
  const SSL_SESSION* offered = SSL_get_session(ssl);
  const bool resumable = offered != NULL && SSL_SESSION_is_resumable(offered);
  return resumable && !has_key(offered) ? "U19" : NULL;
}

static const char* clear_rule(void) {
  if (side->unusable != NULL) return side->unusable;
  if (side->early || SSL_get_early_data_status(ssl) != SSL_EARLY_DATA_NOT_SENT) return "U15";
  return SSL_renegotiate_pending(ssl) ? "U18" : NULL;
}

static const char* renegotiate_rule(void) {
  if (side->unusable != NULL) return side->unusable;
  return SSL_in_before(ssl) ? "U13" : NULL;
}

static const char* side_rule(void) { return SSL_in_before(ssl) ? NULL : "state"; }

// A handshake may still use the certificate and the key.
static const char* credential_rule(void) {
  return SSL_in_init(ssl) && !SSL_in_before(ssl) && !SSL_want_x509_lookup(ssl) ? "U21" : NULL;
}

static const char* servername_rule(void) { return side->unusable; }

static bool young(const SSL_SESSION* of, time_t now) {
  uint32_t age = (uint32_t)(now - SSL_SESSION_get_time(of));
  if (age > 0) age--;
  return SSL_SESSION_get_ticket_lifetime_hint(of) >= age && age <= UINT32_MAX / 1000;
}

static bool is_tls13(const SSL_CIPHER* cipher) {
  return cipher != NULL && strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") == 0;
}

static bool offers_tls13(void) {
  STACK_OF(SSL_CIPHER)* list = SSL_get1_supported_ciphers(ssl);
  bool found = false;
  for (int i = 0; i < sk_SSL_CIPHER_num(list); i++) found |= is_tls13(sk_SSL_CIPHER_value(list, i));
  sk_SSL_CIPHER_free(list);
  return found;
}

// Early data goes out only under a key that the peer has of a session.
static const char* first_early_data_rule(void) {
  const SSL_SESSION* offered = SSL_get_session(ssl);
  if (offered == NULL || SSL_SESSION_get_max_early_data(offered) == 0) return NULL;
  const time_t now = time(NULL);
  const bool right = offers_tls13() && SSL_SESSION_is_resumable(offered) &&
                     SSL_SESSION_get_protocol_version(offered) == TLS1_3_VERSION &&
                     SSL_SESSION_has_ticket(offered) && young(offered, now) &&
                     young(offered, now + 1) && is_tls13(SSL_SESSION_get0_cipher(offered)) &&
                     has_key(offered);
  return right ? NULL : "U16";
}

static const char* write_early_data_rule(void) {
  const char* begin = step_rule();
  if (begin != NULL) return begin;
  char finished;
  if (SSL_is_server(ssl)) {
    return side->early_read && SSL_get_finished(ssl, &finished, 1) == 0 ? "U17" : NULL;
  }
  if (SSL_in_before(ssl)) return first_early_data_rule();
  if (!side->early) return NULL;
  const char* state = SSL_state_string(ssl);
  const bool accepted = SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED;
  if (strcmp(state, "TED") == 0 || (strcmp(state, "TPEDE") == 0 && accepted)) return NULL;
  return SSL_is_init_finished(ssl) || strcmp(state, "SSLERR") == 0 ? NULL : "U17";
}

static bool in_handshake(const SSL_SESSION* which) {
  for (int i = 0; i < 2; i++) {
    const SSL* each = sides[i].ssl;
    if (each != NULL && SSL_get_session(each) == which && !SSL_is_init_finished(each) &&
        !SSL_in_before(each)) {
      return true;
    }
  }
  return false;
}

static const char* add_rule(void) {
  unsigned int size;
  SSL_SESSION_get_id(slot->session, &size);
  if (size == 0) return "U5";
  const bool client_only = SSL_CTX_get_ssl_method(ctx) == TLS_client_method();
  if (!client_only && !SSL_SESSION_is_resumable(slot->session)) return "U6";
  return cached_elsewhere(ctx, slot->session) || in_handshake(slot->session) ? "U4" : NULL;
}

static const char* remove_rule(void) { return cached_elsewhere(ctx, slot->session) ? "U20" : NULL; }

#endif  // LIBSSL_SESSION_TEST_ORACLE_PEER_RULES_H_
