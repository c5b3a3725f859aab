// What belongs to a context: its cache, what its callbacks record, and what they answer.

#include <algorithm>

#include "core/rules.h"
#include "core/server_name.h"
#include "tls.h"

namespace libssl_session {
namespace {

using Kinds = std::vector<EventKind>;

Kinds KindsOf(const World& world) {
  Kinds kinds;
  for (const Event& event : world.registry.events) kinds.push_back(event.kind);
  return kinds;
}

SSL_SESSION* FindId(const Context& context, const std::string& id, bool harmful = false) {
  return context->FindId(Bytes(id), id.size(), harmful);
}

// A session with an id and a version, and nothing else: libssl would dereference its cipher.
SSL_SESSION* WithoutCipher(const Libssl& libssl, const std::string& id, int version) {
  SSL_SESSION* session = libssl.SSL_SESSION_new();
  CHECK(session != nullptr);
  CHECK(libssl.SSL_SESSION_set1_id(session, Bytes(id), static_cast<unsigned>(id.size())) == 1);
  CHECK(libssl.SSL_SESSION_set_protocol_version(session, version) == 1);
  return session;
}

void TestCaches(const Libssl& libssl) {
  Test("a cache has the object that was added and no copy of it, and finds it by its id", [&] {
    World world(libssl);
    const Context server(world, Side::kServer);
    const Context other(world, Side::kServer);
    for (const std::string name : {"tls10", "tls11", "tls12", "tls13", "dtls10", "dtls12"}) {
      Trying(name);
      const Owned session(libssl, Decoded(libssl, Fixture("openssl-1.1.1-" + name + ".der")));
      const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
      const std::string id = Id(libssl, session.get());
      CHECK(!id.empty());
      CHECK(!server->Has(session.get()));
      CHECK(FindId(server, id) == nullptr);
      CHECK(libssl.SSL_CTX_add_session(server.get(), session.get()) == 1);
      CHECK(server->Has(session.get()));
      CHECK(!server->Has(copy.get()));
      CHECK(!other->Has(session.get()));
      CHECK(world.registry.Cached(session.get()));
      CHECK(!world.registry.Cached(copy.get()));
      CHECK(world.registry.CachedElsewhere(session.get(), other.state()));
      CHECK(!world.registry.CachedElsewhere(session.get(), server.state()));
      CHECK(!world.registry.InHandshake(session.get()));
      CHECK(FindId(server, id) == session.get());
      CHECK(FindId(server, id, true) == nullptr);
      CHECK(FindId(server, id.substr(1)) == nullptr);
      CHECK(FindId(server, "") == nullptr);
      CHECK(FindId(other, id) == nullptr);
      CHECK(server->Cached() == std::vector<SSL_SESSION*>{session.get()});
      CHECK(libssl.SSL_CTX_remove_session(server.get(), session.get()) == 1);
      CHECK(!world.registry.Cached(session.get()));
      CHECK(FindId(server, id) == nullptr);
      CHECK(server->Cached().empty());
    }
  });

  Test("a cache finds an id that sessions of several versions have, and those without a cipher",
       [&] {
         World world(libssl);
         const Context server(world, Side::kServer);
         const std::string id(32, 'i');
         const Owned full(libssl, Decoded(libssl, Fixture("openssl-1.1.1-tls12.der")));
         CHECK(libssl.SSL_SESSION_set1_id(full.get(), Bytes(id), 32) == 1);
         const Owned bare(libssl, WithoutCipher(libssl, id, kTls13));
         CHECK(libssl.SSL_CTX_add_session(server.get(), full.get()) == 1);
         CHECK(FindId(server, id, true) == nullptr);
         CHECK(libssl.SSL_CTX_add_session(server.get(), bare.get()) == 1);
         CHECK(FindId(server, id) != nullptr);
         CHECK(FindId(server, id, true) == bare.get());
         const std::vector<SSL_SESSION*> cached = server->Cached();
         CHECK(cached.size() == 2 && cached[0] != cached[1]);
       });

  Test("a session without a cipher is dropped from the cache when a client asks for it", [&] {
    for (const int version : {kTls12, kTls13, kDtls12}) {
      Trying(std::to_string(version));
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
      server->Observe(Bit(EventKind::kNewSession));
      const Owned offered(libssl, MakeSession(client, server));
      // What the client will send: the id, which in TLS 1.3 is the stateful ticket.
      const std::string id =
          version == kTls13 ? Ticket(libssl, offered.get()) : Id(libssl, offered.get());
      CHECK(FindId(server, id) != nullptr);
      libssl.SSL_CTX_flush_sessions(server.get(), 0);
      const Owned bare(libssl, WithoutCipher(libssl, id, version));
      CHECK(libssl.SSL_CTX_add_session(server.get(), bare.get()) == 1);
      Pair pair(client, server, offered.get());
      CHECK(pair.Connect());
      CHECK(!pair.server.Reused());
      CHECK(!server->Has(bare.get()));
      pair.Shutdown();
    }
  });
}

void TestEvents(const Libssl& libssl) {
  Test("events come in libssl's order, each with its context, connection and reference", [&] {
    World world(libssl);
    Context client(world, Side::kClient, kTls12);
    Context server(world, Side::kServer, kTls12);
    const uint32_t kinds = Bit(EventKind::kNewSession) | Bit(EventKind::kRemoveSession) |
                           Bit(EventKind::kKeylog) | Bit(EventKind::kTicketIssued) |
                           Bit(EventKind::kTicketReceived);
    client->Observe(kinds);
    server->Observe(kinds);
    libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
    Handle connections[2];
    {
      Pair pair(client, server);
      connections[0] = pair.client->id;
      connections[1] = pair.server->id;
      CHECK(pair.Connect());
      pair.Shutdown();
      CHECK(KindsOf(world) == Kinds({EventKind::kKeylog, EventKind::kKeylog, EventKind::kNewSession,
                                     EventKind::kNewSession}));
      const auto keylog = world.Events(EventKind::kKeylog);
      CHECK(keylog[0]->context == client->id && keylog[0]->connection == connections[0]);
      CHECK(keylog[1]->context == server->id && keylog[1]->connection == connections[1]);
      CHECK(Text(*keylog[0]) == Text(*keylog[1]));
      CHECK(Contains(Text(*keylog[0]), "CLIENT_RANDOM "));
      CHECK(keylog[0]->session == nullptr);
      const auto made = world.Events(EventKind::kNewSession);
      CHECK(made[0]->connection == connections[1] && made[0]->session == pair.server.Session());
      CHECK(made[1]->connection == connections[0] && made[1]->session == pair.client.Session());
    }
    CHECK(libssl.SSL_CTX_remove_session(client.get(),
                                        world.Events(EventKind::kNewSession)[1]->session) == 1);
    CHECK(world.registry.events.back().kind == EventKind::kRemoveSession);
    CHECK(world.registry.events.back().session == world.Events(EventKind::kNewSession)[1]->session);
    CHECK(world.registry.events.back().connection == kNullHandle);
    const Handle ids[] = {client->id, server->id};
    client.Free();
    server.Free();
    const auto gone = world.Events(EventKind::kContextGone);
    CHECK(gone.size() == 2 && gone[0]->context == ids[0] && gone[1]->context == ids[1]);
    CHECK(world.registry.events.back().kind == EventKind::kContextGone);
    CHECK(world.Events(EventKind::kRemoveSession).size() == 2);  // the server's cache
    // The references outlive all that they came from.
    for (const Event* event : world.Events(EventKind::kNewSession)) {
      CHECK(Encoding(libssl, libssl.i2d_SSL_SESSION, event->session).size() > 0);
    }
  });

  Test("TLS 1.2 with a ticket: its events come between the others, and the server has no session",
       [&] {
         World world(libssl);
         const Context client(world, Side::kClient, kTls12);
         const Context server(world, Side::kServer, kTls12);
         for (const Context* context : {&client, &server}) {
           (*context)->Observe(Bit(EventKind::kNewSession) | Bit(EventKind::kKeylog) |
                               Bit(EventKind::kTicketIssued) | Bit(EventKind::kTicketReceived));
         }
         libssl.SSL_SESSION_free(MakeSession(client, server));
         CHECK(KindsOf(world) ==
               Kinds({EventKind::kTicketReceived, EventKind::kKeylog, EventKind::kTicketIssued,
                      EventKind::kKeylog, EventKind::kNewSession}));
         CHECK(world.registry.events.back().context == client->id);
       });

  Test("TLS 1.3: an event for each ticket, on both sides", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    client->Observe(Bit(EventKind::kNewSession));
    server->Observe(Bit(EventKind::kNewSession));
    Pair pair(client, server);
    CHECK(pair.Connect());
    const auto made = world.Events(EventKind::kNewSession);
    CHECK(made.size() == 4);
    for (size_t i = 0; i < 4; ++i) {
      CHECK(made[i]->context == (i < 2 ? server->id : client->id));
      CHECK(made[i]->connection == (i < 2 ? pair.server->id : pair.client->id));
      for (size_t j = 0; j < i; ++j) CHECK(made[i]->session != made[j]->session);
    }
    CHECK(made[3]->session == pair.client.Session());
    pair.Shutdown();
  });

  Test("what is not asked for is not recorded, and changes nothing in libssl", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    const auto connect = [&] {
      Pair pair(client, server);
      CHECK(pair.Connect());
      pair.Shutdown();
      return server->Cached().size();
    };
    CHECK(connect() == 0);
    CHECK(world.registry.events.empty());
    server->Observe(Bit(EventKind::kRemoveSession));
    CHECK(connect() == 2);  // a remove callback makes libssl cache the sessions of its tickets
    CHECK(world.registry.events.empty());
    libssl.SSL_CTX_flush_sessions(server.get(), 0);
    CHECK(KindsOf(world) == Kinds(2, EventKind::kRemoveSession));
    server->Observe(Bit(EventKind::kKeylog));
    CHECK(connect() == 0);
    CHECK(world.Events(EventKind::kKeylog).size() == 5);
    CHECK(world.registry.events.size() == 7);
    server->Observe(0);
    CHECK(connect() == 0);
    CHECK(world.registry.events.size() == 7);
  });

  Test("a context that is freed with what it caches gives an event for each session", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    Context server(world, Side::kServer, kTls12);
    libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
    server->Observe(Bit(EventKind::kRemoveSession));
    for (int i = 0; i < 3; ++i) libssl.SSL_SESSION_free(MakeSession(client, server));
    CHECK(server->Cached().size() == 3);
    server.Free();
    CHECK(KindsOf(world) == Kinds({EventKind::kRemoveSession, EventKind::kRemoveSession,
                                   EventKind::kRemoveSession, EventKind::kContextGone}));
  });
}

void SetTicketKeys(const Context& context, const std::vector<std::string>& keys) {
  context->ticket_keys.clear();
  for (const std::string& key : keys) context->ticket_keys.emplace_back(Bytes(key), key.size());
  InstallTicketKeys(context.state());
}

void TestTicketKeys(const Libssl& libssl) {
  Test("the first ticket key encrypts, the others decrypt and renew, and unknown ones do not", [&] {
    for (const size_t size : {48, 80}) {
      for (const int version : {kTls12, kTls13, kDtls12}) {
        Trying(std::to_string(size) + " bytes, version " + std::to_string(version));
        World world(libssl);
        const Context client(world, Side::kClient, version);
        const Context server(world, Side::kServer, version);
        const std::string old_key(size, 'o'), new_key(size, 'n'), third_key(size, 't');
        SetTicketKeys(server, {old_key});
        const Owned first(libssl, MakeSession(client, server));
        CHECK(Ticket(libssl, first.get()).substr(0, kTicketKeyName) == "oooooooooooooooo");

        // A copy each time: TLS 1.3 offers a session once.
        const auto resume = [&](SSL_SESSION* session, bool reused) {
          const Owned copy(libssl, libssl.SSL_SESSION_dup(session));
          Pair pair(client, server, copy.get());
          CHECK(pair.Connect());
          CHECK(pair.server.Reused() == reused && pair.client.Reused() == reused);
          pair.Shutdown();
          return Ticket(libssl, pair.client.Session()).substr(0, kTicketKeyName);
        };
        CHECK(resume(first.get(), true) == "oooooooooooooooo");
        SetTicketKeys(server, {new_key, third_key, old_key});
        CHECK(resume(first.get(), true) == "nnnnnnnnnnnnnnnn");
        SetTicketKeys(server, {new_key});
        CHECK(resume(first.get(), false) == "nnnnnnnnnnnnnnnn");
        SetTicketKeys(server, {});  // libssl's own
        const std::string own = resume(first.get(), false);
        CHECK(own != "nnnnnnnnnnnnnnnn" && own != "oooooooooooooooo");
      }
    }
  });

  Test("a key of the same name that is another one decrypts nothing", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    SetTicketKeys(server, {std::string(48, 'a')});
    const Owned session(libssl, MakeSession(client, server));
    SetTicketKeys(server, {std::string(16, 'a') + std::string(32, 'b')});
    Pair pair(client, server, session.get());
    CHECK(pair.Connect());
    CHECK(!pair.server.Reused());
    pair.Shutdown();
  });
}

void AddServerName(const Context& context, const std::string& name, const Context& other) {
  if (other.get() != context.get()) context.world.libssl.SSL_CTX_up_ref(other.get());
  context->server_names[name] = other.get();
  InstallServerNames(context.state());
}

void TestServerNames(const Libssl& libssl) {
  Test("a server switches to the context of the name that the client asks for", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    const Context exact(world, Side::kServer);
    const Context wildcard(world, Side::kServer);
    AddServerName(server, "exact.example", exact);
    AddServerName(server, "*.example", wildcard);
    AddServerName(server, "itself.example", server);
    // A name of the one that is switched to is not asked for again.
    AddServerName(wildcard, "any.example", exact);
    const struct {
      const char* name;
      const Context& expected;
    } cases[] = {
        {"exact.example", exact},  {"EXACT.Example", exact}, {"any.example", wildcard},
        {"a.b.example", server},   {"example", server},      {"itself.example", server},
        {"other.invalid", server}, {".example", wildcard},   {"exact.example.", server},
        {"*.example", wildcard},
    };
    for (const auto& [name, expected] : cases) {
      Trying(name);
      Pair pair(client, server);
      libssl.SSL_ctrl(pair.client.get(), kCtrlSetHostname, kNameTypeHostName,
                      const_cast<char*>(name));
      CHECK(pair.Connect());
      CHECK(libssl.SSL_get_SSL_CTX(pair.server.get()) == expected.get());
      CHECK(&pair.server->context == server.state());
      pair.Shutdown();
    }
    Trying("no name");
    Pair pair(client, server);
    CHECK(pair.Connect());
    CHECK(libssl.SSL_get_SSL_CTX(pair.server.get()) == server.get());
    pair.Shutdown();
  });

  Test("after a switch the session events are the first context's, the key log is the other's",
       [&] {
         World world(libssl);
         const Context client(world, Side::kClient, kTls12);
         const Context server(world, Side::kServer, kTls12);
         const Context other(world, Side::kServer, kTls12);
         AddServerName(server, "other.example", other);
         libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
         for (const Context* context : {&server, &other}) {
           (*context)->Observe(Bit(EventKind::kNewSession) | Bit(EventKind::kKeylog));
         }
         Pair pair(client, server);
         libssl.SSL_ctrl(pair.client.get(), kCtrlSetHostname, kNameTypeHostName,
                         const_cast<char*>("other.example"));
         CHECK(pair.Connect());
         CHECK(world.Events(EventKind::kNewSession)[0]->context == server->id);
         CHECK(world.Events(EventKind::kKeylog)[0]->context == other->id);
         pair.Shutdown();
       });

  Test("contexts that hang on each other by name end with the first, however long the chain", [&] {
    World world(libssl);
    constexpr int kLength = 2000;
    auto first = std::make_unique<Context>(world, Side::kClient);
    {
      auto last = std::make_unique<Context>(world, Side::kClient);
      AddServerName(*first, "next", *last);
      for (int i = 2; i < kLength; ++i) {
        auto next = std::make_unique<Context>(world, Side::kClient);
        AddServerName(*last, "next", *next);
        last = std::move(next);
      }
    }
    CHECK(world.registry.contexts.size() == kLength);
    first.reset();
    CHECK(world.registry.contexts.empty());
  });

  Test("a context lives as long as one that names it, or a connection of it", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    Context server(world, Side::kServer);
    Context other(world, Side::kServer);
    AddServerName(server, "other.example", other);
    Pair pair(client, server);
    other.Free();
    server.Free();
    CHECK(world.registry.contexts.size() == 3);
    libssl.SSL_ctrl(pair.client.get(), kCtrlSetHostname, kNameTypeHostName,
                    const_cast<char*>("other.example"));
    CHECK(pair.Connect());
    pair.Shutdown();
    pair.server.Free();
    CHECK(world.registry.contexts.size() == 1);
  });
}

std::string AlpnWire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    wire += static_cast<char>(protocol.size()) + protocol;
  }
  return wire;
}

void TestAlpn(const Libssl& libssl) {
  Test("ALPN: the server's first that the client has; of the connection, else of its context", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    const Context other(world, Side::kServer);
    AddServerName(server, "other.example", other);
    InstallAlpn(server.state());
    const struct {
      std::vector<std::string> of_context, of_connection, of_other, of_client;
      const char* selected;  // nullptr: the handshake fails
    } cases[] = {
        {{"h2", "h3"}, {}, {}, {"h3", "h2"}, "h2"},
        {{"h2"}, {"h3"}, {}, {"h2", "h3"}, "h3"},
        {{"h2"}, {}, {"h3"}, {"h2", "h3"}, "h2"},
        {{"h2"}, {}, {}, {"h3"}, nullptr},
        {{}, {"h2"}, {}, {"h3"}, nullptr},
        {{}, {}, {}, {"h3"}, ""},
        {{"h2"}, {}, {}, {}, ""},
    };
    const auto connect = [&](const auto& example, const char* name) {
      server->answers.alpn = AlpnWire(example.of_context);
      other->answers.alpn = AlpnWire(example.of_other);
      InstallAlpn(other.state());
      Pair pair(client, server);
      pair.server->answers.alpn = AlpnWire(example.of_connection);
      const std::string wire = AlpnWire(example.of_client);
      CHECK(libssl.SSL_set_alpn_protos(pair.client.get(), Bytes(wire),
                                       static_cast<unsigned>(wire.size())) == 0);
      if (name != nullptr) {
        libssl.SSL_ctrl(pair.client.get(), kCtrlSetHostname, kNameTypeHostName,
                        const_cast<char*>(name));
      }
      const bool ready = pair.Connect();
      const unsigned char* selected = nullptr;
      unsigned int size = 0;
      libssl.SSL_get0_alpn_selected(pair.client.get(), &selected, &size);
      const std::string text(reinterpret_cast<const char*>(selected), size);
      pair.Shutdown();
      libssl.ERR_clear_error();
      return ready ? std::optional<std::string>(text) : std::nullopt;
    };
    for (const auto& example : cases) {
      Trying(AlpnWire(example.of_context) + " " + AlpnWire(example.of_connection));
      const auto selected = connect(example, nullptr);
      CHECK(selected.has_value() == (example.selected != nullptr));
      if (selected.has_value()) CHECK(*selected == example.selected);
    }
    Trying("of the context that the server has switched to");
    CHECK(connect(cases[2], "other.example") == "h3");
    CHECK(connect(cases[1], "other.example") == "h3");
  });
}

void TestTickets(const Libssl& libssl) {
  Test("a ticket brings its application data back, and a rule decides what becomes of it", [&] {
    const struct {
      SSL_TICKET_RETURN action;
      bool reused, renewed;  // renewed: of TLS 1.2; TLS 1.3 always gives new ones
    } cases[] = {{kTicketReturnUse, true, false},
                 {kTicketReturnUseRenew, true, true},
                 {kTicketReturnIgnore, false, false},
                 {kTicketReturnIgnoreRenew, false, true}};
    for (const int version : {kTls12, kTls13}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      server->Observe(Bit(EventKind::kTicketIssued) | Bit(EventKind::kTicketReceived));
      server->answers.ticket_app_data = "some data";
      const Owned session(libssl, MakeSession(client, server));
      const std::string ticket = Ticket(libssl, session.get());
      CHECK(!ticket.empty());
      CHECK(world.Events(EventKind::kTicketIssued).size() == (version == kTls12 ? 1u : 2u));
      for (const auto& [action, reused, renewed] : cases) {
        for (const bool on_connection : {false, true}) {
          Trying("version " + std::to_string(version) + ", action " + std::to_string(action));
          world.ForgetEvents();
          const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
          Pair pair(client, server, copy.get());
          // The first that fits, and the connection's before the context's.
          const TicketRule other_data = {"other data", kTicketReturnIgnore};
          const TicketRule fits = {on_connection ? std::optional<std::string>() : "some data",
                                   action};
          const TicketRule later = {
              std::nullopt, action == kTicketReturnUse ? kTicketReturnIgnore : kTicketReturnUse};
          server->answers.ticket_rules.clear();
          if (on_connection) {
            pair.server->answers.ticket_rules = {other_data, fits};
            server->answers.ticket_rules = {later};
          } else {
            server->answers.ticket_rules = {other_data, fits, later};
          }
          CHECK(pair.Connect());
          CHECK(pair.server.Reused() == reused);
          if (version == kTls12) {
            const std::string now = Ticket(libssl, pair.client.Session());
            CHECK((!now.empty() && now != ticket) == renewed);
          }
          const auto received = world.Events(EventKind::kTicketReceived);
          CHECK(received.size() == 1);
          CHECK(Text(*received[0]) == "some data");
          CHECK(received[0]->number == (version == kTls12 ? kTicketSuccess : kTicketSuccessRenew));
          pair.Shutdown();
        }
      }
      Trying("no rule fits");
      server->answers.ticket_rules.clear();
      Pair pair(client, server, session.get());
      CHECK(pair.Connect());
      CHECK(pair.server.Reused());
      pair.Shutdown();
    }
  });

  Test("a rule is not asked about a ticket that does not decrypt, and an empty one is told", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    SetTicketKeys(server, {std::string(48, 'a')});
    const Owned session(libssl, MakeSession(client, server));
    server->Observe(Bit(EventKind::kTicketReceived));
    server->answers.ticket_rules.push_back({std::nullopt, kTicketReturnUse});
    SetTicketKeys(server, {std::string(48, 'b')});
    for (SSL_SESSION* offered : {session.get(), static_cast<SSL_SESSION*>(nullptr)}) {
      world.ForgetEvents();
      Pair pair(client, server, offered);
      CHECK(pair.Connect());
      CHECK(!pair.server.Reused());
      const auto received = world.Events(EventKind::kTicketReceived);
      CHECK(received.size() == 1);
      CHECK(received[0]->number == (offered == nullptr ? kTicketEmpty : kTicketNoDecrypt));
      CHECK(Text(*received[0]).empty());
      pair.Shutdown();
    }
    InstallTicketAppData(server.state(), false);
    world.ForgetEvents();
    Pair pair(client, server);
    CHECK(pair.Connect());
    CHECK(world.registry.events.empty());
    pair.Shutdown();
  });
}

const SSL_CIPHER* Cipher(const Libssl& libssl, uint16_t id) {
  for (const SSL_CIPHER* cipher : AllCiphers(libssl)) {
    if (libssl.SSL_CIPHER_get_protocol_id(cipher) == id) return cipher;
  }
  CHECK(false);
  return nullptr;
}

SSL_SESSION* NewPsk(const Libssl& libssl, char key) {
  SSL_SESSION* session = libssl.SSL_SESSION_new();
  const std::string bytes(32, key);
  CHECK(session != nullptr);
  CHECK(libssl.SSL_SESSION_set1_master_key(session, Bytes(bytes), bytes.size()) == 1);
  CHECK(libssl.SSL_SESSION_set_cipher(session, Cipher(libssl, 0x1302)) == 1);
  CHECK(libssl.SSL_SESSION_set_protocol_version(session, kTls13) == 1);
  return session;
}

void SetPsk(Answers* answers, const Libssl& libssl, const std::string& identity,
            SSL_SESSION* session, Side side) {
  if (side == Side::kClient) {
    answers->psk_use.emplace(identity, SessionReference(libssl, session));
  } else {
    answers->psk_find.emplace(identity, SessionReference(libssl, session));
  }
}

void TestPskTls13(const Libssl& libssl) {
  Test("TLS 1.3 PSK: the connection's answers go before those of its context", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned of_context(libssl, NewPsk(libssl, 'c'));
    const Owned of_connection(libssl, NewPsk(libssl, 'C'));
    client->Observe(Bit(EventKind::kPskUse));
    server->Observe(Bit(EventKind::kPskFind));
    SetPsk(&client->answers, libssl, "context", of_context.get(), Side::kClient);
    SetPsk(&server->answers, libssl, "context", of_context.get(), Side::kServer);
    InstallPskUse(client.state(), nullptr);
    InstallPskFind(server.state(), nullptr);
    const struct {
      bool client_has, server_has;
      const char* identity;
      bool found, reused;
    } cases[] = {{false, false, "context", true, true},
                 {true, true, "connection", true, true},
                 {true, false, "connection", false, false},
                 {false, true, "context", true, true}};
    for (const auto& [client_has, server_has, identity, found, reused] : cases) {
      Trying(std::to_string(client_has) + std::to_string(server_has));
      world.ForgetEvents();
      Pair pair(client, server);
      if (client_has) {
        SetPsk(&pair.client->answers, libssl, "connection", of_connection.get(), Side::kClient);
        InstallPskUse(client.state(), pair.client.state());
      }
      if (server_has) {
        SetPsk(&pair.server->answers, libssl, "connection", of_connection.get(), Side::kServer);
        InstallPskFind(server.state(), pair.server.state());
      }
      CHECK(pair.Connect());
      CHECK(pair.server.Reused() == reused && pair.client.Reused() == reused);
      const auto asked = world.Events(EventKind::kPskFind);
      CHECK(asked.size() == 1 && Text(*asked[0]) == identity && asked[0]->number == found);
      CHECK(asked[0]->connection == pair.server->id);
      CHECK(world.Events(EventKind::kPskUse).size() == 1);
      CHECK(world.Events(EventKind::kPskUse)[0]->number == 0);
      pair.Shutdown();
    }
    Trying("taken away");
    world.ForgetEvents();
    InstallPskUse(client.state(), nullptr, false);
    InstallPskFind(server.state(), nullptr, false);
    Pair pair(client, server);
    CHECK(pair.Connect());
    CHECK(!pair.server.Reused() && world.registry.events.empty());
    pair.Shutdown();
  });

  Test("TLS 1.3 PSK: asked again after a HelloRetryRequest", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned psk(libssl, NewPsk(libssl, 'p'));
    client->Observe(Bit(EventKind::kPskUse));
    server->Observe(Bit(EventKind::kPskFind));
    SetPsk(&client->answers, libssl, "psk", psk.get(), Side::kClient);
    SetPsk(&server->answers, libssl, "psk", psk.get(), Side::kServer);
    InstallPskUse(client.state(), nullptr);
    InstallPskFind(server.state(), nullptr);
    Pair pair(client, server);
    CHECK(libssl.SSL_ctrl(pair.client.get(), kCtrlSetGroupsList, 0,
                          const_cast<char*>("X25519:P-256")) == 1);
    CHECK(libssl.SSL_ctrl(pair.server.get(), kCtrlSetGroupsList, 0, const_cast<char*>("P-256")) ==
          1);
    CHECK(pair.Connect());
    CHECK(pair.server.Reused());
    CHECK(world.Events(EventKind::kPskFind).size() == 2);
    const auto used = world.Events(EventKind::kPskUse);
    CHECK(used.size() == 2 && used[0]->number == 0 && used[1]->number == 1);
    pair.Shutdown();
  });

  Test("TLS 1.3 PSK: a session that became unusable after it was given is not used", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    for (const bool cipher : {false, true}) {
      for (const Side side : {Side::kClient, Side::kServer}) {
        Trying(std::string(cipher ? "no cipher" : "no key") +
               (side == Side::kClient ? ", client" : ", server"));
        const Owned of_client(libssl, NewPsk(libssl, 'p'));
        const Owned of_server(libssl, NewPsk(libssl, 'p'));
        Pair pair(client, server);
        SetPsk(&pair.client->answers, libssl, "psk", of_client.get(), Side::kClient);
        SetPsk(&pair.server->answers, libssl, "psk", of_server.get(), Side::kServer);
        InstallPskUse(client.state(), pair.client.state());
        InstallPskFind(server.state(), pair.server.state());
        SSL_SESSION* changed = (side == Side::kClient ? of_client : of_server).get();
        CHECK(PskRule(libssl, changed) == Rule::kNone);
        if (cipher) {
          CHECK(libssl.SSL_SESSION_set_cipher(changed, nullptr) == 1);
        } else {
          CHECK(libssl.SSL_SESSION_set1_master_key(changed, Bytes("x"), 0) == 1);
        }
        CHECK(PskRule(libssl, changed) != Rule::kNone);
        CHECK(pair.Connect());
        CHECK(!pair.server.Reused() && !pair.client.Reused());
        pair.Shutdown();
      }
    }
  });

  Test("TLS 1.3 PSK: a session that changes between two steps harms no handshake", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    const Owned psk(libssl, NewPsk(libssl, 'p'));
    Pair pair(client, server);
    SetPsk(&pair.client->answers, libssl, "psk", psk.get(), Side::kClient);
    SetPsk(&pair.server->answers, libssl, "psk", psk.get(), Side::kServer);
    InstallPskUse(client.state(), pair.client.state());
    InstallPskFind(server.state(), pair.server.state());
    CHECK(pair.client.Proceed().error == kErrorWantRead);
    pair.server.Feed(pair.client.Take());
    CHECK(pair.server.Proceed().error == kErrorWantRead);
    CHECK(libssl.SSL_SESSION_set_cipher(psk.get(), nullptr) == 1);
    CHECK(libssl.SSL_SESSION_set1_master_key(psk.get(), Bytes("x"), 0) == 1);
    CHECK(pair.Connect());
    CHECK(pair.client.Reused());
    pair.Shutdown();
  });
}

void TestPskTls12(const Libssl& libssl) {
  Test("TLS 1.2 PSK: the connection's answers go before those of its context", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    for (const Context* context : {&client, &server}) {
      CHECK(libssl.SSL_CTX_set_cipher_list(context->get(), "PSK-AES128-CBC-SHA") == 1);
      (*context)->Observe(Bit(EventKind::kPskClient) | Bit(EventKind::kPskServer));
    }
    CHECK(libssl.SSL_CTX_use_psk_identity_hint(server.get(), "the hint") == 1);
    InstallPskClient(client.state(), nullptr);
    InstallPskServer(server.state(), nullptr);
    const auto secret = [](const std::string& text) { return Secret(Bytes(text), text.size()); };
    server->answers.psk_server.emplace("context", secret("key of the context"));
    server->answers.psk_server.emplace("long", secret(std::string(300, 'k')));
    const struct {
      const char* what;
      std::string of_context, of_connection;  // the client's identities; its key is the context's
      std::string key;
      bool answered, asked, ready;
    } cases[] = {
        {"of the context", "context", "", "key of the context", true, true, true},
        {"of the connection", "other", "context", "key of the context", true, true, true},
        {"another key", "context", "", "another key", true, true, false},
        {"an unknown identity", "nobody", "", "key of the context", true, true, false},
        {"no answer", "", "", "", false, false, false},
        {"a key that is too long", "context", "", std::string(300, 'k'), false, false, false},
        {"the server's key is too long", "long", "", std::string(200, 'k'), true, true, false},
        {"an identity of 127 bytes", std::string(127, 'i'), "", "key", true, true, false},
        {"an identity of 128 bytes", std::string(128, 'i'), "", "key", false, false, false},
    };
    for (const auto& example : cases) {
      Trying(example.what);
      world.ForgetEvents();
      client->answers.psk_client.reset();
      if (!example.of_context.empty()) {
        client->answers.psk_client.emplace(example.of_context, secret(example.key));
      }
      Pair pair(client, server);
      if (!example.of_connection.empty()) {
        pair.client->answers.psk_client.emplace(example.of_connection, secret(example.key));
        InstallPskClient(client.state(), pair.client.state());
      }
      CHECK(pair.Connect() == example.ready);
      const auto of_client = world.Events(EventKind::kPskClient);
      CHECK(of_client.size() == 1 && of_client[0]->number == example.answered);
      CHECK(Text(*of_client[0]) == "the hint");
      const auto of_server = world.Events(EventKind::kPskServer);
      CHECK(of_server.size() == (example.asked ? 1u : 0u));
      if (example.asked) {
        CHECK(Text(*of_server[0]) ==
              (example.of_connection.empty() ? example.of_context : example.of_connection));
      }
      if (example.ready) pair.Shutdown();
      libssl.ERR_clear_error();
    }
    Trying("taken away");
    world.ForgetEvents();
    InstallPskClient(client.state(), nullptr, false);
    Pair pair(client, server);
    CHECK(!pair.Connect());
    CHECK(world.registry.events.empty());
  });
}

void TestEarlyData(const Libssl& libssl) {
  Test("whether early data is allowed is the connection's answer, else its context's, else yes",
       [&] {
         World world(libssl);
         const Context client(world, Side::kClient, kTls13);
         const Context server(world, Side::kServer, kTls13);
         libssl.SSL_CTX_set_max_early_data(server.get(), 1000);
         libssl.SSL_CTX_set_recv_max_early_data(server.get(), 1000);
         server->Observe(Bit(EventKind::kEarlyData));
         const std::optional<bool> kNone;
         const struct {
           std::optional<bool> of_context, of_connection;
           bool allowed;
         } cases[] = {{kNone, kNone, true},  {false, kNone, false}, {true, kNone, true},
                      {kNone, false, false}, {false, true, true},   {true, false, false}};
         for (const auto& example : cases) {
           const auto& [of_context, of_connection, allowed] = example;
           Trying(std::to_string(&example - cases));
           const Owned session(libssl, MakeSession(client, server));
           CHECK(libssl.SSL_SESSION_get_max_early_data(session.get()) == 1000);
           world.ForgetEvents();
           server->answers.allow_early_data = of_context;
           InstallAllowEarlyData(server.state(), nullptr);
           Pair pair(client, server, session.get());
           if (of_connection.has_value()) {
             pair.server->answers.allow_early_data = of_connection;
             InstallAllowEarlyData(server.state(), pair.server.state());
           }
           size_t size = 0;
           CHECK(libssl.SSL_write_early_data(pair.client.get(), "early", 5, &size) == 1);
           pair.server.Feed(pair.client.Take());
           char data[16];
           const int result =
               libssl.SSL_read_early_data(pair.server.get(), data, sizeof data, &size);
           CHECK(result == (allowed ? 1 : 2));
           if (allowed) {
             CHECK(std::string(data, size) == "early");
             CHECK(libssl.SSL_read_early_data(pair.server.get(), data, sizeof data, &size) == 0);
           }
           pair.client.Feed(pair.server.Take());
           CHECK(pair.client.Proceed().result == 1);
           pair.server.Feed(pair.client.Take());
           if (allowed) {
             CHECK(libssl.SSL_read_early_data(pair.server.get(), data, sizeof data, &size) == 2);
           }
           CHECK(pair.Connect());
           CHECK(pair.server.Reused());
           const auto asked = world.Events(EventKind::kEarlyData);
           CHECK(asked.size() == 1 && asked[0]->number == allowed);
           pair.Shutdown();
         }
         Trying("taken away");
         InstallAllowEarlyData(server.state(), nullptr, false);
         const Owned session(libssl, MakeSession(client, server));
         world.ForgetEvents();
         Pair pair(client, server, session.get());
         CHECK(pair.Connect());
         CHECK(world.registry.events.empty());
         pair.Shutdown();
       });
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  CHECK(StartCountingSessions(libssl));
  TestCaches(libssl);
  TestEvents(libssl);
  TestTicketKeys(libssl);
  TestServerNames(libssl);
  TestAlpn(libssl);
  TestTickets(libssl);
  TestPskTls13(libssl);
  TestPskTls12(libssl);
  TestEarlyData(libssl);
}
