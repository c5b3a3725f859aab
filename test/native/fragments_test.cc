// Records of full length after a handshake that began with a session which had agreed on short
// ones. Under AddressSanitizer: libssl by itself writes behind the memory that it took.

#include "core/error_queue.h"
#include "tls.h"

namespace libssl_session {
namespace {

constexpr uint8_t k512 = 1;  // TLSEXT_max_fragment_length_512
const std::string long_text(16000, 'x');

void WriteLong(const Connection& from, const Connection& to) {
  from.Write(long_text);
  from.Send(to);
  CHECK(to.Read() == long_text);
}

void TestFragments(const Libssl& libssl) {
  for (const int version : {kTls12, kTls13, kDtls10, kDtls12}) {
    Test("a server that does not know the session, and gives no short records", [&] {
      World world(libssl);
      const Context asking(world, Side::kClient, version);
      CHECK(libssl.SSL_CTX_set_tlsext_max_fragment_length(asking.get(), k512) == 1);
      const Context first(world, Side::kServer, version);
      const Owned session(libssl, MakeSession(asking, first));
      CHECK(libssl.SSL_SESSION_get_max_fragment_length(session.get()) == k512);

      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server, session.get());
      CHECK(pair.Connect());
      CHECK(!pair.client.Reused());
      WriteLong(pair.client, pair.server);
      WriteLong(pair.server, pair.client);
      pair.Shutdown();
    });
  }

  for (const int version : {kTls12, kDtls10, kDtls12}) {
    Test("another handshake that does without short records", [&] {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      CHECK(libssl.SSL_CTX_set_tlsext_max_fragment_length(client.get(), k512) == 1);
      const Context server(world, Side::kServer, version);
      libssl.SSL_CTX_set_options(server.get(), kOpNoResumptionOnRenegotiation);
      Pair pair(client, server);
      CHECK(pair.Connect());
      CHECK(libssl.SSL_SESSION_get_max_fragment_length(pair.server.Session()) == k512);
      CHECK(libssl.SSL_set_tlsext_max_fragment_length(pair.client.get(), 0) == 1);
      CHECK(libssl.SSL_renegotiate(pair.client.get()) == 1);
      libssl.SSL_do_handshake(pair.client.get());
      CHECK(pair.Connect());
      CHECK(libssl.SSL_SESSION_get_max_fragment_length(pair.server.Session()) == 0);
      WriteLong(pair.client, pair.server);
      WriteLong(pair.server, pair.client);
      pair.Shutdown();
    });
  }

  Test("records stay short where both sides have agreed on it again", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kDtls12);
    CHECK(libssl.SSL_CTX_set_tlsext_max_fragment_length(client.get(), k512) == 1);
    const Context server(world, Side::kServer, kDtls12);
    const Owned session(libssl, MakeSession(client, server));
    Pair pair(client, server, session.get());
    CHECK(pair.Connect());
    CHECK(pair.client.Reused());
    CHECK(libssl.SSL_SESSION_get_max_fragment_length(pair.client.Session()) == k512);
    const int written = libssl.SSL_write(pair.client.get(), long_text.data(), 513);
    CHECK(written <= 0);
    std::vector<OpensslError> errors;
    TakeErrors(libssl, &errors);
    CHECK(!errors.empty() && errors.front().reason == "exceeds max fragment size");
    libssl.ERR_clear_error();
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  CHECK(StartCountingSessions(libssl));
  TestFragments(libssl);
}
