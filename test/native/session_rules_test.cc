// The questions of rules.h about sessions and contexts.

#include "core/rules.h"
#include "tls.h"

namespace libssl_session {
namespace {

SSL_SESSION* FixtureSession(const Libssl& libssl, const std::string& version) {
  return Decoded(libssl, Fixture("openssl-1.1.1-" + version + ".der"));
}

void Add(const Context& context, SSL_SESSION* session) {
  CHECK(context.world.libssl.SSL_CTX_add_session(context.get(), session) == 1);
}

void Remove(const Context& context, SSL_SESSION* session) {
  CHECK(context.world.libssl.SSL_CTX_remove_session(context.get(), session) == 1);
}

void TestCaches(const Libssl& libssl) {
  Test("a session keeps its id and its version while any cache has it", [&] {
    World world(libssl);
    const Context server(world, Side::kServer);
    const Owned session(libssl, FixtureSession(libssl, "tls12"));
    const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
    CHECK(ChangeIdRule(world.registry, session.get(), 1) == Rule::kNone);
    Add(server, session.get());
    CHECK(ChangeIdRule(world.registry, session.get(), 1) == Rule::kCached);
    CHECK(ChangeIdRule(world.registry, copy.get(), 1) == Rule::kNone);
    Remove(server, session.get());
    CHECK(ChangeIdRule(world.registry, session.get(), 1) == Rule::kNone);
  });

  Test("a cache takes no session without an id", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Owned session(libssl, libssl.SSL_SESSION_new());
    CHECK(AddToCacheRule(*client.state(), session.get()) == Rule::kEmptyId);
    CHECK(libssl.SSL_SESSION_set1_id(session.get(), Bytes("id"), 2) == 1);
    CHECK(AddToCacheRule(*client.state(), session.get()) == Rule::kNone);
  });

  Test("a server's cache takes no session that is marked as not resumable, nor its dup", [&] {
    World world(libssl);
    const Context server(world, Side::kServer);
    SSL_CTX* client = libssl.SSL_CTX_new(libssl.TLS_client_method());
    const auto* client_only = new ContextState(libssl, world.registry, client, true);
    const Owned session(libssl, FixtureSession(libssl, "tls12"));
    CHECK(AddToCacheRule(*server.state(), session.get()) == Rule::kNone);
    Add(server, session.get());
    Remove(server, session.get());  // and marks it
    const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
    for (const SSL_SESSION* each : {session.get(), copy.get()}) {
      CHECK(AddToCacheRule(*server.state(), each) == Rule::kNotResumable);
      CHECK(AddToCacheRule(*client_only, each) == Rule::kNone);
    }
    libssl.SSL_CTX_free(client);
  });

  Test("a session is in the cache of one context, and is removed by that one", [&] {
    World world(libssl);
    const Context one(world, Side::kServer);
    const Context two(world, Side::kServer);
    const Owned session(libssl, FixtureSession(libssl, "tls12"));
    for (const Context* each : {&one, &two}) {
      CHECK(RemoveFromCacheRule(*each->state(), session.get()) == Rule::kNone);
    }
    Add(one, session.get());
    CHECK(AddToCacheRule(*one.state(), session.get()) == Rule::kNone);
    CHECK(AddToCacheRule(*two.state(), session.get()) == Rule::kOtherCache);
    CHECK(RemoveFromCacheRule(*one.state(), session.get()) == Rule::kNone);
    CHECK(RemoveFromCacheRule(*two.state(), session.get()) == Rule::kOtherCacheHasIt);
  });

  Test("a session enters no cache while a handshake has it", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    const Owned session(libssl, MakeSession(client, server));
    Pair pair(client, server, session.get());
    CHECK(AddToCacheRule(*client.state(), session.get()) == Rule::kNone);
    pair.client.Proceed();
    CHECK(AddToCacheRule(*client.state(), session.get()) == Rule::kInHandshake);
    CHECK(pair.Connect());
    CHECK(AddToCacheRule(*client.state(), session.get()) == Rule::kNone);
    pair.Shutdown();
  });

  Test("a client offers a copy of what is another context's, or in the cache of one", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context other(world, Side::kClient);
    const Connection connection(client);
    const Owned session(libssl, FixtureSession(libssl, "tls12"));
    const uint32_t here = Origin(client->id);
    const uint32_t elsewhere = Origin(other->id);
    const auto needs_copy = [&](uint32_t origin) {
      return NeedsCopy(*connection.state(), session.get(), origin);
    };
    CHECK(!needs_copy(0) && !needs_copy(here) && needs_copy(elsewhere));
    Add(client, session.get());
    CHECK(!needs_copy(0) && !needs_copy(here));
    Remove(client, session.get());
    Add(other, session.get());
    CHECK(needs_copy(0) && needs_copy(here) && needs_copy(elsewhere));
  });
}

void TestCipherAndKey(const Libssl& libssl) {
  Test("a session keeps its cipher and its key while a connection has it", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Owned session(libssl, FixtureSession(libssl, "tls12"));
    CHECK(StripRule(world.registry, session.get()) == Rule::kNone);
    Connection connection(client);
    CHECK(StripRule(world.registry, session.get()) == Rule::kNone);
    CHECK(libssl.SSL_set_session(connection.get(), session.get()) == 1);
    CHECK(StripRule(world.registry, session.get()) == Rule::kInUse);
    connection.Free();
    CHECK(StripRule(world.registry, session.get()) == Rule::kNone);
  });

  Test("what is resumed, or a PSK, has a cipher and a key; a PSK those of TLS 1.3", [&] {
    for (const std::string version : {"tls12", "tls13"}) {
      Trying(version);
      const Owned session(libssl, FixtureSession(libssl, version));
      CHECK(ResumeRule(libssl, session.get()) == Rule::kNone);
      CHECK(PskRule(libssl, session.get()) == (version == "tls13" ? Rule::kNone : Rule::kBarePsk));
      const Owned without_cipher(libssl, libssl.SSL_SESSION_dup(session.get()));
      CHECK(libssl.SSL_SESSION_set_cipher(without_cipher.get(), nullptr) == 1);
      const Owned without_key(libssl, libssl.SSL_SESSION_dup(session.get()));
      CHECK(libssl.SSL_SESSION_set1_master_key(without_key.get(), Bytes("x"), 0) == 1);
      for (const SSL_SESSION* each : {without_cipher.get(), without_key.get()}) {
        CHECK(ResumeRule(libssl, each) == Rule::kBare);
        CHECK(PskRule(libssl, each) == Rule::kBarePsk);
      }
    }
  });
}

void TestServerNames(const Libssl& libssl) {
  Test("contexts do not own each other by server names, however long the way", [&] {
    World world(libssl);
    const Context one(world, Side::kServer);
    const Context two(world, Side::kServer);
    const Context three(world, Side::kServer);
    const auto rule = [](const Context& from, const Context& to) {
      return ServerNameRule(*from.state(), to.get());
    };
    const auto name = [&](const Context& from, const std::string& name_in, const Context& to) {
      CHECK(rule(from, to) == Rule::kNone);
      if (from.get() != to.get()) libssl.SSL_CTX_up_ref(to.get());
      from->server_names[name_in] = to.get();
    };
    name(one, "itself", one);
    name(one, "two", two);
    name(one, "three", three);
    name(two, "three", three);
    CHECK(rule(two, one) == Rule::kCycle);
    CHECK(rule(three, one) == Rule::kCycle);
    CHECK(rule(three, two) == Rule::kCycle);
    name(three, "itself", three);
    CHECK(rule(one, two) == Rule::kNone && rule(one, three) == Rule::kNone);
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  TestCaches(libssl);
  TestCipherAndKey(libssl);
  TestServerNames(libssl);
}
