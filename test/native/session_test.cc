#include "core/session.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "core/error_queue.h"
#include "support.h"

namespace libssl_session {
namespace {

constexpr const char* kFixtures[] = {"openssl-1.1.1-tls12", "openssl-1.1.1-tls13"};

std::string Text(const Encoding& encoding) {
  return {reinterpret_cast<const char*>(encoding.data()), encoding.size()};
}

std::string Text(const MemoryBio& bio) {
  size_t size = 0;
  const char* data = bio.data(&size);
  return {data, size};
}

std::string Der(const Libssl& libssl, SSL_SESSION* session) {
  return Text(Encoding(libssl, libssl.i2d_SSL_SESSION, session));
}

bool HasErrors(const Libssl& libssl) {
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
  return !errors.empty();
}

void TestDer(const Libssl& libssl) {
  Test("DER that a handshake gave comes out as it went in, also from a dup", [&] {
    for (const std::string name : kFixtures) {
      Trying(name);
      const std::string der = Fixture(name + ".der");
      const Owned session(libssl, Decoded(libssl, der));
      CHECK(Der(libssl, session.get()) == der);
      const Owned dup(libssl, libssl.SSL_SESSION_dup(session.get()));
      CHECK(Der(libssl, dup.get()) == der);
      CHECK(!HasErrors(libssl));
    }
  });

  Test("the fixtures hold what their script says", [&] {
    const int versions[] = {0x0303, 0x0304};
    for (size_t i = 0; i < 2; ++i) {
      Trying(kFixtures[i]);
      const Owned session(libssl, Decoded(libssl, Fixture(std::string(kFixtures[i]) + ".der")));
      CHECK(libssl.SSL_SESSION_get_protocol_version(session.get()) == versions[i]);
      CHECK(libssl.SSL_SESSION_get0_hostname(session.get()) == std::string("session.example"));
      CHECK(libssl.SSL_SESSION_has_ticket(session.get()) == 1);
      CHECK(libssl.SSL_SESSION_get0_cipher(session.get()) != nullptr);
      CHECK(libssl.SSL_SESSION_get0_peer(session.get()) != nullptr);
    }
  });

  Test("every proper prefix of DER is refused", [&] {
    for (const std::string name : kFixtures) {
      const std::string der = Fixture(name + ".der");
      for (size_t size = 0; size < der.size(); ++size) {
        Trying(name + ", " + std::to_string(size) + " bytes");
        // A copy of just that size, so that reading beyond it is seen.
        const std::vector<uint8_t> prefix(der.begin(), der.begin() + static_cast<long>(size));
        size_t used = 1;
        CHECK(SessionFromDer(libssl, prefix.data(), size, &used) == nullptr);
        CHECK(used == 0);
      }
    }
    libssl.ERR_clear_error();
  });

  Test("bytes after the DER are left, and `used` tells where", [&] {
    for (const std::string name : kFixtures) {
      const std::string der = Fixture(name + ".der");
      for (const std::string& tail : {std::string(1, '\0'), std::string("tail"), der}) {
        const std::string both = der + tail;
        size_t used = 0;
        const Owned session(libssl, SessionFromDer(libssl, Bytes(both), both.size(), &used));
        CHECK(used == der.size());
      }
    }
  });

  Test("DER of anything else is refused", [&] {
    const std::string key = "\x30\x03\x02\x01\x05";
    size_t used = 1;
    CHECK(SessionFromDer(libssl, Bytes(key), key.size(), &used) == nullptr);
    CHECK(used == 0);
    CHECK(HasErrors(libssl));
  });
}

void TestEncoding(const Libssl& libssl) {
  Test("a session without a cipher, and no session, have no encoding", [&] {
    const Owned session(libssl, libssl.SSL_SESSION_new());
    for (SSL_SESSION* without : {session.get(), static_cast<SSL_SESSION*>(nullptr)}) {
      const Encoding der(libssl, libssl.i2d_SSL_SESSION, without);
      CHECK(der.data() == nullptr);
      CHECK(der.size() == 0);
    }
  });

  Test("the peer's certificate has an encoding, which is in the session's", [&] {
    const std::string der = Fixture("openssl-1.1.1-tls12.der");
    const Owned session(libssl, Decoded(libssl, der));
    const Encoding peer(libssl, libssl.i2d_X509, libssl.SSL_SESSION_get0_peer(session.get()));
    CHECK(peer.size() > 200);
    CHECK(Contains(der, Text(peer)));
  });
}

void TestPem(const Libssl& libssl) {
  Test("PEM that a handshake gave comes out as it went in, and is the same session as the DER",
       [&] {
         for (const std::string name : kFixtures) {
           Trying(name);
           const std::string pem = Fixture(name + ".pem");
           const Owned session(libssl, SessionFromPem(libssl, Bytes(pem), pem.size()));
           CHECK(Der(libssl, session.get()) == Fixture(name + ".der"));
           const MemoryBio bio(libssl);
           CHECK(libssl.PEM_write_bio_SSL_SESSION(bio.get(), session.get()) == 1);
           CHECK(Text(bio) == pem);
           CHECK(!HasErrors(libssl));
         }
       });

  Test("a PEM without its last byte of data, an empty one and one of another kind are refused",
       [&] {
         const std::string pem = Fixture("openssl-1.1.1-tls12.pem");
         const std::string end = "-----END SSL SESSION PARAMETERS-----";
         const std::string cut = pem.substr(0, pem.find(end) - 5) + "\n" + end + "\n";
         const std::string other = Patched(pem, "SSL SESSION PARAMETERS", "SSL SESSION PARAMETRES");
         for (const std::string& bad : {cut, other, std::string(), pem.substr(0, pem.find(end))}) {
           Trying(bad);
           CHECK(SessionFromPem(libssl, Bytes(bad), bad.size()) == nullptr);
           CHECK(HasErrors(libssl));
         }
       });

  Test("an empty BIO has no text", [&] {
    const MemoryBio bio(libssl);
    size_t size = 1;
    bio.data(&size);
    CHECK(size == 0);
  });
}

// What a child with a terminal of its own, which is not its standard input or output, writes to it
// while it runs `read`. The child is given a line when it has asked for one.
template <typename Read>
std::string TerminalOutputOf(Read read) {
  int terminal, child_side;
  CHECK(openpty(&terminal, &child_side, nullptr, nullptr, nullptr) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    close(terminal);
    if (setsid() < 0 || ioctl(child_side, TIOCSCTTY, 0) != 0) _exit(10);
    const int tty = open("/dev/tty", O_RDWR);  // where OpenSSL asks
    if (tty < 0) _exit(11);
    _exit(read() ? 0 : 12);
  }
  close(child_side);
  std::string output;
  char buffer[256];
  ssize_t size;
  bool answered = false;
  while ((size = ::read(terminal, buffer, sizeof buffer)) > 0) {  // fails when the child has ended
    output.append(buffer, static_cast<size_t>(size));
    if (!answered && Contains(output, ":")) {
      answered = true;
      CHECK(write(terminal, "wrong\n", 6) == 6);
    }
  }
  close(terminal);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  Trying("the child wrote: " + output + ", and ended with " + std::to_string(status));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return output;
}

void TestEncryptedPem(const Libssl& libssl) {
  const std::string pem =
      "-----BEGIN SSL SESSION PARAMETERS-----\n"
      "Proc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n"
      "\n"
      "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=\n"
      "-----END SSL SESSION PARAMETERS-----\n";

  Test("an encrypted PEM is refused, and nobody is asked for a password", [&] {
    const std::string output = TerminalOutputOf([&] {
      SSL_SESSION* session = SessionFromPem(libssl, Bytes(pem), pem.size());
      std::vector<OpensslError> errors;
      TakeErrors(libssl, &errors);
      return session == nullptr && !errors.empty() && errors[0].reason == "bad password read";
    });
    CHECK(output.empty());
  });

  Test("(without our password callback libssl does ask, so the test above can fail)", [&] {
    const std::string output = TerminalOutputOf([&] {
      const MemoryBio bio(libssl, Bytes(pem), pem.size());
      return libssl.PEM_read_bio_SSL_SESSION(bio.get(), nullptr, nullptr, nullptr) == nullptr;
    });
    CHECK(Contains(output, "Enter PEM pass phrase:"));
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  const libssl_session::Libssl& libssl = libssl_session::Load();
  libssl_session::TestDer(libssl);
  libssl_session::TestEncoding(libssl);
  libssl_session::TestPem(libssl);
  libssl_session::TestEncryptedPem(libssl);
}
