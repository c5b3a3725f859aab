#include "core/fragments.h"

#include "core/connection.h"

namespace libssl_session {
namespace {

void SetMax(const Libssl& libssl, SSL* ssl, long size) {
  libssl.SSL_ctrl(ssl, kCtrlSetMaxSendFragment, size, nullptr);
  libssl.SSL_ctrl(ssl, kCtrlSetSplitSendFragment, size, nullptr);
}

}  // namespace

long MaxRecord(const Libssl& libssl, const SSL* ssl) {
  const SSL_SESSION* session = libssl.SSL_get_session(ssl);
  const int code = session == nullptr ? 0 : libssl.SSL_SESSION_get_max_fragment_length(session);
  return IsFragmentCode(code) ? 256L << code : kMaxFragment;
}

void FitFragments(ConnectionState& state, int where) {
  const Libssl& libssl = state.context.libssl;
  if ((where & kCbHandshakeStart) != 0) {
    const long max = MaxRecord(libssl, state.ssl);
    if (max == kMaxFragment) return;
    SetMax(libssl, state.ssl, max);
    state.short_records = true;
  } else if ((where & kCbHandshakeDone) != 0 && state.short_records) {
    state.short_records = false;
    SetMax(libssl, state.ssl, kMaxFragment);
    // libssl itself would not notice a failure.
    if (libssl.SSL_alloc_buffers(state.ssl) != 1) state.unusable = Rule::kNoMemory;
  }
}

}  // namespace libssl_session
