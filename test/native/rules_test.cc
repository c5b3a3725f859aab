// What rules.h forbids, and that nothing else sends application data unencrypted: by a table of
// everything that early data could be sent with, and by random walks over both sides of a
// connection, whatever they do.

#include "core/rules.h"

#include <functional>
#include <optional>
#include <random>
#include <string>

#include "tls.h"

namespace libssl_session {
namespace {

constexpr unsigned long kOpNoTls12 = 0x08000000;  // SSL_OP_NO_TLSv1_2
constexpr char kMarker[] = "TOP SECRET";
constexpr unsigned long kOpMiddleboxCompat = 0x00100000;
constexpr int kAes128Gcm = 0x1301;
constexpr int kAes256Gcm = 0x1302;
constexpr int kNullSha = 0x0002;
constexpr int kScsv = 0x00ff;

const SSL_CIPHER* Cipher(const Libssl& libssl, int id) {
  for (const SSL_CIPHER* cipher : AllCiphers(libssl)) {
    if (libssl.SSL_CIPHER_get_protocol_id(cipher) == id) return cipher;
  }
  return nullptr;
}

// A session as set1_… makes it: what an external PSK is.
SSL_SESSION* Made(const Libssl& libssl, int version, int cipher, size_t key, uint32_t early_data) {
  SSL_SESSION* session = libssl.SSL_SESSION_new();
  const std::string secret(key, 'k');
  CHECK(libssl.SSL_SESSION_set_protocol_version(session, version) == 1);
  CHECK(libssl.SSL_SESSION_set_cipher(session, Cipher(libssl, cipher)) == 1);
  CHECK(libssl.SSL_SESSION_set1_master_key(session, Bytes(secret), key) == 1);
  CHECK(libssl.SSL_SESSION_set_max_early_data(session, early_data) == 1);
  return session;
}

void SetPskUse(const Libssl& libssl, ConnectionState* state, SSL_SESSION* session) {
  state->answers.psk_use.emplace("psk", SessionReference(libssl, session));
  InstallPskUse(&state->context, state);
}

void SetHighest(const Libssl& libssl, SSL* ssl, int version) {
  libssl.SSL_ctrl(ssl, kCtrlSetMaxProtoVersion, version, nullptr);
}

void SetLowest(const Libssl& libssl, SSL* ssl, int version) {
  libssl.SSL_ctrl(ssl, kCtrlSetMinProtoVersion, version, nullptr);
}

// Curves that the key share of a client does not fit, so the server asks for another.
void AskForRetry(const Libssl& libssl, const Context& context) {
  char list[] = "P-384";
  CHECK(libssl.SSL_CTX_ctrl(context.get(), kCtrlSetGroupsList, 0, list) == 1);
}

// What libssl itself refuses.
constexpr std::optional<Rule> kLibssl = std::nullopt;

// A client that has early data to send, and what it sends it with.
struct Client {
  Client(World& world_in, const Context& client, const Context& server)
      : world(world_in), pair(client, server) {}

  const Libssl& libssl() const { return world.libssl; }
  ConnectionState* state() const { return pair.client.state(); }

  // What the addon does. kNone when the data was sent, nothing where libssl itself refused.
  std::optional<Rule> Write() const {
    const Rule before = BeforeStep(state());
    const Rule rule = before != Rule::kNone ? before : WriteEarlyDataRule(*state());
    if (rule != Rule::kNone) return rule;
    const Step step = WriteEarlyData(state(), kMarker, sizeof kMarker);
    world.libssl.ERR_clear_error();
    return step.result == 1 ? std::optional(Rule::kNone) : kLibssl;
  }
  void Offer(SSL_SESSION* session) const {
    CHECK(libssl().SSL_set_session(pair.client.get(), session) == 1);
  }

  World& world;
  Pair pair;
};

// Whether libssl exports early keying material, where the rule allows to ask it.
bool ExportsEarly(const Client& client) {
  if (EarlyMaterialRule(*client.state()) != Rule::kNone) return false;
  const Libssl& libssl = client.libssl();
  unsigned char material[32];
  const int result = libssl.SSL_export_keying_material_early(
      client.state()->ssl, material, sizeof material, "label", 5, material, 0);
  libssl.ERR_clear_error();
  return result == 1;
}

struct Case {
  const char* name;
  std::optional<Rule> expected;  // as Client::Write gives it
  std::function<void(Client&, SSL_SESSION* ticket)> prepare;
};

SSL_SESSION* Changed(const Client& client, SSL_SESSION* ticket,
                     const std::function<void(SSL_SESSION*)>& change) {
  SSL_SESSION* copy = client.libssl().SSL_SESSION_dup(ticket);
  change(copy);
  client.Offer(copy);
  return copy;
}

void OfferMade(Client& client, int version, int cipher, size_t key, uint32_t early_data) {
  const Owned session(client.libssl(), Made(client.libssl(), version, cipher, key, early_data));
  CHECK(client.libssl().SSL_SESSION_set1_id(session.get(), Bytes("id"), 2) == 1);
  client.Offer(session.get());
}

void UsePsk(Client& client, int version, int cipher, size_t key, uint32_t early_data) {
  const Owned session(client.libssl(), Made(client.libssl(), version, cipher, key, early_data));
  SetPskUse(client.libssl(), client.state(), session.get());
}

std::function<void(Client&, SSL_SESSION*)> WithTicket(
    std::function<void(const Libssl&, SSL_SESSION*)> change) {
  return [change](Client& client, SSL_SESSION* ticket) {
    const Libssl& libssl = client.libssl();
    const Owned copy(libssl, Changed(client, ticket, [&](SSL_SESSION* s) { change(libssl, s); }));
  };
}

const Case kCases[] = {
    {"nothing", kLibssl, [](Client&, SSL_SESSION*) {}},
    {"a ticket that allows it", Rule::kNone, WithTicket([](const Libssl&, SSL_SESSION*) {})},
    {"a ticket that does not", kLibssl,
     WithTicket([](const Libssl& l, SSL_SESSION* s) { l.SSL_SESSION_set_max_early_data(s, 0); })},
    {"a ticket, up to TLS 1.2", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION* t) {
       c.Offer(t);
       SetHighest(c.libssl(), c.pair.client.get(), kTls12);
     }},
    {"a ticket, without TLS 1.3", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION* t) {
       c.Offer(t);
       c.libssl().SSL_set_options(c.pair.client.get(), kOpNoTls13);
     }},
    // libssl wants versions without a hole, and leaves out those above it.
    {"a ticket, without TLS 1.2, but with 1.1", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION* t) {
       const Owned copy(c.libssl(), Changed(c, t, [](SSL_SESSION*) {}));
       SetLowest(c.libssl(), c.pair.client.get(), kTls10);
       c.libssl().SSL_set_options(c.pair.client.get(), kOpNoTls12);
     }},
    {"a ticket, without TLS 1.2 and what is before it", Rule::kNone,
     [](Client& c, SSL_SESSION* t) {
       const Owned copy(c.libssl(), Changed(c, t, [](SSL_SESSION*) {}));
       SetLowest(c.libssl(), c.pair.client.get(), kTls12);
       c.libssl().SSL_set_options(c.pair.client.get(), kOpNoTls12);
     }},
    {"a ticket that is older than its hint", Rule::kEarlyDataWithoutPsk,
     WithTicket([](const Libssl& l, SSL_SESSION* s) {
       const auto hint = static_cast<long>(l.SSL_SESSION_get_ticket_lifetime_hint(s));
       l.SSL_SESSION_set_time(s, l.SSL_SESSION_get_time(s) - hint - 10);
     })},
    {"a ticket that comes from the future", Rule::kEarlyDataWithoutPsk,
     WithTicket([](const Libssl& l, SSL_SESSION* s) {
       l.SSL_SESSION_set_time(s, l.SSL_SESSION_get_time(s) + 1000);
     })},
    {"a ticket without a cipher", Rule::kEarlyDataWithoutPsk,
     WithTicket([](const Libssl& l, SSL_SESSION* s) { l.SSL_SESSION_set_cipher(s, nullptr); })},
    {"a ticket of a suite that does not encrypt", Rule::kEarlyDataWithoutPsk,
     WithTicket([](const Libssl& l, SSL_SESSION* s) {
       l.SSL_SESSION_set_cipher(s, Cipher(l, kNullSha));
     })},
    {"a ticket of a suite that is a signal", Rule::kEarlyDataWithoutPsk,
     WithTicket(
         [](const Libssl& l, SSL_SESSION* s) { l.SSL_SESSION_set_cipher(s, Cipher(l, kScsv)); })},
    {"a ticket without a key", Rule::kKeyless, WithTicket([](const Libssl& l, SSL_SESSION* s) {
       l.SSL_SESSION_set1_master_key(s, Bytes("x"), 0);
     })},
    {"a ticket of TLS 1.2", Rule::kEarlyDataWithoutPsk,
     WithTicket(
         [](const Libssl& l, SSL_SESSION* s) { l.SSL_SESSION_set_protocol_version(s, kTls12); })},
    {"a session of TLS 1.3 without a ticket", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) { OfferMade(c, kTls13, kAes128Gcm, 32, 100); }},
    {"a session of TLS 1.3 that is not resumable", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) {
       const Owned session(c.libssl(), Made(c.libssl(), kTls13, kAes128Gcm, 32, 100));
       c.Offer(session.get());
     }},
    {"a PSK that allows it", Rule::kNone,
     [](Client& c, SSL_SESSION*) { UsePsk(c, kTls13, kAes128Gcm, 32, 100); }},
    {"a PSK that does not", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) { UsePsk(c, kTls13, kAes128Gcm, 32, 0); }},
    {"a PSK that is none", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) { InstallPskUse(&c.state()->context, c.state()); }},
    {"a PSK of a context that came too late", kLibssl,
     [](Client& c, SSL_SESSION*) {
       const Owned psk(c.libssl(), Made(c.libssl(), kTls13, kAes128Gcm, 32, 100));
       c.state()->context.answers.psk_use.emplace("psk", SessionReference(c.libssl(), psk.get()));
     }},
    {"a PSK without a key", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) { UsePsk(c, kTls13, kAes128Gcm, 0, 100); }},
    {"a PSK of a suite that does not encrypt", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) { UsePsk(c, kTls13, kNullSha, 32, 100); }},
    {"a PSK of TLS 1.2", kLibssl,
     [](Client& c, SSL_SESSION*) { UsePsk(c, kTls12, kAes128Gcm, 32, 100); }},
    {"a PSK, up to TLS 1.2", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) {
       UsePsk(c, kTls13, kAes128Gcm, 32, 100);
       SetHighest(c.libssl(), c.pair.client.get(), kTls12);
     }},
    {"a PSK beside a session of TLS 1.2", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION*) {
       UsePsk(c, kTls13, kAes128Gcm, 32, 100);
       OfferMade(c, kTls12, 0x002f, 48, 0);
     }},
    {"a PSK beside a ticket that is too old, and allows it", Rule::kEarlyDataWithoutPsk,
     [](Client& c, SSL_SESSION* t) {
       UsePsk(c, kTls13, kAes128Gcm, 32, 100);
       const Owned old(c.libssl(), Changed(c, t, [&](SSL_SESSION* s) {
                         c.libssl().SSL_SESSION_set_time(s, 1);
                       }));
     }},
    {"a PSK beside a ticket that does not allow it", Rule::kNone,
     [](Client& c, SSL_SESSION* t) {
       UsePsk(c, kTls13, kAes128Gcm, 32, 100);
       const Owned copy(c.libssl(), Changed(c, t, [&](SSL_SESSION* s) {
                          c.libssl().SSL_SESSION_set_max_early_data(s, 0);
                        }));
     }},
};

void AllowEarlyData(const Libssl& libssl, const Context& server) {
  libssl.SSL_CTX_set_max_early_data(server.get(), 1000);
  libssl.SSL_CTX_set_recv_max_early_data(server.get(), 1000);
}

void TestEarlyData(const Libssl& libssl) {
  Test("a client sends early data with a PSK that its ClientHello offers, else none", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    AllowEarlyData(libssl, server);
    const Owned ticket(libssl, MakeSession(client, server));
    CHECK(libssl.SSL_SESSION_get_max_early_data(ticket.get()) == 1000);
    for (const bool compat : {true, false}) {
      for (const Case& each : kCases) {
        Trying(std::string(each.name) + (compat ? "" : ", without middlebox compatibility"));
        Client tried(world, client, server);
        if (!compat) libssl.SSL_clear_options(tried.pair.client.get(), kOpMiddleboxCompat);
        each.prepare(tried, ticket.get());
        const std::optional<Rule> rule = tried.Write();
        Trying(current_step + ": " + (rule == kLibssl ? "libssl refuses" : NameOf(*rule)));
        CHECK(rule == each.expected);
        CHECK(ExportsEarly(tried) == (rule == Rule::kNone));
        const std::string output = tried.pair.client.Take();
        CHECK(!Contains(output, kMarker));
        CHECK((rule == Rule::kNone) == !output.empty() || rule == kLibssl);
        client->answers.psk_use.reset();
        world.ForgetEvents();
      }
    }
  });

  Test("over DTLS there is none, whatever it would be sent with", [&] {
    World world(libssl);
    const Context tls_client(world, Side::kClient);
    const Context tls_server(world, Side::kServer);
    AllowEarlyData(libssl, tls_server);
    const Owned ticket(libssl, MakeSession(tls_client, tls_server));
    const Context client(world, Side::kClient, kDtls12);
    const Context server(world, Side::kServer, kDtls12);
    for (const Case& each : kCases) {
      Trying(each.name);
      Client tried(world, client, server);
      libssl.SSL_clear_options(tried.pair.client.get(), kOpMiddleboxCompat);
      each.prepare(tried, ticket.get());
      CHECK(tried.Write() != Rule::kNone);
      CHECK(tried.pair.client.Take().empty());
      client->answers.psk_use.reset();
    }
  });

  Test("a client sends no more of it once a HelloRetryRequest has taken its keys", [&] {
    for (const bool external : {false, true}) {
      Trying(external ? "PSK" : "ticket");
      World world(libssl);
      const Context client(world, Side::kClient);
      const Context server(world, Side::kServer);
      AllowEarlyData(libssl, server);
      const Owned ticket(libssl, MakeSession(client, server));
      AskForRetry(libssl, server);
      char suite[] = "TLS_AES_128_GCM_SHA256";
      CHECK(libssl.SSL_CTX_set_ciphersuites(server.get(), suite) == 1);
      Client tried(world, client, server);
      if (external) {
        UsePsk(tried, kTls13, kAes128Gcm, 32, 1000);
      } else {
        tried.Offer(ticket.get());
      }
      CHECK(tried.Write() == Rule::kNone);
      CHECK(tried.Write() == Rule::kNone);
      tried.pair.server.Feed(tried.pair.client.Take());
      // By SSL_read the client does not say that it has no more of it. libssl then writes it as it
      // is when the server's flight has come.
      for (int i = 0; i < 4; ++i) {
        tried.pair.server.Proceed();
        tried.pair.client.Feed(tried.pair.server.Take());
        char byte;
        libssl.SSL_read(tried.pair.client.get(), &byte, 1);
        libssl.ERR_clear_error();
        CHECK(tried.Write() != Rule::kNone);
        ExportsEarly(tried);  // does not crash
        const std::string output = tried.pair.client.Take();
        CHECK(!Contains(output, kMarker));
        tried.pair.server.Feed(output);
      }
    }
  });

  Test("a server sends none before it has keys, also where it has asked for another key share",
       [&] {
         for (const bool retry : {false, true}) {
           for (const bool resumed : {false, true}) {
             Trying(std::string(retry ? "retry" : "no retry") + (resumed ? ", resumed" : ""));
             World world(libssl);
             const Context client(world, Side::kClient);
             const Context server(world, Side::kServer);
             AllowEarlyData(libssl, server);
             const Owned ticket(libssl, MakeSession(client, server));
             if (retry) AskForRetry(libssl, server);
             Client tried(world, client, server);
             if (resumed) {
               tried.Offer(ticket.get());
               CHECK(tried.Write() == Rule::kNone);
             } else {
               tried.pair.client.Proceed();
             }
             tried.pair.server.Feed(tried.pair.client.Take());
             ConnectionState* state = tried.pair.server.state();
             char data[100];
             size_t size = 0;
             while (ReadEarlyData(state, data, sizeof data, &size).result == 1) continue;
             const Rule rule = WriteEarlyDataRule(*state);
             // A client that still may send early data is not asked for more first.
             CHECK((rule == Rule::kNone) == !retry);
             if (rule == Rule::kNone) WriteEarlyData(state, kMarker, sizeof kMarker);
             CHECK(!Contains(tried.pair.server.Take(), kMarker));
             libssl.ERR_clear_error();
           }
         }
       });
}

void TestClear(const Libssl& libssl) {
  Test("what is cleared is ready for another handshake, with the client's session", [&] {
    for (const int version : {kTls12, kTls13, kDtls12}) {
      Trying(std::to_string(version));
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      CHECK(pair.Connect());
      pair.Shutdown();
      for (int i = 0; i < 3; ++i) {
        pair.client.Take();
        pair.server.Take();
        for (const Connection* each : {&pair.client, &pair.server}) {
          CHECK(ClearRule(*each->state()) == Rule::kNone);
          CHECK(Clear(each->state()).result == 1);
        }
        // Then with a client that has nothing to resume.
        if (i == 2) CHECK(libssl.SSL_set_session(pair.client.get(), nullptr) == 1);
        for (const Connection* each : {&pair.client, &pair.server}) {
          CHECK(BeforeStep(each->state()) == Rule::kNone);
        }
        CHECK(pair.Connect());
        CHECK(pair.client.Reused() == (i < 2) && pair.server.Reused() == (i < 2));
        pair.Shutdown();
      }
    }
  });

  Test("a connection that renegotiates is not cleared", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    for (const bool by_peer : {false, true}) {
      Pair pair(client, server);
      CHECK(pair.Connect());
      CHECK(libssl.SSL_renegotiate((by_peer ? pair.client : pair.server).get()) == 1);
      if (by_peer) {
        pair.client.Proceed();
        libssl.SSL_do_handshake(pair.client.get());
        pair.server.Feed(pair.client.Take());
        pair.server.Proceed();
      }
      CHECK(ClearRule(*pair.server.state()) == Rule::kRenegotiating);
      libssl.ERR_clear_error();
    }
  });

  Test("what failed half-way can only be freed", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    Pair pair(client, server);
    CHECK(pair.Connect());
    CHECK(libssl.SSL_renegotiate(pair.server.get()) == 1);
    CHECK(Clear(pair.server.state()).result == 0);
    CHECK(BeforeStep(pair.server.state()) == Rule::kHalfCleared);
    CHECK(ClearRule(*pair.server.state()) == Rule::kHalfCleared);
    libssl.ERR_clear_error();
  });

  Test(
      "a ticket extension is set before the handshake, and keeps the connection from a clear after "
      "it",
      [&] {
        World world(libssl);
        const Context client(world, Side::kClient, kTls12);
        const Context server(world, Side::kServer, kTls12);
        Pair pair(client, server);
        ConnectionState* state = pair.client.state();
        CHECK(SetTicketExtensionRule(*state) == Rule::kNone);
        char extension[] = "extension";
        state->has_ticket_extension = true;
        CHECK(libssl.SSL_set_session_ticket_ext(state->ssl, extension, sizeof extension) == 1);
        CHECK(ClearRule(*state) == Rule::kNone && LoseMethodRule(*state) == Rule::kNone);
        CHECK(Clear(state).result == 1);
        CHECK(pair.Connect());
        CHECK(ClearRule(*state) == Rule::kTicketExtension);
        CHECK(LoseMethodRule(*state) == Rule::kTicketExtension);
        CHECK(SetTicketExtensionRule(*state) == Rule::kStarted);
        CHECK(LoseMethodRule(*pair.server.state()) == Rule::kNone);
      });

  Test("a ticket extension is not set over DTLS", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kDtls12);
    const Context server(world, Side::kServer, kDtls12);
    Pair pair(client, server);
    CHECK(SetTicketExtensionRule(*pair.client.state()) == Rule::kDtlsTicketExtension);
  });

  Test("an unfinished handshake leaves no session to offer", [&] {
    for (const int version : {kTls12, kDtls12}) {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      pair.client.Proceed();
      pair.server.Feed(pair.client.Take());
      pair.server.Proceed();
      // The ServerHello, which has a session id, and no more.
      const std::string flight = pair.server.Take();
      const size_t header = version == kDtls12 ? 13 : 5;
      const auto byte = [&](size_t i) { return static_cast<uint8_t>(flight[header - 2 + i]); };
      pair.client.Feed(flight.substr(0, header + static_cast<size_t>(byte(0) << 8 | byte(1))));
      pair.client.Proceed();
      CHECK(ClearRule(*pair.client.state()) == Rule::kNone);
      CHECK(Clear(pair.client.state()).result == 1);
      CHECK(pair.client.Session() == nullptr);
      libssl.ERR_clear_error();
    }
  });
}

// ---- Random walks.

class Walk {
 public:
  Walk(World& world, const Context& client, const Context& server, SSL_SESSION* ticket,
       std::mt19937& random)
      : libssl_(world.libssl), random_(random), pair_(client, server) {
    const Owned psk(libssl_, Made(libssl_, kTls13, Roll(2) == 0 ? kAes128Gcm : kAes256Gcm, 32,
                                  Roll(2) == 0 ? 100 : 0));
    if (Roll(3) == 0) SetPskUse(libssl_, pair_.client.state(), psk.get());
    if (Roll(3) == 0) {
      pair_.server->answers.psk_find.emplace("psk", SessionReference(libssl_, psk.get()));
      InstallPskFind(&pair_.server->context, pair_.server.state());
    }
    if (Roll(3) == 0) libssl_.SSL_clear_options(pair_.client.get(), kOpMiddleboxCompat);
    const Owned copy(libssl_, libssl_.SSL_SESSION_dup(ticket));
    if (Roll(3) != 0) libssl_.SSL_set_session(pair_.client.get(), copy.get());
  }

  void Go(int steps) {
    for (int i = 0; i < steps; ++i) {
      Step(Roll(2) == 0 ? pair_.client : pair_.server);
      libssl_.ERR_clear_error();
    }
  }

 private:
  int Roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void Step(const Connection& side) {
    const Connection& other = &side == &pair_.client ? pair_.server : pair_.client;
    ConnectionState* state = side.state();
    const int what = Roll(16);
    if (what < 5) return Carry(side, other);
    if (what == 5) {
      if (Roll(4) == 0 && ClearRule(*state) == Rule::kNone) Clear(state);
      return;
    }
    if (BeforeStep(state) != Rule::kNone) return;
    SSL* ssl = side.get();
    char data[200];
    size_t size = 0;
    switch (what) {
      case 6:
      case 7:
        if (WriteEarlyDataRule(*state) == Rule::kNone)
          WriteEarlyData(state, kMarker, sizeof kMarker);
        return;
      case 8:
        ReadEarlyData(state, data, sizeof data, &size);
        return;
      case 9:
        libssl_.SSL_write(ssl, kMarker, sizeof kMarker);
        return;
      case 10:
        if (Roll(3) == 0 && RenegotiateRule(*state) == Rule::kNone) libssl_.SSL_renegotiate(ssl);
        return;
      case 11:
        if (Roll(6) == 0) libssl_.SSL_shutdown(ssl);
        return;
      case 12:
        libssl_.SSL_key_update(ssl, Roll(2));
        return;
      case 13:
        libssl_.SSL_do_handshake(ssl);
        return;
      case 14:
        CheckRead(libssl_.SSL_read(ssl, data, sizeof data), data);
        return;
      default:
        Proceed(state);
    }
  }

  // What is read is what the other side wrote.
  void CheckRead(int size, const char* data) {
    for (int i = 0; i < size; ++i)
      CHECK(data[i] == kMarker[static_cast<size_t>(i) % sizeof kMarker]);
  }

  void Carry(const Connection& from, const Connection& to) {
    std::string bytes = from.Take();
    CHECK(!Contains(bytes, kMarker));
    if (Roll(12) == 0) return;  // lost
    to.Feed(bytes);
    // What nobody has encrypted must not be taken for data.
    if (Roll(40) == 0) to.Feed(std::string("\x17\x03\x03\x00\x05", 5) + "clear");
  }

  const Libssl& libssl_;
  std::mt19937& random_;
  Pair pair_;
};

void TestWalks(const Libssl& libssl, int count) {
  Test("nothing that either side does sends application data unencrypted, or takes it so", [&] {
    std::mt19937 random(20260202);  // the same each time
    for (const int version : {kAnyTls, kTls12, kDtls12}) {
      for (const bool retry : {false, true}) {
        Trying(std::to_string(version) + (retry ? ", retry" : ""));
        World world(libssl);
        const Context client(world, Side::kClient, version);
        const Context server(world, Side::kServer, version);
        AllowEarlyData(libssl, server);
        const Owned ticket(libssl, MakeSession(client, server));
        libssl.SSL_SESSION_set_max_early_data(ticket.get(), 100);
        if (retry) AskForRetry(libssl, server);
        for (int i = 0; i < count / 6; ++i) {
          Walk(world, client, server, ticket.get(), random).Go(40);
          world.ForgetEvents();
        }
      }
    }
  });
}

}  // namespace
}  // namespace libssl_session

int main(int argc, char** argv) {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  TestEarlyData(libssl);
  TestClear(libssl);
  TestWalks(libssl, argc > 1 ? std::atoi(argv[1]) : 3000);
}
