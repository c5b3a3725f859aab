// DTLS: what is sent and received are datagrams, some are lost, and libssl sends again.

#include "core/datagrams.h"

#include <chrono>
#include <random>
#include <thread>

#include "core/datagram_bio.h"
#include "tls.h"

namespace libssl_session {
namespace {

constexpr unsigned long kOpNoTicketFlag = 0x4000;
constexpr unsigned long kOpCookieExchange = 0x2000;

void SetMtu(const Connection& connection, long mtu) {
  const Libssl& libssl = connection.world.libssl;
  libssl.SSL_set_options(connection.get(), kOpNoQueryMtu);
  CHECK(libssl_session::SetMtu(connection.get(), mtu) == mtu);
}

std::vector<std::string> TakeAll(const Connection& connection) {
  std::vector<std::string> datagrams;
  for (std::string datagram = connection.Take(); !datagram.empty(); datagram = connection.Take()) {
    datagrams.push_back(datagram);
  }
  return datagrams;
}

// The shortest that libssl does not take for over at once, and what is then to be waited.
constexpr unsigned int kShort = 16'000;

void WaitForTimer(const Connection& connection) {
  timeval left;
  while (GetTimeout(*connection.state(), &left) && (left.tv_sec > 0 || left.tv_usec > 0)) {
    std::this_thread::sleep_for(std::chrono::microseconds(left.tv_sec * 1'000'000 + left.tv_usec));
  }
}

// Whether the datagram is whole records.
bool Whole(const std::string& datagram) {
  size_t at = 0;
  while (at + 13 <= datagram.size()) {
    at += 13 + (static_cast<uint8_t>(datagram[at + 11]) << 8) +
          static_cast<uint8_t>(datagram[at + 12]);
  }
  return at == datagram.size();
}

// A certificate and, behind it, so many others: here the same.
void AddChain(const Context& context, int count) {
  const Libssl& libssl = context.world.libssl;
  const std::string pem = Fixture("tls-cert.pem");
  for (int i = 0; i < count; ++i) {
    const MemoryBio bio(libssl, Bytes(pem), pem.size());
    X509* certificate = libssl.PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr);
    CHECK(libssl.SSL_CTX_ctrl(context.get(), kCtrlChainCert, 0, certificate) == 1);
  }
}

void TestBio(const Libssl& libssl) {
  Test("what is written at once is read at once, and cut where it does not fit", [&] {
    World world(libssl);
    const Context context(world, Side::kClient, kDtls12);
    const Connection connection(context);
    BIO* in = libssl.SSL_get_rbio(connection.get());
    char bytes[8];
    CHECK(libssl.BIO_read(in, bytes, sizeof bytes) == -1);
    for (const std::string& text : {std::string("one"), std::string("twotwo"), std::string("3")}) {
      connection.Feed(text);
    }
    connection.Feed("");
    CHECK(libssl.BIO_ctrl(in, kBioCtrlPending, 0, nullptr) == 3);
    CHECK(libssl.BIO_read(in, bytes, sizeof bytes) == 3);
    CHECK(libssl.BIO_ctrl(in, kBioCtrlPending, 0, nullptr) == 6);
    CHECK(libssl.BIO_read(in, bytes, 2) == 2);
    CHECK(libssl.BIO_read(in, bytes, sizeof bytes) == 1);
    CHECK(libssl.BIO_read(in, bytes, sizeof bytes) == -1);
    CHECK(libssl.BIO_write(in, "again", 5) == 5);
    CHECK(libssl.BIO_ctrl(in, kBioCtrlReset, 0, nullptr) == 1);
    CHECK(libssl.BIO_ctrl(in, kBioCtrlPending, 0, nullptr) == 0);
  });
}

// Carries all datagrams until there are none; each is of at most `mtu` bytes.
void CarryWithin(const Pair& pair, size_t mtu) {
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& [from, to] :
         {std::pair(&pair.client, &pair.server), std::pair(&pair.server, &pair.client)}) {
      CHECK(from->Proceed().error != kErrorSsl);
      for (const std::string& datagram : TakeAll(*from)) {
        CHECK(datagram.size() <= mtu && Whole(datagram));
        to->Feed(datagram);
        moved = true;
      }
    }
  }
  CHECK(pair.Ready());
}

// Handshakes with certificates of both sides, and again by renegotiation, which is all encrypted;
// then as much data as fits.
void TestMtu(const Libssl& libssl, int version, const std::string& suite, long apart) {
  World world(libssl);
  const Context client(world, Side::kClient, version);
  const Context server(world, Side::kServer, version);
  for (const Context* context : {&client, &server}) {
    CHECK(libssl.SSL_CTX_set_cipher_list(context->get(), (suite + ":@SECLEVEL=0").c_str()) == 1);
    libssl.SSL_CTX_set_options(context->get(), kOpNoResumptionOnRenegotiation);
  }
  CHECK(UseCertificate(libssl, client.get(), Fixture("tls-cert.pem")) == 1);
  CHECK(UsePrivateKey(libssl, client.get(), Fixture("tls-key.pem")) == 1);
  AddChain(client, 2);
  AddChain(server, 2);
  libssl.SSL_CTX_set_verify(server.get(), kVerifyPeer, nullptr);
  libssl.SSL_CTX_set_cert_verify_callback(
      server.get(), [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  for (long mtu = 208; mtu <= 1500; mtu += apart) {
    Trying(suite + ", " + std::to_string(mtu));
    const Pair pair(client, server);
    for (const Connection* side : {&pair.client, &pair.server}) SetMtu(*side, mtu);
    const auto most = static_cast<size_t>(mtu);
    CarryWithin(pair, most);
    const Connection& begins = mtu % 2 == 0 ? pair.client : pair.server;
    CHECK(libssl.SSL_renegotiate(begins.get()) == 1);
    CHECK(libssl.SSL_do_handshake(begins.get()) != 0);
    CarryWithin(pair, most);
    const std::string data(GetDataMtu(*pair.server.state()), 'x');
    pair.server.Write(data);
    const std::string datagram = pair.server.Take();
    // CBC comes in blocks.
    CHECK(datagram.size() <= most && datagram.size() + 16 > most);
  }
}

void TestFlights(const Libssl& libssl, long apart) {
  Test("a flight is datagrams of at most the MTU, each of whole records, however long it is", [&] {
    for (const long mtu : {0, 208, 1400, 4000, 5000, 9000, 20000, 65507}) {
      for (const int version : {kDtls10, kDtls12}) {
        Trying(std::to_string(mtu));
        World world(libssl);
        const Context client_context(world, Side::kClient, version);
        const Context server_context(world, Side::kServer, version);
        AddChain(server_context, 100);
        const Connection client(client_context);
        const Connection server(server_context);
        if (mtu != 0) SetMtu(client, mtu), SetMtu(server, mtu);
        const size_t most = mtu == 0 ? 1200 : static_cast<size_t>(mtu);
        size_t sent = 0;
        for (bool moved = true; moved;) {
          moved = false;
          for (const auto& [from, to] :
               {std::pair(&client, &server), std::pair(&server, &client)}) {
            CHECK(from->Proceed().error != kErrorSsl);
            for (const std::string& datagram : TakeAll(*from)) {
              CHECK(datagram.size() <= most && Whole(datagram));
              sent += datagram.size();
              to->Feed(datagram);
              moved = true;
            }
          }
        }
        CHECK(sent > 30000);
        CHECK(client.Ready() && server.Ready());
      }
    }
  });

  Test("no datagram is longer than the MTU, encrypted or not: with GCM at any MTU",
       [&] { TestMtu(libssl, kDtls12, "ECDHE-ECDSA-AES128-GCM-SHA256", apart); });
  Test("nor with other suites", [&] {
    for (const char* suite : {"ECDHE-ECDSA-AES256-CCM", "ECDHE-ECDSA-AES256-CCM8",
                              "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES256-SHA384"}) {
      TestMtu(libssl, kDtls12, suite, 31 * apart);
    }
    for (const int version : {kDtls10, kDtls12}) {
      TestMtu(libssl, version, "ECDHE-ECDSA-AES128-SHA", 31 * apart);
    }
  });

  Test("two connections in memory are ready after a flight of more than 30 KB", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kDtls12);
    const Context server(world, Side::kServer, kDtls12);
    AddChain(server, 100);
    Pair pair(client, server);
    CHECK(pair.Connect());
  });

  Test("of many datagrams that wait none is lost, and doubled, empty and foreign ones do no harm",
       [&] {
         World world(libssl);
         const Context client(world, Side::kClient, kDtls12);
         const Context server(world, Side::kServer, kDtls12);
         Pair pair(client, server);
         CHECK(pair.Connect());
         for (int i = 0; i < 60; ++i) {
           pair.client.Write(std::to_string(i));
           const std::string datagram = pair.client.Take();
           CHECK(pair.client.Take().empty());
           pair.server.Feed(datagram);
           pair.server.Feed("");
           pair.server.Feed(datagram);
           pair.server.Feed(datagram.substr(0, datagram.size() / 2));
           pair.server.Feed(std::string(2000, '\x17'));
           CHECK(pair.server.Proceed().error == kErrorNone);
         }
         for (int i = 0; i < 60; ++i) {
           char text[8];
           const Step step = ReadSome(pair.server.state(), text, sizeof text);
           CHECK(step.result > 0 && std::string(text, step.result) == std::to_string(i));
         }
         char text[8];
         CHECK(ReadSome(pair.server.state(), text, sizeof text).error == kErrorWantRead);
       });
}

void TestTimers(const Libssl& libssl) {
  Test("what is lost is sent again when the timer says so, twelve times", [&] {
    World world(libssl);
    const Context client_context(world, Side::kClient, kDtls12);
    const Connection client(client_context);
    timeval left;
    CHECK(!GetTimeout(*client.state(), &left));
    CHECK(HandleTimeout(client.state()).result == 0);
    SetFirstTimeout(client.state(), kShort);
    CHECK(client.Proceed().error == kErrorWantRead);
    const std::string hello = client.Take();
    CHECK(!hello.empty());
    // It would double each time: a minute in all.
    libssl.DTLS_set_timer_cb(client.get(), [](SSL*, unsigned int) { return 1u; });
    for (int again = 0; again < 12; ++again) {
      WaitForTimer(client);
      CHECK(HandleTimeout(client.state()).result == 1);
      const std::string copy = client.Take();
      CHECK(copy.size() == hello.size() && copy.substr(13) == hello.substr(13));
    }
    WaitForTimer(client);
    const Step step = HandleTimeout(client.state());
    CHECK(step.result == -1 && step.error == kErrorSsl);
    CHECK(ErrorsPending(libssl));
    libssl.ERR_clear_error();
  });

  Test("the first time is a second, or what was set, and nothing is sent before it", [&] {
    World world(libssl);
    const Context context(world, Side::kClient, kDtls12);
    for (const unsigned int first : {0u, 5'000'000u}) {
      const Connection client(context);
      SetFirstTimeout(client.state(), first);
      client.Proceed();
      timeval left;
      CHECK(GetTimeout(*client.state(), &left));
      const long whole = first == 0 ? 1 : 5;
      CHECK(left.tv_sec <= whole && left.tv_sec >= whole - 1);
      CHECK(HandleTimeout(client.state()).result == 0);
      CHECK(client.Take().size() > 13 && client.Take().empty());
    }
  });

  Test("where a third of the datagrams are lost the handshake ends all the same", [&] {
    World world(libssl);
    const Context client_context(world, Side::kClient, kDtls12);
    const Context server_context(world, Side::kServer, kDtls12);
    AddChain(server_context, 21);
    const Connection client(client_context);
    const Connection server(server_context);
    SetFirstTimeout(client.state(), kShort);
    SetFirstTimeout(server.state(), kShort);
    std::minstd_rand random(1);
    for (int round = 0; round < 100 && !(client.Ready() && server.Ready()); ++round) {
      for (const auto& [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
        CHECK(from->Proceed().error != kErrorSsl);
        const std::vector<std::string> flight = TakeAll(*from);
        if (flight.empty()) WaitForTimer(*from);
        for (const std::string& datagram : flight) {
          if (random() % 3 != 0) to->Feed(datagram);
        }
      }
    }
    CHECK(client.Ready() && server.Ready());
  });
}

void TestSessions(const Libssl& libssl) {
  Test("a session is kept as long as a message that was sent with it may be sent again", [&] {
    for (const unsigned long options : {0ul, kOpNoTicketFlag}) {
      World world(libssl);
      const Context client_context(world, Side::kClient, kDtls12);
      const Context first(world, Side::kServer, kDtls12);
      const Context second(world, Side::kServer, kDtls12);
      libssl.SSL_CTX_set_options(first.get(), options);
      libssl.SSL_CTX_set_options(second.get(), options);
      const Connection client(client_context);
      const Connection server(second);
      SetMtu(server, 208);
      {
        const Owned session(libssl, MakeSession(client_context, first));
        const Owned copy(libssl, libssl.SSL_SESSION_dup(session.get()));
        CHECK(libssl.SSL_set_session(client.get(), copy.get()) == 1);
        libssl.SSL_CTX_flush_sessions(client_context.get(), 0);
        libssl.SSL_CTX_flush_sessions(first.get(), 0);
      }
      // The connection has the only reference to what it offers.
      SSL_SESSION* offered = client.Session();
      SetFirstTimeout(client.state(), kShort);
      client.Proceed();
      for (const std::string& datagram : TakeAll(client)) server.Feed(datagram);
      server.Proceed();
      const std::vector<std::string> flight = TakeAll(server);
      const uint64_t destroyed = CountedSessions().destroyed;
      size_t fed = 0;
      while (client.Session() == offered) {
        CHECK(fed < flight.size());
        client.Feed(flight[fed++]);
        client.Proceed();
      }
      CHECK(fed < flight.size());  // the ServerHello only
      // The timer is over: the ClientHello goes again, with the session that is offered no more.
      WaitForTimer(client);
      client.Proceed();
      CHECK(!client.Take().empty());
      CHECK(CountedSessions().destroyed == destroyed);
      for (; fed < flight.size(); ++fed) client.Feed(flight[fed]);
      client.Proceed();
      CHECK(CountedSessions().destroyed == destroyed + 1);  // and then it is gone
      CHECK(client->sent_with.size() == 1);
    }
  });

  Test("renegotiations do not heap up sessions, also where their messages are lost", [&] {
    World world(libssl);
    const Context client_context(world, Side::kClient, kDtls12);
    const Context server_context(world, Side::kServer, kDtls12);
    Pair pair(client_context, server_context);
    CHECK(pair.Connect());
    SetFirstTimeout(pair.client.state(), kShort);
    for (int i = 0; i < 8; ++i) {
      CHECK(libssl.SSL_renegotiate(pair.client.get()) == 1);
      CHECK(Handshake(pair.client.state()).error == kErrorWantRead);
      CHECK(!TakeAll(pair.client).empty());  // and lost
      WaitForTimer(pair.client);
      CHECK(HandleTimeout(pair.client.state()).result == 1);
      CHECK(pair.Connect());
      CHECK(pair.client->sent_with.size() <= 2 && pair.server->sent_with.size() <= 2);
    }
  });
}

void TestCookies(const Libssl& libssl) {
  Test("a server listens without a state until a cookie of its own comes back from its address",
       [&] {
         World world(libssl);
         const Context client_context(world, Side::kClient, kDtls12);
         const Context server_context(world, Side::kServer, kDtls12);
         const std::string key(kCookieKey, 'k');
         server_context->cookies.makes.emplace_back(Bytes(key), key.size());
         server_context->cookies.takes.emplace_back(Bytes(key), key.size());
         InstallCookies(server_context.state());
         const Connection server(server_context);
         for (const char* garbage :
              {"x", "\x16\xfe\xff and what is no record at all, but long enough"}) {
           server->peer_address = "a";
           server.Feed(garbage);
           CHECK(Listen(server.state()).result == 0);
           CHECK(server.Take().empty());
           libssl.ERR_clear_error();
         }
         // Two clients take turns; the second has the first one's cookie.
         const Connection first(client_context);
         const Connection second(client_context);
         const auto hello = [&](const Connection& client, const char* address) {
           client.Proceed();
           server->peer_address = address;
           server.Feed(client.Take());
           const Step step = Listen(server.state());
           const std::string answer = server.Take();
           return std::pair(step.result, answer);
         };
         const auto [one, request] = hello(first, "first");
         CHECK(one == 0 && !request.empty() && request.size() < 100);
         CHECK(hello(second, "second").first == 0);
         CHECK(libssl.SSL_in_before(server.get()) == 1);
         second.Feed(request);
         CHECK(hello(second, "second").first == 0);
         first.Feed(request);
         CHECK(hello(first, "first").first == 1);
         CHECK(libssl.SSL_in_before(server.get()) == 0);
         CHECK(Join(first.state(), server.state()).server.error == kErrorNone);
         CHECK(first.Ready() && server.Ready());
       });

  Test("a handshake with cookies ends, and one without the peer's address fails", [&] {
    for (const bool with_address : {true, false}) {
      World world(libssl);
      const Context client_context(world, Side::kClient, kDtls12);
      const Context server_context(world, Side::kServer, kDtls12);
      libssl.SSL_CTX_set_options(server_context.get(), kOpCookieExchange);
      const std::string key(kCookieKey, 'k');
      server_context->cookies.makes.emplace_back(Bytes(key), key.size());
      server_context->cookies.takes.emplace_back(Bytes(key), key.size());
      InstallCookies(server_context.state());
      Pair pair(client_context, server_context);
      if (with_address) pair.server->peer_address = "somewhere";
      CHECK(pair.Connect() == with_address);
      libssl.ERR_clear_error();
    }
  });
}

}  // namespace
}  // namespace libssl_session

// datagrams_test [how far the MTUs of a test are apart]
int main(int argc, char** argv) {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  TestBio(libssl);
  TestFlights(libssl, argc > 1 ? std::atol(argv[1]) : 1);
  TestTimers(libssl);
  TestSessions(libssl);
  TestCookies(libssl);
  return 0;
}
