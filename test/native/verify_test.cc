// Whether the peer of a resumed session is judged as in a full handshake: certificates that have
// expired since the session was made.

#include "core/verify.h"

#include <dlfcn.h>

#include <functional>

#include "support.h"
#include "tls.h"

namespace libssl_session {
namespace {

// X509_VERIFY_PARAM_set_flags, which only tests use: the connection verifies as at a time when all
// certificates were within theirs.
void VerifyAsThen(const Libssl& libssl, SSL* ssl) {
  constexpr unsigned long kNoCheckTime = 0x200000;  // X509_V_FLAG_NO_CHECK_TIME
  void* libcrypto = dlopen(libssl.libcrypto_path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  CHECK(libcrypto != nullptr);
  auto* set = reinterpret_cast<int (*)(X509_VERIFY_PARAM*, unsigned long)>(
      dlsym(libcrypto, "X509_VERIFY_PARAM_set_flags"));
  CHECK(set != nullptr && set(libssl.SSL_get0_param(ssl), kNoCheckTime) == 1);
  dlclose(libcrypto);
}

// Calls take(certificate) for each of a fixture.
template <typename Take>
void EachCertificate(const Libssl& libssl, const char* fixture, Take take) {
  const std::string pem = Fixture(fixture);
  const MemoryBio bio(libssl, Bytes(pem), pem.size());
  for (int i = 0;; ++i) {
    X509* certificate = libssl.PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr);
    if (certificate == nullptr) break;
    CHECK(take(certificate, i) == 1);
    libssl.X509_free(certificate);
  }
  libssl.ERR_clear_error();
}

void Trust(const Context& context, const char* fixture) {
  const Libssl& libssl = context.world.libssl;
  EachCertificate(libssl, fixture, [&](X509* certificate, int) {
    return libssl.X509_STORE_add_cert(libssl.SSL_CTX_get_cert_store(context.get()), certificate);
  });
}

void Show(const Context& context, const char* fixture) {
  const Libssl& libssl = context.world.libssl;
  EachCertificate(libssl, fixture, [&](X509* certificate, int i) -> long {
    if (i == 0) return libssl.SSL_CTX_use_certificate(context.get(), certificate);
    return libssl.SSL_CTX_ctrl(context.get(), kCtrlChainCert, 1, certificate);
  });
  CHECK(UsePrivateKey(libssl, context.get(), Fixture("tls-key.pem")) == 1);
}

// The side that verifies, and the side that shows `chain`.
struct Example {
  Side verifies;
  int version;
  bool ticket;
};
constexpr Example kExamples[] = {
    {Side::kClient, kTls12, false},
    {Side::kClient, kTls12, true},
    {Side::kClient, kTls13, false},
    {Side::kClient, kTls13, true},
    {Side::kClient, kDtls12, true},
    // A ticket has no chain in it.
    {Side::kServer, kTls12, false},
    {Side::kServer, kTls13, false},
    {Side::kServer, kDtls12, false},
};

struct Setting {
  Setting(const Libssl& libssl, const Example& example_in, const char* chain)
      : example(example_in),
        world(libssl),
        client(world, Side::kClient, example.version),
        server(world, Side::kServer, example.version) {
    const uint8_t id_context = 1;
    CHECK(libssl.SSL_CTX_set_session_id_context(server.get(), &id_context, 1) == 1);
    if (!example.ticket) libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
    Judge(strict().state(), {false, false});
    libssl.SSL_CTX_set_verify(strict().get(), kVerifyPeer | kVerifyFailIfNoPeerCert, nullptr);
    Trust(strict(), "verify-root-a.pem");
    Show(example.verifies == Side::kClient ? server : client, chain);
  }

  const Context& strict() const { return example.verifies == Side::kClient ? client : server; }
  const Connection& Strict(const Pair& pair) const {
    return example.verifies == Side::kClient ? pair.client : pair.server;
  }

  // The session of a full handshake, when the certificates were within time.
  SSL_SESSION* MadeThen() const {
    Pair pair(client, server);
    VerifyAsThen(world.libssl, Strict(pair).get());
    CHECK(pair.Connect() && !pair.client.Reused());
    CHECK(world.libssl.SSL_get_verify_result(Strict(pair).get()) == kVerifyOk);
    SSL_SESSION* session = world.libssl.SSL_get1_session(pair.client.get());
    pair.Shutdown();
    return session;
  }

  const Example& example;
  World world;
  const Context client;
  const Context server;
};

// Both sides took it.
bool Passes(const Setting& setting, Pair& pair) {
  const Joined joined = pair.Join();
  const bool passes = pair.Ready() && setting.Strict(pair)->unusable == Rule::kNone;
  const Step& strict = setting.example.verifies == Side::kClient ? joined.client : joined.server;
  CHECK(passes != (strict.error == kErrorSsl));
  setting.world.libssl.ERR_clear_error();
  pair.Shutdown();
  return passes;
}

void EachExample(const std::function<void(const Example&)>& body) {
  for (const Example& example : kExamples) {
    Trying(std::string(example.verifies == Side::kClient ? "a client, " : "a server, ") +
           std::to_string(example.version) + (example.ticket ? ", ticket" : ", id"));
    body(example);
  }
}

void TestExpiredSince(const Libssl& libssl) {
  EachExample([&](const Example& example) {
    const Setting setting(libssl, example, "verify-old-chain.pem");
    {
      Pair full(setting.client, setting.server);
      CHECK(!Passes(setting, full));
      CHECK(libssl.SSL_get_verify_result(setting.Strict(full).get()) == kVerifyExpired);
    }
    {
      const Owned session(libssl, setting.MadeThen());
      Pair resumed(setting.client, setting.server, session.get());
      CHECK(!Passes(setting, resumed));
      CHECK(libssl.SSL_session_reused(setting.Strict(resumed).get()) == 1);
      CHECK(libssl.SSL_get_verify_result(setting.Strict(resumed).get()) == kVerifyExpired);
    }
    if (example.verifies == Side::kServer) return;
    const Owned session(libssl, setting.MadeThen());
    const Pair pair(setting.client, setting.server);
    CHECK(OfferSession(pair.client.state(), session.get(), true) == Offered::kNo);
  });
}

void TestWithinTime(const Libssl& libssl) {
  for (const bool renewed : {false, true}) {
    EachExample([&](const Example& example) {
      const Setting setting(libssl, example, renewed ? "verify-old-chain.pem" : "verify-chain.pem");
      if (renewed) Trust(setting.strict(), "verify-renewed-intermediate.pem");
      const Owned session(libssl, setting.MadeThen());
      Pair resumed(setting.client, setting.server);
      const Offered offered = OfferSession(resumed.client.state(), session.get(), true);
      CHECK(offered == Offered::kYes);
      CHECK(Passes(setting, resumed) && resumed.client.Reused() && resumed.server.Reused());
    });
  }
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  Test("a session whose intermediate has expired since is refused, as in a full handshake",
       [&] { TestExpiredSince(libssl); });
  Test("one that is within time is resumed, also where the intermediate was renewed",
       [&] { TestWithinTime(libssl); });
}
