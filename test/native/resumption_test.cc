// What is noted of a resumption, where only the wire can provoke it, or where memory counts: what
// was found is kept until the handshake is over, or until the connection is gone.

#include "core/resumption.h"

#include "tls.h"

namespace libssl_session {
namespace {

void CheckNoted(const Connection& connection, OfferedBy offered, bool resumed, NotResumed reason) {
  const Resumption& noted = connection->resumption;
  CHECK(noted.known);
  CHECK(noted.offered == offered);
  CHECK(noted.resumed == resumed);
  CHECK(noted.resumed == connection.Reused());
  CHECK(noted.reason == reason);
  CHECK(!noted.candidate.has_value());
}

// Makes the ClientHello offer the key exchange with a PSK alone, which no client of libssl does.
void OfferOnlyPskKe(std::string* hello) {
  const std::string dhe("\0\x2d\0\x02\x01\x01", 6);
  const size_t at = hello->find(dhe);
  CHECK(at != std::string::npos);
  (*hello)[at + 5] = 0;
}

void TestServers(const Libssl& libssl) {
  for (const int version : {kTls10, kTls12, kTls13, kDtls10, kDtls12}) {
    Test("nothing, a ticket, and a ticket of another server", [&] {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      const Context other(world, Side::kServer, version);
      Pair first(client, server);
      CHECK(!first.client->resumption.known);
      CHECK(first.Connect());
      CheckNoted(first.client, OfferedBy::kNothing, false, NotResumed::kNoReason);
      CheckNoted(first.server, OfferedBy::kNothing, false, NotResumed::kNoReason);
      const Owned session(libssl, libssl.SSL_get1_session(first.client.get()));
      first.Shutdown();
      const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
      Pair second(client, server, session.get());
      CHECK(second.Connect());
      CheckNoted(second.client, OfferedBy::kTicket, true, NotResumed::kNoReason);
      CheckNoted(second.server, OfferedBy::kTicket, true, NotResumed::kNoReason);
      second.Shutdown();
      Pair third(client, other, copy.get());
      CHECK(third.Connect());
      CheckNoted(third.client, OfferedBy::kTicket, false, NotResumed::kNoReason);
      CheckNoted(third.server, OfferedBy::kTicket, false, NotResumed::kUnknownTicketKey);
      third.Shutdown();
      CHECK(Clear(third.client.state()).result == 1);
      CHECK(!third.client->resumption.known);
    });
  }

  Test("TLS 1.3: a client that offers no key exchange with its ticket", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned session(libssl, MakeSession(client, server));
    const Connection from(client), to(server);
    CHECK(libssl.SSL_set_session(from.get(), session.get()) == 1);
    from.Proceed();
    std::string hello = from.Take();
    OfferOnlyPskKe(&hello);
    to.Feed(hello);
    to.Proceed();
    // The client would not accept this handshake, because it is for a ClientHello that it has not
    // sent. But the server has decided.
    CHECK(!to.Reused());
    CHECK(to->resumption.offered == OfferedBy::kTicket);
    CHECK(to->resumption.reason == NotResumed::kKeyExchangeMode);
    // The server takes it if it may do without a key exchange. The binder is for another message.
    const Connection lax(server);
    libssl.SSL_set_options(lax.get(), kOpAllowNoDheKex);
    lax.Feed(hello);
    CHECK(lax.Proceed().error == kErrorSsl);
    CHECK(lax->resumption.reason == NotResumed::kNoReason);
    libssl.ERR_clear_error();
  });
}

void TestUnfinished(const Libssl& libssl) {
  for (const int version : {kTls12, kTls13, kDtls12}) {
    for (const bool clears : {false, true}) {
      Test("a handshake that is not finished lets its session go", [&] {
        World world(libssl);
        const Context client(world, Side::kClient, version);
        const Context server(world, Side::kServer, version);
        libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
        const Owned session(libssl, MakeSession(client, server));
        Pair pair(client, server, session.get());
        pair.client.Proceed();
        CHECK(pair.client->resumption.had == session.get());
        pair.client.Send(pair.server);
        pair.server.Proceed();
        CHECK(pair.server->resumption.candidate.has_value());
        CHECK(!pair.server->resumption.known);
        if (!clears) return;
        CHECK(Clear(pair.server.state()).result == 1);
        CHECK(!pair.server->resumption.candidate.has_value());
      });
    }
  }
}

void TestRenegotiations(const Libssl& libssl) {
  for (const int version : {kTls12, kDtls12}) {
    Test("a server asks for another handshake", [&] {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      CHECK(pair.Connect());
      CHECK(Renegotiate(pair.server.state(), false).result == 1);
      libssl.SSL_do_handshake(pair.server.get());
      pair.Join();
      CHECK(pair.client->resumption.again);
      // Over TLS libssl's client offers its session then, over DTLS it does not.
      const bool offers = version == kTls12;
      const OfferedBy offered = offers ? OfferedBy::kTicket : OfferedBy::kNothing;
      CheckNoted(pair.client, offered, offers, NotResumed::kNoReason);
      CheckNoted(pair.server, offered, offers, NotResumed::kNoReason);
      pair.Shutdown();
    });
  }
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  CHECK(StartCountingSessions(libssl));
  TestServers(libssl);
  TestUnfinished(libssl);
  TestRenegotiations(libssl);
}
