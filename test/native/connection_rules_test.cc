// The questions of rules.h about connections, but for what rules_test.cc has: the keys of early
// data, and what may be cleared.

#include "core/rules.h"
#include "tls.h"

namespace libssl_session {
namespace {

using Chosen = ConnectionState::Side;

SSL_SESSION* EarlyDataTicket(const Context& client, const Context& server) {
  const Libssl& libssl = client.world.libssl;
  libssl.SSL_CTX_set_max_early_data(server.get(), 1000);
  SSL_SESSION* session = MakeSession(client, server);
  CHECK(libssl.SSL_SESSION_get_max_early_data(session) == 1000);
  return session;
}

void TestBeginning(const Libssl& libssl) {
  Test("a connection takes a side, or renegotiates, before or after it has begun", [&] {
    for (const int version : {kTls12, kDtls12}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      for (const Connection* each : {&pair.client, &pair.server}) {
        CHECK(ChooseSideRule(*each->state()) == Rule::kNone);
        CHECK(RenegotiateRule(*each->state()) == Rule::kNotStarted);
      }
      pair.client.Proceed();
      CHECK(ChooseSideRule(*pair.client.state()) == Rule::kStarted);
      CHECK(ChooseSideRule(*pair.server.state()) == Rule::kNone);
      CHECK(pair.Connect());
      for (const Connection* each : {&pair.client, &pair.server}) {
        CHECK(ChooseSideRule(*each->state()) == Rule::kStarted);
        CHECK(RenegotiateRule(*each->state()) == Rule::kNone);
      }
      pair.Shutdown();
    }
  });

  Test("a handshake does not begin with a session that has no key", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Owned session(libssl, Decoded(libssl, Fixture("openssl-1.1.1-tls12.der")));
    const Connection connection(client);
    CHECK(BeginRule(*connection.state()) == Rule::kNone);
    CHECK(Offer(connection.state(), session.get()) == 1);
    CHECK(BeginRule(*connection.state()) == Rule::kNone);
    CHECK(libssl.SSL_SESSION_set1_master_key(session.get(), Bytes("x"), 0) == 1);
    CHECK(BeginRule(*connection.state()) == Rule::kKeyless);
    CHECK(BeforeStep(connection.state()) == Rule::kKeyless);
    const Owned empty(libssl, libssl.SSL_SESSION_new());  // not offered
    CHECK(Offer(connection.state(), empty.get()) == 1);
    CHECK(BeginRule(*connection.state()) == Rule::kNone);
  });

  Test("a connection that has begun is lost with another session", [&] {
    for (const bool none : {false, true}) {
      World world(libssl);
      const Context client(world, Side::kClient);
      const Owned session(libssl, Decoded(libssl, Fixture("openssl-1.1.1-tls12.der")));
      const Connection connection(client);
      CHECK(Offer(connection.state(), session.get()) == 1);
      CHECK(BeforeStep(connection.state()) == Rule::kNone);
      connection.Proceed();
      CHECK(BeforeStep(connection.state()) == Rule::kNone);
      CHECK(Offer(connection.state(), none ? nullptr : session.get()) == 1);
      CHECK(BeforeStep(connection.state()) == Rule::kSessionReplaced);
      CHECK(ClearRule(*connection.state()) == Rule::kSessionReplaced);
    }
  });

  Test("a connection is not its own peer", [&] {
    World world(libssl);
    const Context context(world, Side::kClient);
    const Connection one(context);
    const Connection two(context);
    CHECK(JoinRule(*one.state(), *one.state()) == Rule::kItself);
    CHECK(JoinRule(*one.state(), *two.state()) == Rule::kNone);
  });
}

void TestDtls(const Libssl& libssl) {
  Test("a server of DTLS listens before it has begun, and nobody else", [&] {
    World world(libssl);
    for (const int version : {kTls12, kDtls12}) {
      Trying(std::to_string(version));
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      const Rule dtls = version == kDtls12 ? Rule::kNone : Rule::kNotDtls;
      const auto listen = [&](Chosen side) {
        ConnectionState* state = pair.server.state();
        state->side = side;
        return ListenRule(*state);
      };
      const Rule cannot = dtls == Rule::kNone ? Rule::kCannotListen : dtls;
      CHECK(DtlsRule(*pair.client.state()) == dtls);
      CHECK(listen(Chosen::kServer) == dtls);
      CHECK(listen(Chosen::kUnknown) == dtls);
      CHECK(listen(Chosen::kClient) == cannot);
      CHECK(listen(Chosen::kServer) == dtls);
      CHECK(pair.Connect());
      CHECK(listen(Chosen::kServer) == cannot);
      CHECK(DtlsRule(*pair.server.state()) == dtls);
      pair.Shutdown();
    }
  });
}

void TestEarlyData(const Libssl& libssl) {
  Test("the first early data is for the server name and a protocol of its session", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned ticket(libssl, EarlyDataTicket(client, server));
    CHECK(libssl.SSL_SESSION_set1_hostname(ticket.get(), "one.example") == 1);
    CHECK(libssl.SSL_SESSION_set1_alpn_selected(ticket.get(), Bytes("h2"), 2) == 1);
    const Connection connection(client);
    ConnectionState* state = connection.state();
    CHECK(EarlyDataFitsRule(*state) == Rule::kNone);  // there is none
    CHECK(EarlyDataRoom(*state) == kNoLimit);
    CHECK(Offer(state, ticket.get()) == 1);
    CHECK(EarlyDataRoom(*state) == 1000);
    CHECK(EarlyDataFitsRule(*state) == Rule::kEarlyDataForOtherName);
    state->servername = "two.example";
    CHECK(EarlyDataFitsRule(*state) == Rule::kEarlyDataForOtherName);
    state->servername = "one.example";
    for (const std::string protocols : {"", "\1h", "\3h2c", "\10http/1.1"}) {
      state->offered_alpn = protocols;
      CHECK(EarlyDataFitsRule(*state) == Rule::kEarlyDataForOtherProtocol);
    }
    state->offered_alpn = "\10http/1.1\2h2";
    CHECK(EarlyDataFitsRule(*state) == Rule::kNone);
  });

  Test("a connection that had early data is not cleared, on either side", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned ticket(libssl, EarlyDataTicket(client, server));
    Pair pair(client, server, ticket.get());
    CHECK(ClearRule(*pair.client.state()) == Rule::kNone);
    CHECK(WriteEarlyData(pair.client.state(), "data", 4).result == 1);
    CHECK(ClearRule(*pair.client.state()) == Rule::kEarlyData);
    pair.server.Feed(pair.client.Take());
    char data[4];
    size_t size = 0;
    CHECK(ClearRule(*pair.server.state()) == Rule::kNone);
    CHECK(ReadEarlyData(pair.server.state(), data, sizeof data, &size).result == 1 && size == 4);
    CHECK(ClearRule(*pair.server.state()) == Rule::kEarlyData);
    CHECK(pair.Connect());
    for (const Connection* each : {&pair.client, &pair.server}) {
      CHECK(ClearRule(*each->state()) == Rule::kEarlyData);
    }
    pair.Shutdown();
  });

  Test("a handshake that waits at the ClientHello is not cleared", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
    const Owned session(libssl, MakeSession(client, server));
    libssl.SSL_CTX_flush_sessions(server.get(), 0);
    server->Observe(Bit(EventKind::kLookup));
    Pair pair(client, server, session.get());
    CHECK(pair.Join().server.error == kErrorWantClientHello);
    CHECK(ClearRule(*pair.server.state()) == Rule::kPaused);
    pair.server->lookup = ConnectionState::Question::kAnswered;
    CHECK(pair.Connect());
    CHECK(ClearRule(*pair.server.state()) == Rule::kNone);
    pair.Shutdown();
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  TestBeginning(libssl);
  TestDtls(libssl);
  TestEarlyData(libssl);
}
