#include "core/session_counts.h"

#include "core/session.h"
#include "support.h"

namespace libssl_session {
namespace {

uint64_t Live() {
  const SessionCounts counts = CountedSessions();
  return counts.created - counts.destroyed;
}

// That `work` makes and frees so many sessions, as libssl counts.
template <typename Work>
void Expect(uint64_t created, uint64_t destroyed, Work work) {
  const SessionCounts before = CountedSessions();
  work();
  const SessionCounts after = CountedSessions();
  Trying(std::to_string(after.created - before.created) + " created, " +
         std::to_string(after.destroyed - before.destroyed) + " destroyed");
  CHECK(after.created - before.created == created);
  CHECK(after.destroyed - before.destroyed == destroyed);
}

void TestOneThread(const Libssl& libssl) {
  SSL_SESSION* session = nullptr;
  SSL_SESSION* dup = nullptr;

  Test("new counts one", [&] { Expect(1, 0, [&] { session = libssl.SSL_SESSION_new(); }); });

  Test("up_ref counts none, nor does free before the last", [&] {
    Expect(0, 0, [&] {
      CHECK(libssl.SSL_SESSION_up_ref(session) == 1);
      libssl.SSL_SESSION_free(session);
    });
  });

  Test("dup counts one", [&] {
    Expect(1, 0, [&] { dup = libssl.SSL_SESSION_dup(session); });
    CHECK(Live() == 2);
  });

  Test("the last free of each counts one", [&] {
    Expect(0, 1, [&] { libssl.SSL_SESSION_free(session); });
    Expect(0, 1, [&] { libssl.SSL_SESSION_free(dup); });
    CHECK(Live() == 0);
  });

  Test("freeing NULL counts none",
       [&] { Expect(0, 0, [&] { libssl.SSL_SESSION_free(nullptr); }); });

  Test("d2i counts one, and one that fails leaves none", [&] {
    const std::string der = Fixture("openssl-1.1.1-tls13.der");
    size_t used;
    Expect(1, 0, [&] { session = SessionFromDer(libssl, Bytes(der), der.size(), &used); });
    libssl.SSL_SESSION_free(session);
    CHECK(Live() == 0);
    for (size_t size = 0; size < der.size(); ++size) {
      CHECK(SessionFromDer(libssl, Bytes(der), size, &used) == nullptr);
      CHECK(Live() == 0);
    }
    libssl.ERR_clear_error();
  });

  Test("a dup of a dup counts, whatever the order of the frees", [&] {
    Expect(3, 3, [&] {
      SSL_SESSION* first = libssl.SSL_SESSION_new();
      SSL_SESSION* second = libssl.SSL_SESSION_dup(first);
      libssl.SSL_SESSION_free(first);
      SSL_SESSION* third = libssl.SSL_SESSION_dup(second);
      libssl.SSL_SESSION_free(third);
      libssl.SSL_SESSION_free(second);
    });
  });
}

void TestManyThreads(const Libssl& libssl) {
  Test("counts of many threads add up, are never less than none, and end at none alive", [&] {
    constexpr int kThreads = 8;
    constexpr uint64_t kRounds = 500;
    // Each thread makes sessions and frees those of its neighbour.
    std::atomic<SSL_SESSION*> passed[kThreads] = {};
    std::atomic<int> working{kThreads - 1};
    Expect((kThreads - 1) * kRounds * 2, (kThreads - 1) * kRounds * 2, [&] {
      InThreads(kThreads, [&](int thread) {
        if (thread == kThreads - 1) {  // the one that looks
          while (working.load() != 0) {
            const SessionCounts counts = CountedSessions();
            CHECK(counts.created >= counts.destroyed);
          }
          return;
        }
        for (uint64_t round = 0; round < kRounds; ++round) {
          SSL_SESSION* session = libssl.SSL_SESSION_new();
          SSL_SESSION* dup = libssl.SSL_SESSION_dup(session);
          CHECK(libssl.SSL_SESSION_up_ref(session) == 1);
          libssl.SSL_SESSION_free(session);
          libssl.SSL_SESSION_free(session);
          libssl.SSL_SESSION_free(passed[(thread + 1) % (kThreads - 1)].exchange(dup));
        }
        --working;
      });
      for (auto& session : passed) libssl.SSL_SESSION_free(session);
    });
    CHECK(Live() == 0);
  });
}

// The ex_data of the session that was made last, until watched no more.
CRYPTO_EX_DATA* last_ex_data = nullptr;
bool watching = true;

void Watch(void*, void*, CRYPTO_EX_DATA* data, int, long, void*) {
  if (watching) last_ex_data = data;
}

void TestAll() {
  const Libssl& libssl = Load();
  CHECK(libssl.CRYPTO_get_ex_new_index(kExIndexSslSession, 0, nullptr, Watch, nullptr, nullptr) >
        0);
  SSL_SESSION* before = libssl.SSL_SESSION_new();
  CRYPTO_EX_DATA* const ex_data_before = last_ex_data;
  SSL_SESSION* dup_before = libssl.SSL_SESSION_dup(before);
  watching = false;

  Test("nothing is counted before the start", [&] {
    CHECK(CountedSessions().created == 0);
    CHECK(CountedSessions().destroyed == 0);
  });

  Test("counting starts once, though eight threads start it", [&] {
    InThreads(8, [&](int) { CHECK(StartCountingSessions(libssl)); });
    Expect(1, 1, [&] { libssl.SSL_SESSION_free(libssl.SSL_SESSION_new()); });
    CHECK(StartCountingSessions(libssl));
    Expect(1, 1, [&] { libssl.SSL_SESSION_free(libssl.SSL_SESSION_new()); });
  });

  Test("a session from before the start is counted neither then nor when it is freed",
       [&] { Expect(0, 0, [&] { libssl.SSL_SESSION_free(dup_before); }); });

  Test("a dup of such a session is counted, at both ends", [&] {
    SSL_SESSION* dup = nullptr;
    Expect(1, 0, [&] { dup = libssl.SSL_SESSION_dup(before); });
    Expect(0, 1, [&] { libssl.SSL_SESSION_free(dup); });
    // A value at a later index makes the source have one, NULL, at the index that counts.
    const int later =
        libssl.CRYPTO_get_ex_new_index(kExIndexSslSession, 0, nullptr, nullptr, nullptr, nullptr);
    static char value;
    CHECK(libssl.CRYPTO_set_ex_data(ex_data_before, later, &value) == 1);
    Expect(1, 0, [&] { dup = libssl.SSL_SESSION_dup(before); });
    Expect(0, 0, [&] { libssl.SSL_SESSION_free(before); });
    Expect(0, 1, [&] { libssl.SSL_SESSION_free(dup); });
  });

  TestOneThread(libssl);
  TestManyThreads(libssl);
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestAll(); }
