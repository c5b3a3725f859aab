// libFuzzer's target (as fuzz_session.cc): bytes from the peer, fed in pieces to a server and to a
// client connection of the core. The first byte says which, and what the version is.

#include <algorithm>

#include "tls.h"

namespace libssl_session {
namespace {

const Libssl& LoadOnce() {
  static const Libssl& libssl = Load();
  static const bool counting = StartCountingSessions(libssl);
  CHECK(counting);
  return libssl;
}

void Receive(const Connection& connection, const uint8_t* data, size_t size) {
  constexpr size_t kPiece = 512;
  const Libssl& libssl = connection.world.libssl;
  for (size_t at = 0; at < size; at += kPiece) {
    CHECK(Feed(libssl, connection.get(), data + at, std::min(kPiece, size - at)));
    const auto step = connection.Proceed();
    if (step.error == kErrorWantClientHello) {
      connection->lookup = ConnectionState::Question::kAnswered;
    } else if (step.result <= 0 && step.error != kErrorWantRead) {
      break;
    }
    if (connection.Ready()) connection.Read();
  }
  connection.Take();
}

}  // namespace
}  // namespace libssl_session

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace libssl_session;
  if (size == 0) return 0;
  World world(LoadOnce());  // checks that nothing is left
  const Side side = (data[0] & 1) != 0 ? Side::kServer : Side::kClient;
  const int versions[] = {kAnyTls, kTls12, kTls13, kDtls12};
  const Context context(world, side, versions[data[0] >> 1 & 3]);
  context->Observe(Bit(EventKind::kLookup) | Bit(EventKind::kNewSession));
  const Connection connection(context);
  if (side == Side::kClient) connection.Proceed();
  Receive(connection, data + 1, size - 1);
  return 0;
}
