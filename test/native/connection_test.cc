// The steps of a connection over memory, where a handshake pauses, and how it all ends.

#include <algorithm>
#include <random>

#include "tls.h"

namespace libssl_session {
namespace {

constexpr int kVersions[] = {kTls10, kTls11, kTls12, kTls13, kDtls10, kDtls12};

std::string ErrorReason(const Libssl& libssl) {
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
  return errors.empty() ? "" : errors.front().reason;
}

void Exchange(const Pair& pair, const std::string& text) {
  pair.client.Write(text);
  pair.server.Feed(pair.client.Take());
  CHECK(pair.server.Read() == text);
  pair.server.Write(text + text);
  pair.client.Feed(pair.server.Take());
  CHECK(pair.client.Read() == text + text);
}

void TestJoin(const Libssl& libssl) {
  Test("both sides are ready, resume, and understand each other, in every version", [&] {
    for (const int version : kVersions) {
      Trying(std::to_string(version));
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      const Owned session(libssl, MakeSession(client, server));
      for (SSL_SESSION* offered : {static_cast<SSL_SESSION*>(nullptr), session.get()}) {
        Pair pair(client, server, offered);
        const Joined joined = pair.Join();
        CHECK(joined.client.result == 1 && joined.client.error == kErrorNone);
        CHECK(joined.server.result == 1 && joined.server.error == kErrorNone);
        CHECK(joined.moved && pair.Ready());
        CHECK(libssl.SSL_version(pair.client.get()) == version);
        CHECK(pair.client.Reused() == (offered != nullptr));
        CHECK(!pair.Join().moved);
        Exchange(pair, "some text");
        CHECK(pair.client->last_error == kErrorNone);
        pair.Shutdown();
        CHECK(!ErrorsPending(libssl));
      }
    }
  });

  Test("a pair that waits for bytes which are lost is stuck, and says that nothing moved", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    Pair pair(client, server);
    CHECK(pair.client.Proceed().error == kErrorWantRead);
    CHECK(!pair.client.Take().empty());
    const Joined joined = pair.Join();
    CHECK(!joined.moved);
    CHECK(joined.client.error == kErrorWantRead && joined.server.error == kErrorWantRead);
    CHECK(pair.client->last_error == kErrorWantRead);
    CHECK(!pair.Ready());
  });

  Test("where a side fails, the other learns of it with the next steps", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls12);
    {
      Trying("the server");
      Pair pair(client, server);
      const Joined joined = pair.Join();
      CHECK(joined.server.result <= 0 && joined.server.error == kErrorSsl);
      CHECK(ErrorReason(libssl) == "unsupported protocol");
      const Joined again = pair.Join();
      CHECK(again.client.error == kErrorSsl);
      CHECK(Contains(ErrorReason(libssl), "alert"));
    }
    const Context strict(world, Side::kClient, kTls12);
    libssl.SSL_CTX_set_verify(strict.get(), kVerifyPeer, nullptr);
    Trying("the client");
    Pair pair(strict, server);
    const Joined joined = pair.Join();
    CHECK(joined.client.error == kErrorSsl);
    CHECK(ErrorReason(libssl) == "certificate verify failed");
    CHECK(pair.server.Proceed().error == kErrorSsl);
    CHECK(Contains(ErrorReason(libssl), "alert"));
    // And then for good, whatever comes.
    pair.server.Feed("more");
    CHECK(pair.server.Proceed().error != kErrorNone);
    CHECK(pair.client.Proceed().error != kErrorNone);
    libssl.ERR_clear_error();
  });

  Test("a client and a server of different kinds never are ready", [&] {
    World world(libssl);
    const Context tls_client(world, Side::kClient);
    const Context tls_server(world, Side::kServer);
    const Context dtls_client(world, Side::kClient, kDtls12);
    const Context dtls_server(world, Side::kServer, kDtls12);
    const std::pair<const Context&, const Context&> kinds[] = {
        {tls_client, tls_client},
        {tls_server, tls_server},
        {tls_client, dtls_server},
        {dtls_client, tls_server},
    };
    for (const auto& [first, second] : kinds) {
      Pair pair(first, second);
      CHECK(!pair.Connect());
      libssl.ERR_clear_error();
    }
  });
}

void TestSteps(const Libssl& libssl) {
  Test("a handshake goes on byte by byte", [&] {
    for (const int version : {kTls12, kTls13}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      const Pair pair(client, server);
      CHECK(pair.client.Proceed().error == kErrorWantRead);
      for (bool moved = true; moved;) {
        moved = false;
        for (const auto& [from, to] :
             {std::pair(&pair.client, &pair.server), std::pair(&pair.server, &pair.client)}) {
          for (const char byte : from->Take()) {
            to->Feed(std::string(1, byte));
            const auto step = to->Proceed();
            CHECK(step.error == kErrorNone || step.error == kErrorWantRead);
            CHECK((step.error == kErrorNone) == to->Ready());
            moved = true;
          }
        }
      }
      CHECK(pair.Ready());
      Exchange(pair, "some text");
    }
  });

  Test("no bytes, and more than a BIO can take, are no bytes from the peer", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Connection connection(client);
    CHECK(Feed(libssl, connection.get(), nullptr, 0));
    CHECK(!Feed(libssl, connection.get(), Bytes("x"), size_t{1} << 31));
    CHECK(!Feed(libssl, connection.get(), Bytes("x"), SIZE_MAX));
    CHECK(Pending(libssl, connection.get()) == 0);
    CHECK(connection.Proceed().error == kErrorWantRead);
    CHECK(Pending(libssl, connection.get()) > 0);
  });

  Test("all data is read at once, however many records it came in, and read ahead or not", [&] {
    for (const int version : {kTls10, kTls12, kTls13}) {
      for (const bool ahead : {false, true}) {
        Trying(std::to_string(version) + (ahead ? ", read ahead" : ""));
        World world(libssl);
        const Context client(world, Side::kClient, version);
        const Context server(world, Side::kServer, version);
        Pair pair(client, server);
        if (ahead) libssl.SSL_ctrl(pair.client.get(), kCtrlSetReadAhead, 1, nullptr);
        CHECK(pair.Connect());
        const std::string large(16384, 'l');
        for (int i = 0; i < 3; ++i) {
          pair.server.Write("a");
          pair.server.Write(large);
          pair.server.Write("b");
        }
        std::string bytes = pair.server.Take();
        // The last record in two pieces.
        pair.client.Feed(bytes.substr(0, bytes.size() - 3));
        CHECK(pair.client.Proceed().result == 1);  // leaves data where it is
        Step step;
        const std::string once = "a" + large + "b";
        CHECK(pair.client.Read(&step) == once + once + "a" + large);
        CHECK(step.error == kErrorWantRead);
        CHECK(pair.client.Read(&step).empty());
        CHECK(step.error == kErrorWantRead);
        pair.client.Feed(bytes.substr(bytes.size() - 3));
        CHECK(pair.client.Read(&step) == "b");
        CHECK(step.result == 1 && step.error == kErrorNone);
        Exchange(pair, "afterwards");
        Trying("and the end behind it");
        pair.server.Write("last");
        libssl.SSL_shutdown(pair.server.get());
        pair.client.Feed(pair.server.Take());
        CHECK(pair.client.Read(&step) == "last");
        CHECK(step.error == kErrorZeroReturn);
        CHECK(pair.client.Proceed().error == kErrorZeroReturn || !ErrorsPending(libssl));
        CHECK(!ErrorsPending(libssl));
      }
    }
  });

  Test("some data is read as the room for it allows, at most a record", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    Pair pair(client, server);
    CHECK(pair.Connect());
    pair.server.Write("first");
    pair.server.Write("second");
    pair.client.Feed(pair.server.Take());
    char data[100];
    const auto read = [&](size_t room) {
      const auto step = ReadSome(pair.client.state(), data, room);
      CHECK(step.result > 0);
      return std::string(data, static_cast<size_t>(step.result));
    };
    CHECK(read(2) == "fi");
    CHECK(read(1) == "r");
    CHECK(read(100) == "st");
    CHECK(read(100) == "second");
    CHECK(ReadSome(pair.client.state(), data, 100).error == kErrorWantRead);
    for (const bool ended : {false, true}) {
      Trying(ended ? "no room, after the own end" : "no room");
      if (ended) libssl.SSL_shutdown(pair.client.get());
      pair.server.Write("third");
      pair.client.Feed(pair.server.Take());
      CHECK(ReadSome(pair.client.state(), data, 0).result <= 0);
      CHECK(read(100) == "third");
    }
  });

  Test("after its own end a side still reads, past the handshake messages that libssl drops", [&] {
    for (const int version : {kTls12, kTls13, kDtls12}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      libssl.SSL_CTX_set_post_handshake_auth(client.get(), 1);
      for (const bool at_once : {false, true}) {
        Trying(std::to_string(version) + (at_once ? ", ReadAll" : ", ReadSome and Proceed"));
        Pair pair(client, server);
        if (version == kTls13) {
          // The client ends before the server's tickets come.
          CHECK(pair.client.Proceed().error == kErrorWantRead);
          pair.server.Feed(pair.client.Take());
          CHECK(pair.server.Proceed().error == kErrorWantRead);
          pair.client.Feed(pair.server.Take());
          CHECK(pair.client.Proceed().result == 1);
        } else {
          CHECK(pair.Connect());
        }
        CHECK(libssl.SSL_shutdown(pair.client.get()) == 0);
        pair.server.Feed(pair.client.Take());
        pair.server.Proceed();
        CHECK(pair.server.Ready());
        const auto ask = [&] {
          libssl.SSL_set_verify(pair.server.get(), kVerifyPeer, nullptr);
          CHECK((version == kTls13 ? libssl.SSL_verify_client_post_handshake
                                   : libssl.SSL_renegotiate)(pair.server.get()) == 1);
          CHECK(libssl.SSL_do_handshake(pair.server.get()) == 1);
        };
        pair.server.Write("this");
        ask();
        pair.server.Write(", then that");
        pair.server.Send(pair.client);
        if (at_once) {
          Step step;
          CHECK(pair.client.Read(&step) == "this, then that");
          CHECK(step.result > 0 && step.error == kErrorNone);
        } else {
          char data[100];
          CHECK(pair.client.Proceed().result == 1);
          CHECK(ReadSome(pair.client.state(), data, sizeof data).result == 4);
          CHECK(pair.client.Proceed().result == 1);
          CHECK(ReadSome(pair.client.state(), data, sizeof data).result == 11);
          CHECK(pair.client.Proceed().result == 1);
        }
        CHECK(!ErrorsPending(libssl));
        libssl.SSL_shutdown(pair.server.get());
      }
    }
  });

  Test("where both sides have ended, steps come to an end, whatever alert was the last", [&] {
    for (const int version : {kTls12, kDtls12}) {
      for (const bool warned : {false, true}) {
        if (warned && version == kDtls12) continue;  // takes no alert there
        Trying(std::to_string(version) + (warned ? ", after a warning" : ""));
        World world(libssl);
        const Context client(world, Side::kClient, version);
        const Context server(world, Side::kServer, version);
        Pair pair(client, server);
        pair.client.Proceed();
        if (warned) {
          // user_canceled, in clear: SSL_get_error then does not take the peer's end for one.
          pair.client.Feed(std::string("\x15\x03\x03\x00\x02\x01\x5a", 7));
        }
        CHECK(pair.Connect());
        CHECK(libssl.SSL_shutdown(pair.client.get()) == 0);
        pair.client.Take();
        // An alert that is fatal: as the peer's end, but no close_notify.
        libssl.SSL_set_shutdown(pair.client.get(), kSentShutdown | kReceivedShutdown);
        char data[100];
        for (int i = 0; i < 3; ++i) {
          CHECK(ReadSome(pair.client.state(), data, sizeof data).result == 0);
          Step step;
          CHECK(pair.client.Read(&step).empty());
          CHECK(step.result == 0);
          pair.client.Proceed();
          pair.client.Feed("more");
        }
        libssl.ERR_clear_error();
        pair.Shutdown();
      }
    }
  });

  Test("garbage ends a connection, before the handshake and after it, with an alert for the peer",
       [&] {
         for (const int version : {kTls12, kTls13}) {
           for (const bool ready : {false, true}) {
             for (const Side side : {Side::kClient, Side::kServer}) {
               Trying(std::to_string(version) + (ready ? ", ready" : ", begun"));
               World world(libssl);
               const Context client(world, Side::kClient, version);
               const Context server(world, Side::kServer, version);
               Pair pair(client, server);
               if (ready) CHECK(pair.Connect());
               const Connection& victim = side == Side::kClient ? pair.client : pair.server;
               if (!ready) victim.Proceed();
               victim.Take();
               victim.Feed(ready ? std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'g')
                                 : std::string(64, 'g'));
               Step step;
               CHECK(victim.Read(&step).empty());
               CHECK(step.error == kErrorSsl);
               CHECK(!ErrorReason(libssl).empty());
               CHECK(ready == !victim.Take().empty() || !ready);
               victim.Feed("more");
               CHECK(victim.Proceed().error != kErrorNone);
               libssl.ERR_clear_error();
             }
           }
         }
       });

  Test("key updates and tickets are taken in by Proceed, between data that stays", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    Pair pair(client, server);
    CHECK(pair.Connect());
    for (int i = 0; i < 5; ++i) {
      CHECK(libssl.SSL_key_update(pair.server.get(), 1) == 1);  // and asks for the client's
      CHECK(libssl.SSL_do_handshake(pair.server.get()) == 1);
      pair.client.Feed(pair.server.Take());
      CHECK(pair.client.Proceed().result == 1);
      Exchange(pair, "some text");
    }
    pair.Shutdown();
  });
}

// Contexts whose server looks sessions up elsewhere: nothing is in its own cache.
struct LookingUp {
  LookingUp(World& world, int version, bool tickets = false)
      : client(world, Side::kClient, version), server(world, Side::kServer, version) {
    if (!tickets) world.libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
    server->Observe(Bit(EventKind::kLookup) | Bit(EventKind::kNewSession));
  }

  // The client's session; the server's, as a store has it, is in `stored`.
  SSL_SESSION* Make() {
    const Libssl& libssl = client.world.libssl;
    client.world.ForgetEvents();
    SSL_SESSION* session = MakeSession(client, server);
    const auto made = client.world.Events(EventKind::kNewSession);
    stored.reset();
    // A copy: the flush marks what it takes out as not resumable.
    if (!made.empty()) {
      stored = std::make_unique<Owned>(libssl, libssl.SSL_SESSION_dup(made.back()->session));
    }
    libssl.SSL_CTX_flush_sessions(server.get(), 0);
    return session;
  }

  const Context client;
  const Context server;
  std::unique_ptr<Owned> stored;
};

void Answer(const Connection& server, SSL_SESSION* found) {
  if (found != nullptr) server->found.emplace_back(server.world.libssl, found);
  server->lookup = ConnectionState::Question::kAnswered;
}

std::vector<std::string> LookedUp(const World& world) {
  std::vector<std::string> ids;
  for (const Event* event : world.Events(EventKind::kLookup)) ids.push_back(Text(*event));
  return ids;
}

void TestHello(const Libssl& libssl) {
  using Question = ConnectionState::Question;

  Test("a server that decides at the ClientHello pauses there, once, until it has", [&] {
    for (const int version : kVersions) {
      Trying(std::to_string(version));
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      const unsigned char protocols[] = {2, 'h', '2', 1, 'x'};
      CHECK(libssl.SSL_set_alpn_protos(pair.client.get(), protocols, sizeof protocols) == 0);
      pair.server->asks_at_hello = true;
      for (int i = 0; i < 3; ++i) {
        CHECK(pair.Join().server.error == kErrorWantClientHello);
        CHECK(pair.server->hello == Question::kAsked);
        CHECK(pair.server->paused);
      }
      const auto events = world.Events(EventKind::kClientHello);
      CHECK(events.size() == 1);
      CHECK(Text(*events[0]) == std::string(protocols, protocols + sizeof protocols));
      pair.server->hello = Question::kAnswered;
      CHECK(pair.Connect());
      CHECK(pair.server->hello == Question::kNone);  // another handshake asks anew
      pair.Shutdown();
    }
  });

  Test("a server switches to the context that was chosen, which it keeps alive", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    Pair pair(client, server);
    pair.server->asks_at_hello = true;
    pair.Join();
    SSL_CTX* chosen = nullptr;
    {
      const Context other(world, Side::kServer, kTls13);
      chosen = other.get();
      pair.server->chosen.emplace(libssl, chosen);
    }
    pair.server->hello = Question::kAnswered;
    CHECK(pair.Connect());
    CHECK(libssl.SSL_get_SSL_CTX(pair.server.get()) == chosen);
    pair.Shutdown();
  });

  Test("a handshake can end while it waits for the decision", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    Pair pair(client, server);
    pair.server->asks_at_hello = true;
    CHECK(pair.Join().server.error == kErrorWantClientHello);
  });
}

void TestLookups(const Libssl& libssl) {
  Test("a handshake pauses at the ClientHello, and goes on with what was found", [&] {
    for (const int version : kVersions) {
      Trying(std::to_string(version));
      World world(libssl);
      LookingUp contexts(world, version);
      const Owned session(libssl, contexts.Make());
      const std::string id = Id(libssl, contexts.stored->get());
      world.ForgetEvents();
      Pair pair(contexts.client, contexts.server, session.get());
      for (int i = 0; i < 3; ++i) {  // it asks once
        const Joined joined = pair.Join();
        CHECK(joined.server.error == kErrorWantClientHello);
        CHECK(pair.server->last_error == kErrorWantClientHello);
        CHECK(LookedUp(world) == std::vector<std::string>{id});
        CHECK(pair.server->lookup == ConnectionState::Question::kAsked);
      }
      CHECK(world.Events(EventKind::kLookup)[0]->connection == pair.server->id);
      CHECK(world.Events(EventKind::kLookup)[0]->number == version);
      Answer(pair.server, contexts.stored->get());
      CHECK(pair.Connect());
      CHECK(pair.server.Reused());
      CHECK(pair.server->lookup == ConnectionState::Question::kNone);
      CHECK(pair.server->found.empty());
      CHECK(LookedUp(world).size() == 1);
      Exchange(pair, "some text");
      pair.Shutdown();
    }
  });

  Test("what was found goes to libssl only if it is the session that was asked for, and usable",
       [&] {
         for (const int version : {kTls12, kTls13}) {
           World world(libssl);
           LookingUp contexts(world, version);
           const auto connect = [&](const char* what, bool reused, auto change) {
             Trying(std::to_string(version) + ", " + what);
             const Owned session(libssl, contexts.Make());
             Pair pair(contexts.client, contexts.server, session.get());
             CHECK(pair.Join().server.error == kErrorWantClientHello);
             Answer(pair.server, change(contexts.stored->get()));
             CHECK(pair.Connect());
             CHECK(pair.server.Reused() == reused);
             pair.Shutdown();
           };
           connect("as it is", true, [](SSL_SESSION* session) { return session; });
           connect("nothing", false, [](SSL_SESSION*) -> SSL_SESSION* { return nullptr; });
           connect("another id", false, [&](SSL_SESSION* session) {
             CHECK(libssl.SSL_SESSION_set1_id(session, Bytes(std::string(32, 'x')), 32) == 1);
             return session;
           });
           connect("no cipher", false, [&](SSL_SESSION* session) {
             CHECK(libssl.SSL_SESSION_set_cipher(session, nullptr) == 1);
             return session;
           });
           connect("no key", false, [&](SSL_SESSION* session) {
             CHECK(libssl.SSL_SESSION_set1_master_key(session, Bytes("x"), 0) == 1);
             return session;
           });
           connect("not resumable", false, [&](SSL_SESSION* session) {
             libssl.SSL_CTX_remove_session(contexts.server.get(), session);
             CHECK(libssl.SSL_SESSION_is_resumable(session) == 0);
             return session;
           });
           connect("timed out", false, [&](SSL_SESSION* session) {
             libssl.SSL_SESSION_set_time(session, 1);
             return session;
           });
         }
       });

  Test("a session that another cache or handshake has is copied before libssl gets it", [&] {
    World world(libssl);
    LookingUp contexts(world, kTls12);
    const Context other(world, Side::kServer, kTls12);
    enum class In { kNothing, kCache, kHandshake };
    for (const In in : {In::kNothing, In::kCache, In::kHandshake}) {
      Trying(std::to_string(static_cast<int>(in)));
      const Owned session(libssl, contexts.Make());
      Pair under_way(contexts.client, contexts.server, contexts.stored->get());
      if (in == In::kCache)
        CHECK(libssl.SSL_CTX_add_session(other.get(), contexts.stored->get()) == 1);
      if (in == In::kHandshake) under_way.client.Proceed();
      CHECK(world.registry.InHandshake(contexts.stored->get()) == (in == In::kHandshake));
      Pair pair(contexts.client, contexts.server, session.get());
      pair.Join();
      Answer(pair.server, contexts.stored->get());
      CHECK(pair.Connect());
      CHECK(pair.server.Reused());
      CHECK((pair.server.Session() == contexts.stored->get()) == (in == In::kNothing));
      CHECK(contexts.server->Has(contexts.stored->get()) == (in == In::kNothing));
      pair.Shutdown();
      libssl.SSL_CTX_flush_sessions(contexts.server.get(), 0);
      libssl.SSL_CTX_flush_sessions(other.get(), 0);
    }
  });

  Test("it asks for what libssl would look up elsewhere, and for nothing else", [&] {
    const auto asked = [&](int version, bool tickets, auto prepare, bool from_the_start = false) {
      World world(libssl);
      LookingUp contexts(world, version, tickets);
      if (from_the_start) prepare(contexts);
      const Owned session(libssl, contexts.Make());
      prepare(contexts);
      world.ForgetEvents();
      Pair pair(contexts.client, contexts.server, session.get());
      pair.Join();
      const size_t count = LookedUp(world).size();
      CHECK((pair.server->last_error == kErrorWantClientHello) == (count > 0));
      Answer(pair.server, nullptr);
      CHECK(pair.Connect());
      CHECK(LookedUp(world).size() == count);
      pair.Shutdown();
      return count;
    };
    const auto as_it_is = [](const LookingUp&) {};
    Trying("a TLS 1.2 id");
    CHECK(asked(kTls12, false, as_it_is) == 1);
    Trying("a TLS 1.2 ticket");
    CHECK(asked(kTls12, true, as_it_is) == 0);
    Trying("a stateful ticket of TLS 1.3");
    CHECK(asked(kTls13, false, as_it_is) == 1);
    Trying("a stateless ticket of TLS 1.3");
    CHECK(asked(kTls13, true, as_it_is) == 0);
    Trying("a stateless ticket for a server that has become stateful");
    CHECK(asked(kTls13, true, [&](const LookingUp& contexts) {
            libssl.SSL_CTX_set_options(contexts.server.get(), kOpNoTicket);
          }) == 0);
    Trying("tickets against replay");
    const auto early_data = [&](const LookingUp& contexts) {
      libssl.SSL_CTX_set_max_early_data(contexts.server.get(), 100);
    };
    CHECK(asked(kTls13, true, early_data, true) == 1);
    Trying("tickets not against replay");
    CHECK(asked(
              kTls13, true,
              [&](const LookingUp& contexts) {
                early_data(contexts);
                libssl.SSL_CTX_set_options(contexts.server.get(), kOpNoAntiReplay);
              },
              true) == 0);
    Trying("a client of TLS 1.3 with a TLS 1.2 session");
    CHECK(asked(kTls12, false, [&](const LookingUp& contexts) {
            libssl.SSL_CTX_ctrl(contexts.client.get(), kCtrlSetMaxProtoVersion, kTls13, nullptr);
          }) == 1);
    Trying("a server that forbids TLS 1.3 by option");
    CHECK(asked(kTls12, false, [&](const LookingUp& contexts) {
            libssl.SSL_CTX_ctrl(contexts.client.get(), kCtrlSetMaxProtoVersion, kTls13, nullptr);
            libssl.SSL_CTX_ctrl(contexts.server.get(), kCtrlSetMaxProtoVersion, 0, nullptr);
            libssl.SSL_CTX_set_options(contexts.server.get(), kOpNoTls13);
          }) == 1);
    Trying("not recorded any more");
    CHECK(asked(kTls12, false, [&](const LookingUp& contexts) {
            contexts.server->Observe(Bit(EventKind::kNewSession));
          }) == 0);
  });

  Test("a session of the internal cache is not asked for, unless nobody looks there", [&] {
    for (const int version : {kTls12, kTls13}) {
      for (const bool internal : {true, false}) {
        Trying(std::to_string(version) + (internal ? ", internal" : ", external"));
        World world(libssl);
        LookingUp contexts(world, version);
        const Owned session(libssl, MakeSession(contexts.client, contexts.server));
        const SessionReference stored(libssl, world.Events(EventKind::kNewSession).back()->session);
        if (!internal) {
          libssl.SSL_CTX_ctrl(contexts.server.get(), kCtrlSetSessCacheMode,
                              kCacheServer | kCacheNoInternalLookup, nullptr);
        }
        Pair pair(contexts.client, contexts.server, session.get());
        pair.Join();
        CHECK(LookedUp(world).size() == (internal ? 0 : 1));
        if (!internal) Answer(pair.server, stored.get());
        CHECK(pair.Connect());
        CHECK(pair.server.Reused());
        pair.Shutdown();
      }
    }
  });

  Test("after a HelloRetryRequest it does not ask again, and has the answer still", [&] {
    for (const bool found : {false, true}) {
      World world(libssl);
      LookingUp contexts(world, kTls13);
      const Owned session(libssl, contexts.Make());
      Pair pair(contexts.client, contexts.server, session.get());
      CHECK(libssl.SSL_ctrl(pair.client.get(), kCtrlSetGroupsList, 0,
                            const_cast<char*>("X25519:P-256")) == 1);
      CHECK(libssl.SSL_ctrl(pair.server.get(), kCtrlSetGroupsList, 0, const_cast<char*>("P-256")) ==
            1);
      CHECK(pair.Join().server.error == kErrorWantClientHello);
      Answer(pair.server, found ? contexts.stored->get() : nullptr);
      CHECK(pair.Connect());
      CHECK(pair.server.Reused() == found);
      CHECK(LookedUp(world).size() == 1);
      pair.Shutdown();
    }
  });

  Test("a renegotiation asks anew", [&] {
    World world(libssl);
    LookingUp contexts(world, kTls12);
    const Owned session(libssl, contexts.Make());
    world.ForgetEvents();
    Pair pair(contexts.client, contexts.server, session.get());
    pair.Join();
    Answer(pair.server, nullptr);
    CHECK(pair.Connect());
    CHECK(LookedUp(world).size() == 1);
    libssl.SSL_CTX_flush_sessions(contexts.server.get(), 0);
    CHECK(libssl.SSL_renegotiate(pair.server.get()) == 1);
    libssl.SSL_do_handshake(pair.server.get());
    pair.Join();
    pair.Join();
    Trying(std::to_string(LookedUp(world).size()) + " asked");
    CHECK(pair.server->last_error == kErrorWantClientHello);
    CHECK(LookedUp(world).size() == 2);
    Answer(pair.server, nullptr);
    CHECK(pair.Connect());
    pair.Shutdown();
  });
}

size_t At(const std::string& bytes, const std::string& part) {
  const size_t at = bytes.find(part);
  CHECK(at != bytes.npos);
  return at;
}

// A record with a ClientHello, changed in a few places.
std::string MutatedHello(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  constexpr size_t kHeaders = 9;  // of the record and of the message
  const int changes = 1 + static_cast<int>(below(3));
  for (int i = 0; i < changes; ++i) {
    // Most of them where the extensions are.
    const size_t begin = below(4) == 0 ? kHeaders : std::max(kHeaders, bytes.size() / 2);
    if (begin + 2 >= bytes.size()) break;
    const size_t at = begin + below(bytes.size() - begin - 2);
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] + static_cast<char>(below(5)) - 2);
        break;
      case 2:
        bytes[at] = 0;
        bytes[at + 1] = static_cast<char>(below(64));
        break;
      case 3:
        bytes[at] = bytes[at + 1] = '\xff';
        break;
      case 4:
        bytes.erase(at, 1 + below(8));
        break;
      default:
        bytes.insert(at, 1 + below(8), static_cast<char>(random()));
    }
  }
  // So that what is changed is reached, the lengths around it are right most of the time.
  if (below(8) != 0) {
    const size_t record = bytes.size() - 5, message = bytes.size() - 9;
    bytes[3] = static_cast<char>(record >> 8);
    bytes[4] = static_cast<char>(record & 0xff);
    bytes[6] = static_cast<char>(message >> 16);
    bytes[7] = static_cast<char>(message >> 8 & 0xff);
    bytes[8] = static_cast<char>(message & 0xff);
  }
  return bytes;
}

// The length of one extension's contents, or a length within them, becomes another one.
std::string LyingExtension(std::string bytes, const std::string& type, std::mt19937& random) {
  const size_t at = At(bytes, type) + 2;
  const size_t within = at + 2 * (random() % 4);
  if (within + 1 >= bytes.size()) return bytes;
  bytes[within] = static_cast<char>(random() % 4 == 0 ? random() : 0);
  bytes[within + 1] = static_cast<char>(random());
  return bytes;
}

void TestClientHellos(const Libssl& libssl, int count) {
  Test("no ClientHello that lies about its lengths crashes a server that looks sessions up", [&] {
    World world(libssl);
    std::mt19937 random(20260101);  // the same each time
    int asked = 0, refused = 0;
    for (const int version : {kTls12, kTls13}) {
      LookingUp contexts(world, version);
      const Owned session(libssl, contexts.Make());
      std::string hello;
      {
        const Pair pair(contexts.client, contexts.server, session.get());
        pair.client.Proceed();
        hello = pair.client.Take();
      }
      // Of extensions: psk, supported_versions, or session_ticket.
      const std::vector<std::string> types =
          version == kTls13
              ? std::vector<std::string>{std::string("\0\x29", 2), std::string("\0\x2b", 2)}
              : std::vector<std::string>{std::string("\0\x23", 2)};
      for (int i = 0; i < count / 2; ++i) {
        Trying(std::to_string(version) + ", number " + std::to_string(i));
        const std::string bytes =
            i % 3 == 0 ? LyingExtension(hello, types[random() % types.size()], random)
                       : MutatedHello(hello, random);
        const Connection server(contexts.server);
        server.Feed(bytes);
        auto step = server.Proceed();
        if (step.error == kErrorWantClientHello) {
          ++asked;
          Answer(server, contexts.stored->get());
          step = server.Proceed();
        }
        refused += step.error == kErrorSsl ? 1 : 0;
        CHECK(step.error == kErrorSsl || step.error == kErrorWantRead);
        CHECK(!server.Ready());
        libssl.ERR_clear_error();
        world.ForgetEvents();
        libssl.SSL_CTX_flush_sessions(contexts.server.get(), 0);
      }
    }
    Trying(std::to_string(asked) + " asked, " + std::to_string(refused) + " refused");
    CHECK(asked > count / 20 && refused > count / 20);
  });
}

void TestLifetimes(const Libssl& libssl) {
  Test("a connection is freed in any state, before and after its context, and of any place", [&] {
    for (const int version : {kTls12, kTls13, kDtls12}) {
      for (int steps = 0; steps < 8; ++steps) {
        for (const bool contexts_first : {false, true}) {
          for (const bool server_first : {false, true}) {
            Trying(std::to_string(version) + ", step " + std::to_string(steps));
            World world(libssl);
            Context client(world, Side::kClient, version);
            Context server(world, Side::kServer, version);
            client->Observe(Bit(EventKind::kNewSession) | Bit(EventKind::kRemoveSession));
            server->Observe(Bit(EventKind::kNewSession) | Bit(EventKind::kRemoveSession));
            Pair pair(client, server);
            for (int i = 0; i < steps; ++i) {
              const auto& [from, to] = i % 2 == 0 ? std::tie(pair.client, pair.server)
                                                  : std::tie(pair.server, pair.client);
              from.Proceed();
              to.Feed(from.Take());
            }
            if (contexts_first) client.Free();
            if (contexts_first) server.Free();
            if (server_first) pair.server.Free();
            pair.client.Free();
            if (!contexts_first) client.Free();
            CHECK(world.registry.contexts.size() ==
                  (server_first ? 0u : 1u) + (contexts_first || !server_first ? 0u : 1u));
          }
        }
      }
    }
  });

  Test("a paused handshake is freed, before and after its answer", [&] {
    for (const bool answered : {false, true}) {
      World world(libssl);
      LookingUp contexts(world, kTls12);
      const Owned session(libssl, contexts.Make());
      Pair pair(contexts.client, contexts.server, session.get());
      CHECK(pair.Join().server.error == kErrorWantClientHello);
      if (answered) Answer(pair.server, contexts.stored->get());
      pair.server.Free();
      CHECK(world.registry.connections == pair.client.state());
    }
  });

  Test("the connections of a registry are those that live", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const auto count = [&] {
      int found = 0;
      const ConnectionState* previous = nullptr;
      for (const ConnectionState* at = world.registry.connections; at != nullptr; at = at->next) {
        CHECK(at->previous == previous);
        previous = at;
        ++found;
      }
      return found;
    };
    Connection first(client), second(client), third(client), fourth(client);
    CHECK(count() == 4);
    second.Free();
    CHECK(count() == 3);
    fourth.Free();
    CHECK(count() == 2);
    first.Free();
    CHECK(count() == 1 && world.registry.connections == third.state());
    third.Free();
    CHECK(count() == 0);
  });

  Test("a session is in a handshake from its first step until that is over", [&] {
    for (const int version : {kTls12, kTls13}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      const Owned session(libssl, MakeSession(client, server));
      Pair pair(client, server, session.get());
      CHECK(!world.registry.InHandshake(session.get()));
      pair.client.Proceed();
      CHECK(world.registry.InHandshake(session.get()));
      CHECK(pair.Connect());
      CHECK(!world.registry.InHandshake(session.get()));
      CHECK(!world.registry.InHandshake(pair.client.Session()));
      pair.Shutdown();
    }
  });

  Test("several environments work side by side, each in its thread", [&] {
    InThreads(4, [&](int) {
      for (const int version : {kTls12, kTls13, kDtls12}) {
        World world(libssl, false);
        LookingUp contexts(world, version);
        for (int i = 0; i < 3; ++i) {
          const Owned session(libssl, contexts.Make());
          Pair pair(contexts.client, contexts.server, session.get());
          pair.Join();
          Answer(pair.server, contexts.stored->get());
          CHECK(pair.Connect());
          CHECK(pair.server.Reused());
          Exchange(pair, "some text");
          pair.Shutdown();
        }
      }
    });
  });
}

}  // namespace
}  // namespace libssl_session

// connection_test [how many ClientHellos]
int main(int argc, char** argv) {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  CHECK(StartCountingSessions(libssl));
  TestJoin(libssl);
  TestSteps(libssl);
  TestHello(libssl);
  TestLookups(libssl);
  TestClientHellos(libssl, argc > 1 ? std::atoi(argv[1]) : 10000);
  const SessionCounts before = CountedSessions();
  TestLifetimes(libssl);
  const SessionCounts after = CountedSessions();
  CHECK(after.created - before.created == after.destroyed - before.destroyed);
}
