#include "core/protocol_answers.h"

#include <cstring>
#include <new>

namespace libssl_session {
namespace {

const ConnectionState& StateOf(SSL* ssl) { return *ConnectionState::Of(CallbackLibssl(), ssl); }

// ---- SRP.

// A server: the verifier of who has sent its name. That of whom the context does not know was set
// on the connection, or there is none.
int OnSrpUser(SSL* ssl, int* alert, void*) {
  const Libssl& libssl = CallbackLibssl();
  const ConnectionState& state = StateOf(ssl);
  const char* name = libssl.SSL_get_srp_username(ssl);
  *alert = kAlertUnknownPskIdentity;
  const SrpUser* user = nullptr;
  try {
    if (name != nullptr) user = FirstAnswer(state, &Answers::srp_users, name);
  } catch (const std::bad_alloc&) {
  }
  if (user == nullptr) return state.has_srp_verifier ? kErrorNone : kAlertFatal;
  const char* password = reinterpret_cast<const char*>(user->password.data());
  const int result = libssl.SSL_set_srp_server_param_pw(ssl, name, password, user->group.c_str());
  return result == 1 ? kErrorNone : kAlertFatal;
}

// libssl wipes and frees the copy.
char* OnSrpPassword(SSL* ssl, void*) {
  const Libssl& libssl = CallbackLibssl();
  const Secret* password = FirstAnswer(StateOf(ssl), &Answers::srp_password);
  if (password == nullptr) return nullptr;
  void* copy = libssl.CRYPTO_malloc(password->size(), __FILE__, __LINE__);
  if (copy != nullptr) std::memcpy(copy, password->data(), password->size());
  return static_cast<char*>(copy);
}

int OnSrpParameters(SSL* ssl, void*) {
  const bool* answer = FirstAnswer(StateOf(ssl), &Answers::srp_parameters);
  return answer == nullptr || *answer ? 1 : 0;
}

// ---- NPN.

int OnNextProtocols(SSL* ssl, const unsigned char** out, unsigned int* size, void*) {
  const std::string* protocols = FirstAnswer(StateOf(ssl), &Answers::next_protocols);
  if (protocols == nullptr) return kTlsextNoAck;
  *out = reinterpret_cast<const unsigned char*>(protocols->data());
  *size = static_cast<unsigned int>(protocols->size());
  return kTlsextOk;
}

// A client takes its own first one where the server has none of them.
int OnNextProtocolChoice(SSL* ssl, unsigned char** out, unsigned char* out_size,
                         const unsigned char* in, unsigned int in_size, void*) {
  const std::string* own = FirstAnswer(StateOf(ssl), &Answers::next_protocol_choice);
  if (own == nullptr || own->empty()) return kTlsextAlertFatal;
  CallbackLibssl().SSL_select_next_proto(out, out_size, in, in_size,
                                         reinterpret_cast<const unsigned char*>(own->data()),
                                         static_cast<unsigned int>(own->size()));
  return kTlsextOk;
}

// ---- Certificate transparency.

// It is not told the connection: the argument is what has the answer.
int OnTransparency(const CT_POLICY_EVAL_CTX*, const stack_st_SCT*, void* answers) {
  return static_cast<const Answers*>(answers)->transparency.value_or(true) ? 1 : 0;
}

}  // namespace

void InstallSrpUsers(ContextState* context, bool wanted) {
  context->libssl.SSL_CTX_set_srp_username_callback(context->context, wanted ? OnSrpUser : nullptr);
}

void InstallSrpPassword(ContextState* context) {
  context->libssl.SSL_CTX_set_srp_client_pwd_callback(
      context->context, context->answers.srp_password.has_value() ? OnSrpPassword : nullptr);
}

void InstallSrpParameters(ContextState* context) {
  context->libssl.SSL_CTX_set_srp_verify_param_callback(
      context->context, context->answers.srp_parameters.has_value() ? OnSrpParameters : nullptr);
}

void InstallNextProtocols(ContextState* context) {
  context->libssl.SSL_CTX_set_next_protos_advertised_cb(
      context->context, context->answers.next_protocols.has_value() ? OnNextProtocols : nullptr,
      nullptr);
}

void InstallNextProtocolChoice(ContextState* context) {
  const bool wanted = context->answers.next_protocol_choice.has_value();
  context->libssl.SSL_CTX_set_next_proto_select_cb(
      context->context, wanted ? OnNextProtocolChoice : nullptr, nullptr);
}

int InstallTransparency(ContextState* context, ConnectionState* connection) {
  Answers& answers = AnswersOf(context, connection);
  return SetCallback<&Libssl::SSL_set_ct_validation_callback,
                     &Libssl::SSL_CTX_set_ct_validation_callback>(
      context, connection, answers.transparency.has_value() ? OnTransparency : nullptr,
      static_cast<void*>(&answers));
}

}  // namespace libssl_session
