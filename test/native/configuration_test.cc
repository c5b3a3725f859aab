// SSL_CONF_CTX: what its commands are allowed to do, and what we know of them afterwards.

#include "core/configuration.h"

#include <unistd.h>

#include "tls.h"

namespace libssl_session {
namespace {

constexpr unsigned int kFile = 2;      // SSL_CONF_FLAG_FILE
constexpr unsigned int kBoth = 4 | 8;  // …_CLIENT and …_SERVER
constexpr unsigned int kCertificate = 32;

// As it is for configuration files.
class Made : public Configuration {
 public:
  explicit Made(const Libssl& libssl, unsigned int flags = kFile) : Configuration(libssl) {
    CHECK(get() != nullptr);
    libssl.SSL_CONF_CTX_set_flags(get(), flags | kBoth | kCertificate);
  }
};

void TestCommands(const Libssl& libssl) {
  Test("a command without an object only checks its value", [&] {
    Made made(libssl);
    made.Bind({});
    CHECK(made.Run("Groups", "P-256") == 2);
    CHECK(made.Run("Groups", "nix") == 0);
    CHECK(made.Run("nix", "P-256") == -2);
    CHECK(made.Run("Groups", nullptr) == -3);
    CHECK(made.Finish() == 1);
    libssl.ERR_clear_error();
  });

  Test("what libssl cannot be asked for later is known of a context", [&] {
    World world(libssl);
    const Context context(world, Side::kServer);
    Made made(libssl);
    made.Bind({context.state(), nullptr});
    CHECK(made.Run("curves", "P-384:P-256") == 2);
    CHECK(context->groups == "P-384:P-256");
    CHECK(made.Run("ECDHParameters", "+automatic") == 2);
    CHECK(context->groups == "P-384:P-256");
    CHECK(made.Run("ECDHParameters", "P-521") == 2);
    CHECK(context->groups == "P-521");
    CHECK(made.Run("NumTickets", "7") == 2);
    CHECK(made.Run("NumTickets", "256") == 0);
    CHECK(libssl.SSL_CTX_get_num_tickets(context.get()) == 7);
  });

  Test("and of a connection, by any spelling of the command", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    const Pair pair(client, server);
    ConnectionState* state = pair.server.state();
    Made made(libssl, 1);  // SSL_CONF_FLAG_CMDLINE
    made.Bind({nullptr, state});
    char option[] = "-groups";
    char value[] = "P-256";
    CHECK(made.RunArguments(option, value) == 2);
    CHECK(state->own.groups && !state->own.num_tickets);
    CHECK(made.SetPrefix("--") == 1);
    char tickets[] = "--num_tickets";
    char count[] = "256";
    CHECK(made.RunArguments(tickets, count) == -1);
    CHECK(!state->own.num_tickets);
    count[1] = '\0';
    CHECK(made.RunArguments(tickets, count) == 2);
    CHECK(state->own.num_tickets && libssl.SSL_get_num_tickets(state->ssl) == 2);
    CHECK(made.RunArguments(tickets, nullptr) == -3);
    CHECK(made.RunArguments(nullptr, nullptr) == 0);
    CHECK(made.Run("--min_protocol", "TLSv1.2") == 2 && state->own.min_version);
    CHECK(made.Run("--max_protocol", "TLSv1.3") == 2 && state->own.max_version);
  });

  Test("a connection's files are not read while its handshake is under way", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    const Pair pair(client, server);
    Made made(libssl);
    made.Bind({nullptr, pair.server.state()});
    const std::string file = FIXTURES "/tls-cert.pem";
    CHECK(made.CommandRule("Certificate") == Rule::kNone && made.FinishRule() == Rule::kNone);
    CHECK(made.Run("Certificate", file.c_str()) == 2);
    pair.client.Proceed();
    pair.server.Feed(pair.client.Take());
    pair.server.Proceed();
    CHECK(made.CommandRule("Certificate") == Rule::kCredential);
    CHECK(made.CommandRule("ChainCAPath") == Rule::kCredential);
    CHECK(made.FinishRule() == Rule::kCredential);
    CHECK(made.CommandRule("Groups") == Rule::kNone);
  });

  Test("nobody is asked for the passphrase of a file", [&] {
    World world(libssl);
    const Context server(world, Side::kServer);
    const TemporaryDirectory directory;
    const std::string file = directory / "encrypted.pem";
    WriteFile(file,
              "-----BEGIN DH PARAMETERS-----\nProc-Type: 4,ENCRYPTED\n"
              "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END DH PARAMETERS-----\n");
    // Without a terminal libcrypto would read it from here.
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "secret\n", 7) == 7 && dup2(ends[0], 0) == 0);
    Made made(libssl);
    made.Bind({server.state(), nullptr});
    CHECK(made.Run("DHParameters", file.c_str()) == 0);
    libssl.ERR_clear_error();
    char left[8];
    CHECK(read(0, left, sizeof left) == 7);
    close(ends[0]);
    close(ends[1]);
  });

  Test("it goes on with an object that has got other certificates", [&] {
    World world(libssl);
    const Context first(world, Side::kServer);
    const Context second(world, Side::kServer);
    const Context client(world, Side::kClient);
    const Pair pair(client, first);
    Made made(libssl);
    made.Bind({nullptr, pair.server.state()});
    CHECK(made.Run("Options", "ServerPreference") == 2);
    CHECK(libssl.SSL_set_SSL_CTX(pair.server.get(), second.get()) != nullptr);
    made.Bind({nullptr, pair.server.state()});
    CHECK(made.Run("VerifyMode", "Request") == 2);
    libssl.SSL_CONF_CTX_set_flags(made.get(), 1);
    CHECK(made.Run("-strict", nullptr) == 1);  // writes to the flags of the certificates
  });
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestCommands(libssl_session::Load()); }
