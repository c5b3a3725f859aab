#include "core/fragments.h"

#include "core/connection.h"

namespace libssl_session {
namespace {

void SetMax(const Libssl& libssl, SSL* ssl, long size) {
  libssl.SSL_ctrl(ssl, kCtrlSetMaxSendFragment, size, nullptr);
  libssl.SSL_ctrl(ssl, kCtrlSetSplitSendFragment, size, nullptr);
}

void OnInfo(const SSL* ssl, int where, int) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState* state = ConnectionState::Of(libssl, ssl);
  if (state == nullptr) return;
  if ((where & kCbHandshakeStart) != 0) {
    const long max = MaxRecord(libssl, ssl);
    if (max == kMaxFragment) return;
    SetMax(libssl, state->ssl, max);
    state->short_records = true;
  } else if ((where & kCbHandshakeDone) != 0 && state->short_records) {
    state->short_records = false;
    SetMax(libssl, state->ssl, kMaxFragment);
    // libssl itself would go on without it.
    if (libssl.SSL_alloc_buffers(state->ssl) != 1) state->unusable = Rule::kNoMemory;
  }
}

}  // namespace

long MaxRecord(const Libssl& libssl, const SSL* ssl) {
  const SSL_SESSION* session = libssl.SSL_get_session(ssl);
  const int code = session == nullptr ? 0 : libssl.SSL_SESSION_get_max_fragment_length(session);
  return IsFragmentCode(code) ? 256L << code : kMaxFragment;
}

void FitFragments(const Libssl& libssl, SSL_CTX* context) {
  libssl.SSL_CTX_set_info_callback(context, OnInfo);
}

}  // namespace libssl_session
