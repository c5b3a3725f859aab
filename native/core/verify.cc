#include "core/verify.h"

#include <cstdint>
#include <new>

#include "core/certificate_answers.h"
#include "core/rules.h"
#include "core/server_name.h"

namespace libssl_session {
namespace {

ContextState& Current(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  return *ContextState::Of(libssl, libssl.SSL_get_SSL_CTX(state.ssl));
}

// The ex_data of a session holds the id of the context that verified its peer, in the handshake
// that made it. Copies have it too; decoded sessions do not.
ExDataIndex verified_by(kExIndexSslSession, nullptr);

void NoteVerified(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  const int index = verified_by.Index(libssl);
  // Without memory for it, the session will be verified again.
  if (index < 0) return;
  libssl.SSL_SESSION_set_ex_data(libssl.SSL_get_session(state.ssl), index,
                                 reinterpret_cast<void*>(uintptr_t{state.context.id}));
}

bool VerifiedHere(const ConnectionState& state, const SSL_SESSION* session) {
  const Libssl& libssl = state.context.libssl;
  const int index = verified_by.Index(libssl);
  return index >= 0 && reinterpret_cast<uintptr_t>(
                           libssl.SSL_SESSION_get_ex_data(session, index)) == state.context.id;
}

// ---- A certificate that the peer sends.

bool IsOfName(int error) { return error == kVerifyHostnameMismatch || error == kVerifyIpMismatch; }

// Notes the error and continues, as node:tls does: the last error says most. An error of the name
// counts only if there is no other.
int NoteError(int ok, X509_STORE_CTX* store) {
  ConnectionState& state = ConnectionOf(store);
  if (JudgeCertificate(state, ok, store) == 1) return 1;
  int error = CallbackLibssl().X509_STORE_CTX_get_error(store);
  if (error == kVerifyOk) error = kVerifyUnspecified;
  (IsOfName(error) ? state.name_error : state.chain_error) = error;
  return 1;
}

// Keeps the certificates that the peer has sent. libssl drops them when the handshake fails.
void KeepCertificates(ConnectionState* state, X509_STORE_CTX* store) {
  const Libssl& libssl = state->context.libssl;
  state->refused_certificates.clear();
  const auto* chain =
      reinterpret_cast<const OPENSSL_STACK*>(libssl.X509_STORE_CTX_get0_untrusted(store));
  for (int i = 0; i < libssl.OPENSSL_sk_num(chain); ++i) {
    state->refused_certificates.emplace_back(libssl,
                                             static_cast<X509*>(libssl.OPENSSL_sk_value(chain, i)));
  }
}

int VerifyChain(X509_STORE_CTX* store, void*) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = ConnectionOf(store);
  state.chain_error = kVerifyOk;
  state.name_error = kVerifyOk;
  libssl.X509_STORE_CTX_set_verify_cb(store, NoteError);
  const int result = libssl.X509_verify_cert(store);
  int error = state.chain_error == kVerifyOk ? state.name_error : state.chain_error;
  if (result <= 0 && error == kVerifyOk) error = kVerifyUnspecified;
  libssl.X509_STORE_CTX_set_error(store, error);
  if (error == kVerifyOk) NoteVerified(state);
  if (error == kVerifyOk || (result > 0 && Current(state).verification->accepts_any)) return 1;
  try {
    KeepCertificates(&state, store);
  } catch (const std::bad_alloc&) {
    // Then only the error is known.
  }
  return 0;
}

// ---- A certificate in a resumed session.

// Whether a full handshake would need no certificate of the peer either.
bool DoesWithout(const ConnectionState& state, const SSL_SESSION* session) {
  const Libssl& libssl = state.context.libssl;
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session);
  const int kind = cipher == nullptr ? kAuthAny : libssl.SSL_CIPHER_get_auth_nid(cipher);
  if (kind == kAuthSrp || kind == kAuthNull) return true;
  // A TLS 1.3 suite does not say. Without a certificate the session is a PSK, or was made with one.
  const bool tls13 = kind == kAuthAny;
  if (!tls13 && kind != kAuthPsk) return false;
  for (const Answers* answers : AllAnswers(state)) {
    if (answers->psk_client.has_value() || !answers->psk_server.empty()) return true;
    if (tls13 && (answers->psk_use.has_value() || !answers->psk_find.empty())) return true;
  }
  return false;
}

// Whether one of the certificates that the peer sent has expired.
bool HasExpired(const Libssl& libssl, stack_st_X509* chain) {
  const auto* stack = reinterpret_cast<const OPENSSL_STACK*>(chain);
  const int count = chain == nullptr ? 0 : libssl.OPENSSL_sk_num(stack);
  for (int i = 0; i < count; ++i) {
    const auto* each = static_cast<X509*>(libssl.OPENSSL_sk_value(stack, i));
    if (libssl.X509_cmp_current_time(libssl.X509_get0_notAfter(each)) < 0) return true;
  }
  return false;
}

// Verifies the peer's certificate and chain against the trusted certificates of the current
// context.
int VerifyAgain(const ConnectionState& state, X509* peer, stack_st_X509* chain) {
  const Libssl& libssl = state.context.libssl;
  X509_STORE_CTX* store = libssl.X509_STORE_CTX_new();
  if (store == nullptr) return kVerifyUnspecified;
  int error = kVerifyUnspecified;
  if (libssl.X509_STORE_CTX_init(store, libssl.SSL_CTX_get_cert_store(Current(state).context), peer,
                                 chain) == 1 &&
      libssl.X509_STORE_CTX_set_default(
          store, libssl.SSL_is_server(state.ssl) == 1 ? "ssl_client" : "ssl_server") == 1) {
    libssl.X509_VERIFY_PARAM_set_auth_level(libssl.X509_STORE_CTX_get0_param(store),
                                            libssl.SSL_get_security_level(state.ssl));
    const bool verified = libssl.X509_verify_cert(store) > 0;
    error = verified ? kVerifyOk : libssl.X509_STORE_CTX_get_error(store);
    if (!verified && error == kVerifyOk) error = kVerifyUnspecified;
  }
  libssl.X509_STORE_CTX_free(store);
  return error;
}

bool LacksIssuer(int error) {
  return error == kVerifyNoIssuer || error == kVerifyNoLocalIssuer || error == kVerifyNoLeafIssuer;
}

int VerifyName(const ConnectionState& state, X509* peer) {
  const Libssl& libssl = state.context.libssl;
  const std::string& name = state.expected_name;
  if (state.expects_address) {
    return libssl.X509_check_ip_asc(peer, name.c_str(), 0) == 1 ? kVerifyOk : kVerifyIpMismatch;
  }
  const auto fits = [&](const std::string& each) {
    return libssl.X509_check_host(peer, each.data(), each.size(), 0, nullptr) == 1;
  };
  if (name.empty() && state.further_names.empty()) return kVerifyOk;
  if (!name.empty() && fits(name)) return kVerifyOk;
  for (const std::string& each : state.further_names) {
    if (fits(each)) return kVerifyOk;
  }
  return kVerifyHostnameMismatch;
}

// What a full handshake would say of the session's peer. SSL_get_verify_result must have the result
// that is in the session. Only a session that was never encoded has a chain.
int VerifySession(const ConnectionState& state, SSL_SESSION* session, X509* peer) {
  const Libssl& libssl = state.context.libssl;
  if (peer == nullptr) return DoesWithout(state, session) ? kVerifyOk : kVerifyUnspecified;
  const int stored = static_cast<int>(libssl.SSL_get_verify_result(state.ssl));
  if (stored != kVerifyOk) return stored;
  if (libssl.X509_cmp_current_time(libssl.X509_get0_notAfter(peer)) < 0) return kVerifyExpired;
  const bool server = libssl.SSL_is_server(state.ssl) == 1;
  stack_st_X509* chain = libssl.SSL_get_peer_cert_chain(state.ssl);
  // A server's id context contains its rules for clients: the same rules have verified its
  // sessions.
  if ((!server && !VerifiedHere(state, session)) || HasExpired(libssl, chain)) {
    const int error = VerifyAgain(state, peer, chain);
    // Without the chain nobody can tell whether the system trusts the issuer.
    const bool unknown =
        chain == nullptr && LacksIssuer(error) && Current(state).verification->trusts_system;
    if (error != kVerifyOk && !unknown) return error;
  }
  return server ? kVerifyOk : VerifyName(state, peer);
}

int AlertOf(int error) {
  switch (error) {
    case kVerifyExpired:
      return kAlertCertificateExpired;
    case kVerifyNoIssuer:
    case kVerifyNoLocalIssuer:
    case kVerifyNoLeafIssuer:
    case kVerifySelfSigned:
    case kVerifySelfSignedInChain:
      return kAlertUnknownCa;
    default:
      return kAlertBadCertificate;
  }
}

}  // namespace

void Judge(ContextState* context, const Verification& verification) {
  context->verification = verification;
  context->libssl.SSL_CTX_set_cert_verify_callback(context->context, VerifyChain, nullptr);
  InstallServerNames(context);
}

bool AcceptsAny(const ConnectionState& state) {
  const std::optional<Verification>& verification = Current(state).verification;
  return verification.has_value() && verification->accepts_any;
}

Offered OfferSession(ConnectionState* state, SSL_SESSION* session, bool made_here) {
  const Libssl& libssl = state->context.libssl;
  if (session != nullptr && !CanGoWith(*state, session, made_here)) {
    return Offer(state, nullptr) == 1 ? Offered::kNo : Offered::kFailed;
  }
  if (Offer(state, session) != 1) return Offered::kFailed;
  if (session == nullptr || libssl.SSL_get_verify_mode(state->ssl) == kVerifyNone ||
      VerifySession(*state, session, libssl.SSL_SESSION_get0_peer(session)) == kVerifyOk) {
    return Offered::kYes;
  }
  libssl.ERR_clear_error();
  Offer(state, nullptr);
  libssl.SSL_set_verify_result(state->ssl, kVerifyOk);  // libssl has kept the session's result
  return Offered::kNo;
}

bool TakesResumption(ConnectionState* state, int* alert) {
  const Libssl& libssl = state->context.libssl;
  SSL* const ssl = state->ssl;
  if (libssl.SSL_session_reused(ssl) != 1) return true;
  const ContextState& context = Current(*state);
  if (!context.verification.has_value()) return true;
  SSL_SESSION* session = libssl.SSL_get_session(ssl);
  X509* peer = libssl.SSL_SESSION_get0_peer(session);
  state->judged = ConnectionState::Judged::kUnderWay;
  const int error = VerifySession(*state, session, peer);
  libssl.ERR_clear_error();
  if (peer != nullptr) libssl.SSL_set_verify_result(ssl, error);
  if (error == kVerifyOk || context.verification->accepts_any) return true;
  const int mode = libssl.SSL_get_verify_mode(ssl);
  const bool server = libssl.SSL_is_server(ssl) == 1;
  if (mode == kVerifyNone || (server && peer == nullptr && (mode & kVerifyFailIfNoPeerCert) == 0)) {
    return true;
  }
  const bool missing = server && peer == nullptr;
  libssl.SSL_set_verify_result(ssl, error);
  libssl.ERR_put_error(kErrLibSsl, server ? kFunctionClientCertificate : kFunctionServerCertificate,
                       missing ? kReasonNoPeerCertificate : kReasonVerifyFailed, __FILE__,
                       __LINE__);
  *alert = missing ? kAlertCertificateRequired : AlertOf(error);
  return false;
}

bool EndsWell(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  SSL* const ssl = state->ssl;
  if (!state->context.verification.has_value()) return true;
  using Judged = ConnectionState::Judged;
  if (libssl.SSL_is_init_finished(ssl) != 1) {
    // A renegotiation begins. TLS 1.3 has only one handshake, and later messages are part of it.
    if (state->judged == Judged::kDone && libssl.SSL_version(ssl) != kTls13) {
      state->judged = Judged::kNot;
    }
    return true;
  }
  int alert = 0;
  if (state->judged != Judged::kNot || TakesResumption(state, &alert)) {
    state->judged = Judged::kDone;
    return true;
  }
  // The only alert that can still be sent is the one that ends a connection.
  libssl.SSL_shutdown(ssl);
  state->unusable = Rule::kPeerRefused;
  return false;
}

}  // namespace libssl_session
