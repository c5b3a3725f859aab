#include "core/custom_extensions.h"

#include <utility>

#include "core/connection.h"

namespace libssl_session {
namespace {

const CustomExtension& Answer(const void* argument) {
  return *static_cast<const CustomExtension*>(argument);
}

// 1 sends the extension, 0 does not, -1 ends the handshake.
int Send(const CustomExtension& answer, const unsigned char** out, size_t* size, int* alert) {
  if (answer.add_alert.has_value()) {
    *alert = *answer.add_alert;
    return -1;
  }
  if (!answer.bytes.has_value()) return 0;
  *out = reinterpret_cast<const unsigned char*>(answer.bytes->data());
  *size = answer.bytes->size();
  return 1;
}

int Take(SSL* ssl, const CustomExtension& answer, unsigned int type, unsigned int where,
         const unsigned char* bytes, size_t size, int* alert) {
  ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  if (state.context.Observes(EventKind::kCustomExtension)) {
    state.context.Record(EventKind::kCustomExtension, state.id, nullptr, bytes, size,
                         static_cast<int>(type), static_cast<int>(where));
  }
  if (!answer.parse_alert.has_value()) return 1;
  *alert = *answer.parse_alert;
  return 0;
}

int OnAdd(SSL*, unsigned int, unsigned int, const unsigned char** out, size_t* size, X509*, size_t,
          int* alert, void* argument) {
  return Send(Answer(argument), out, size, alert);
}

int OnParse(SSL* ssl, unsigned int type, unsigned int where, const unsigned char* bytes,
            size_t size, X509*, size_t, int* alert, void* argument) {
  return Take(ssl, Answer(argument), type, where, bytes, size, alert);
}

// The same of up to TLS 1.2, where libssl does not say in which message.
int OnOldAdd(SSL*, unsigned int, const unsigned char** out, size_t* size, int* alert,
             void* argument) {
  return Send(Answer(argument), out, size, alert);
}

int OnOldParse(SSL* ssl, unsigned int type, const unsigned char* bytes, size_t size, int* alert,
               void* argument) {
  const bool server = CallbackLibssl().SSL_is_server(ssl) == 1;
  const unsigned int where = server ? kExtensionInClientHello : kExtensionInServerHello;
  return Take(ssl, Answer(argument), type, where, bytes, size, alert);
}

}  // namespace

int AddCustomExtension(ContextState* context, ExtensionSide side, unsigned int type,
                       unsigned int where, CustomExtension answer) {
  const Libssl& libssl = context->libssl;
  // Connections read it as long as they live, and they keep the context.
  std::unique_ptr<CustomExtension>& kept =
      context->custom_extensions.emplace_back(std::make_unique<CustomExtension>(std::move(answer)));
  // Without its callback libssl sends an empty extension in the ClientHello.
  const bool adds = !kept->empty;
  int result = 0;
  if (side == ExtensionSide::kBoth) {
    result = libssl.SSL_CTX_add_custom_ext(context->context, type, where, adds ? OnAdd : nullptr,
                                           nullptr, kept.get(), OnParse, kept.get());
  } else {
    const auto add = side == ExtensionSide::kClient ? libssl.SSL_CTX_add_client_custom_ext
                                                    : libssl.SSL_CTX_add_server_custom_ext;
    result = add(context->context, type, adds ? OnOldAdd : nullptr, nullptr, kept.get(), OnOldParse,
                 kept.get());
  }
  if (result != 1) context->custom_extensions.pop_back();
  return result;
}

}  // namespace libssl_session
