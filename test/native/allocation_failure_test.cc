// Makes each n-th allocation of libssl fail, through every session function, and through contexts,
// connections and handshakes: an error each time, or success, no leak, no crash. What libssl
// allocates is counted, so that a leak shows without valgrind.

#include <dlfcn.h>
#include <link.h>

#include <functional>
#include <unordered_map>

#include "core/error_queue.h"
#include "core/rules.h"
#include "core/session.h"
#include "core/session_counts.h"
#include "support.h"
#include "tls.h"

namespace libssl_session {
namespace {

// One thread, so no lock.
// Where a block comes from.
struct Place {
  const char* file;
  int line;
  long number;
};
std::unordered_map<void*, Place>* allocations = nullptr;
long allocated = 0;   // so many, ever
long countdown = -1;  // the allocation that fails; below 0: none
bool failed = false;
std::string failed_at;  // the line of OpenSSL's source

bool Fails(const char* file, int line) {
  if (countdown < 0 || countdown-- > 0) return false;
  failed = true;
  failed_at = std::string(file) + ":" + std::to_string(line);
  return true;
}

void* Allocate(size_t size, const char* file, int line) {
  if (Fails(file, line)) return nullptr;
  void* block = std::malloc(size);
  (*allocations)[block] = {file, line, allocated++};
  return block;
}

void* Reallocate(void* block, size_t size, const char* file, int line) {
  if (block == nullptr) return Allocate(size, file, line);
  if (Fails(file, line)) return nullptr;
  allocations->erase(block);
  void* moved = std::realloc(block, size);
  (*allocations)[moved] = {file, line, allocated++};
  return moved;
}

void Release(void* block, const char*, int) {
  allocations->erase(block);  // what came before us was allocated by malloc as well
  std::free(block);
}

// Where what is left was allocated, of that since `number`.
std::string LeftSince(long number) {
  std::string places;
  for (const auto& [block, place] : *allocations) {
    if (place.number < number) continue;
    places += std::string("\n  left: ") + place.file + ":" + std::to_string(place.line);
  }
  return places;
}

// Gives back what was allocated in this file of libssl's since `number`.
void FreeLeaked(const char* file, long number) {
  std::vector<void*> leaked;
  for (const auto& [block, place] : *allocations) {
    if (place.number >= number && Contains(place.file, file)) leaked.push_back(block);
  }
  for (void* block : leaked) Release(block, nullptr, 0);
}

// The three words in libcrypto's data that CRYPTO_set_mem_functions writes.
struct Hooks {
  void** allocate = nullptr;
  void** reallocate = nullptr;
  void** release = nullptr;
};

template <typename Result, typename... Parameters>
void* Address(Result (*function)(Parameters...)) {
  return reinterpret_cast<void*>(function);
}

int FindHooks(dl_phdr_info* info, size_t, void* data) {
  Hooks* hooks = static_cast<Hooks*>(data);
  if (!Contains(info->dlpi_name, kLibraryNames[0])) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) & segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) continue;
    void** const begin = reinterpret_cast<void**>(info->dlpi_addr + (segment.p_vaddr + 7) / 8 * 8);
    for (void** word = begin; word < begin + segment.p_filesz / 8 - 1; ++word) {
      if (*word == Address(Allocate)) hooks->allocate = word;
      if (*word == Address(Reallocate)) hooks->reallocate = word;
      if (*word == Address(Release)) hooks->release = word;
    }
  }
  return 1;
}

// CRYPTO_set_mem_functions works only before libcrypto has allocated anything, so before
// LoadLibssl; but then the isolation proof would find the three words pointing out of libcrypto, as
// it should. So: set them and see where they went, set them back, load, and write them there.
const Libssl& LoadWithOurAllocator() {
  allocations = new std::unordered_map<void*, Place>;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int kFlags = RTLD_NOW | RTLD_LOCAL;
#else
  constexpr int kFlags = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
  void* libcrypto = dlopen((LibsslDirectory() + "/" + kLibraryNames[0]).c_str(), kFlags);
  CHECK(libcrypto != nullptr);
  using SetMemFunctions = int(void*, void*, void*);
  auto* set = reinterpret_cast<SetMemFunctions*>(dlsym(libcrypto, "CRYPTO_set_mem_functions"));
  CHECK(set != nullptr);
  Hooks hooks;
  CHECK(set(Address(Allocate), Address(Reallocate), Address(Release)) == 1);
  dl_iterate_phdr(FindHooks, &hooks);
  CHECK(hooks.allocate != nullptr && hooks.reallocate != nullptr && hooks.release != nullptr);
  CHECK(set(dlsym(libcrypto, "CRYPTO_malloc"), dlsym(libcrypto, "CRYPTO_realloc"),
            dlsym(libcrypto, "CRYPTO_free")) == 1);
  const Libssl& libssl = Load();
  *hooks.allocate = Address(Allocate);
  *hooks.reallocate = Address(Reallocate);
  *hooks.release = Address(Release);
  return libssl;
}

// A certificate's public key is decoded ahead of time, and decoded again when it is asked for. A
// session whose mark finds no memory is not counted.
bool DoesWithout(const std::string& place) {
  return Contains(place, "crypto/ec/") || Contains(place, "crypto/bn/") ||
         Contains(place, "crypto/threads_pthread.c") || Contains(place, "crypto/stack/");
}

// `operation` says whether it did what it should, and leaves nothing behind either way. It is run
// with the first, the second, the third … of its allocations failing, until none fails.
void Survives(const Libssl& libssl, const char* name, const std::function<bool()>& operation,
              bool allocates = true) {
  libssl.ERR_clear_error();
  Trying(name);
  CHECK(operation());  // also warms up what libssl keeps: error strings, per-thread state
  libssl.ERR_clear_error();
  const size_t before = allocations->size();
  for (long n = 0;; ++n) {
    Trying(std::string(name) + ", allocation " + std::to_string(n));
    failed = false;
    countdown = n;
    const bool done = operation();
    countdown = -1;
    std::vector<OpensslError> errors;
    TakeErrors(libssl, &errors);
    libssl.ERR_clear_error();  // its texts stay allocated until then
    CHECK(allocations->size() == before);
    if (!failed) {
      CHECK(done);
      CHECK(errors.empty());
      CHECK(n > 0 || !allocates);
      return;
    }
    Trying(std::string(name) + " without the memory of " + failed_at);
    CHECK(!done || DoesWithout(failed_at));
  }
}

void AllFunctions(const Libssl& libssl) {
  const std::string der = Fixture("openssl-1.1.1-tls12.der");
  const std::string der13 = Fixture("openssl-1.1.1-tls13.der");
  const std::string pem = Fixture("openssl-1.1.1-tls12.pem");
  size_t used = 0;
  SSL_SESSION* session = SessionFromDer(libssl, Bytes(der), der.size(), &used);
  CHECK(session != nullptr);
  const auto freed = [&](SSL_SESSION* made) {
    libssl.SSL_SESSION_free(made);
    return made != nullptr;
  };
  const auto written = [&](auto write) {
    const MemoryBio bio(libssl);
    return WriteSession(libssl, bio, write, session);
  };

  Survives(libssl, "SSL_SESSION_new", [&] { return freed(libssl.SSL_SESSION_new()); });
  Survives(libssl, "SSL_SESSION_dup", [&] { return freed(libssl.SSL_SESSION_dup(session)); });
  for (const std::string* encoded : {&der, &der13}) {
    Survives(libssl, "d2i_SSL_SESSION", [&] {
      return freed(SessionFromDer(libssl, Bytes(*encoded), encoded->size(), &used));
    });
  }
  Survives(libssl, "PEM_read_bio_SSL_SESSION",
           [&] { return freed(SessionFromPem(libssl, Bytes(pem), pem.size())); });
  Survives(libssl, "i2d_SSL_SESSION",
           [&] { return Encoding(libssl, libssl.i2d_SSL_SESSION, session).data() != nullptr; });
  Survives(libssl, "PEM_write_bio_SSL_SESSION",
           [&] { return written(libssl.PEM_write_bio_SSL_SESSION); });
  Survives(libssl, "SSL_SESSION_print", [&] { return written(libssl.SSL_SESSION_print); });
  Survives(libssl, "SSL_SESSION_print_keylog",
           [&] { return written(libssl.SSL_SESSION_print_keylog); });
  Survives(libssl, "i2d_X509", [&] {
    X509* peer = libssl.SSL_SESSION_get0_peer(session);
    return Encoding(libssl, libssl.i2d_X509, peer).data() != nullptr;
  });
  const std::string text = "some text";
  // Without memory libssl has given the old value back already, so it is taken away first.
  Survives(libssl, "SSL_SESSION_set1_hostname", [&] {
    const bool done = libssl.SSL_SESSION_set1_hostname(session, text.c_str()) == 1;
    CHECK((libssl.SSL_SESSION_get0_hostname(session) != nullptr) == done);
    return libssl.SSL_SESSION_set1_hostname(session, nullptr) == 1 && done;
  });
  Survives(libssl, "SSL_SESSION_set1_alpn_selected", [&] {
    const bool done = libssl.SSL_SESSION_set1_alpn_selected(session, Bytes(text), text.size()) == 1;
    return libssl.SSL_SESSION_set1_alpn_selected(session, nullptr, 0) == 1 && done;
  });
  Survives(libssl, "SSL_SESSION_set1_ticket_appdata", [&] {
    const bool done =
        libssl.SSL_SESSION_set1_ticket_appdata(session, text.data(), text.size()) == 1;
    return libssl.SSL_SESSION_set1_ticket_appdata(session, nullptr, 0) == 1 && done;
  });

  // These hold their bytes in the session itself.
  const auto without = [&](const char* name, const std::function<bool()>& operation) {
    Survives(libssl, name, operation, false);
  };
  without("SSL_SESSION_up_ref",
          [&] { return libssl.SSL_SESSION_up_ref(session) == 1 && freed(session); });
  without("SSL_SESSION_set1_id",
          [&] { return libssl.SSL_SESSION_set1_id(session, Bytes(text), 9) == 1; });
  without("SSL_SESSION_set1_id_context",
          [&] { return libssl.SSL_SESSION_set1_id_context(session, Bytes(text), 9) == 1; });
  without("SSL_SESSION_set1_master_key",
          [&] { return libssl.SSL_SESSION_set1_master_key(session, Bytes(text), 9) == 1; });
  without("SSL_SESSION_get_master_key", [&] { return MasterKey(libssl, session).size() == 9; });
  without("setters of numbers", [&] {
    return libssl.SSL_SESSION_set_time(session, 5) == 5 &&
           libssl.SSL_SESSION_set_timeout(session, 5) == 1 &&
           libssl.SSL_SESSION_set_protocol_version(session, 0x303) == 1 &&
           libssl.SSL_SESSION_set_max_early_data(session, 5) == 1;
  });
  libssl.SSL_SESSION_free(session);
}

// ---- Contexts, connections and handshakes.

// Of a handshake's thousand allocations each `stride`-th fails: all of them, but under a tool.
long stride = 1;

// An operation is prepared and cleaned up without failures; Armed is what is tried in between.
long armed_with = -1;
class Armed {
 public:
  Armed() { countdown = armed_with; }
  ~Armed() { countdown = -1; }
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;
};

// As Survives, for what may do without some of its memory: with a full handshake in place of a
// resumption, without a ticket or an event. What is not done says so, if not always in the queue.
// `leaks`: the file of libssl's whose blocks it leaks by a defect of its own.
void Endures(const Libssl& libssl, const char* name, const std::function<bool()>& operation,
             const char* leaks = nullptr) {
  Trying(name);
  armed_with = -1;
  for (int i = 0; i < 2; ++i) CHECK(operation());  // warms up what libssl keeps
  libssl.ERR_clear_error();
  const size_t before = allocations->size();
  const SessionCounts counts_before = CountedSessions();
  long not_done = 0;
  for (long n = 0;; n += stride) {
    Trying(std::string(name) + ", allocation " + std::to_string(n));
    failed = false;
    failed_at.clear();
    const long begin = allocated;
    armed_with = n;
    const bool done = operation();
    std::vector<OpensslError> errors;
    TakeErrors(libssl, &errors);
    libssl.ERR_clear_error();
    if (leaks != nullptr && failed) FreeLeaked(leaks, begin);
    Trying(std::string(name) + " without the memory of " + failed_at + ", the " +
           std::to_string(n) + "th" + (allocations->size() == before ? "" : LeftSince(begin)));
    CHECK(allocations->size() == before);
    const SessionCounts counts = CountedSessions();
    CHECK(counts.created - counts_before.created == counts.destroyed - counts_before.destroyed);
    not_done += done ? 0 : 1;
    if (!failed) {
      CHECK(done && errors.empty());
      CHECK(not_done > 0);
      return;
    }
  }
}

// A handshake over, the client's session in hand, and some data each way; or an error.
bool Talks(const Pair& pair) {
  const Libssl& libssl = pair.client.world.libssl;
  libssl_session::Join(pair.client.state(), pair.server.state());
  if (!pair.Ready()) return false;
  const auto sent = [&](const Connection& from, const Connection& to) {
    char data[16];
    if (libssl.SSL_write(from.get(), "some text", 9) != 9) return false;
    libssl_session::Join(pair.client.state(), pair.server.state());
    return ReadSome(to.state(), data, sizeof data).result == 9;
  };
  return sent(pair.client, pair.server) && sent(pair.server, pair.client);
}

void Contexts(const Libssl& libssl) {
  {
    // The very first one, which also takes the places for what is ours.
    Registry registry;
    SSL_CTX* context = libssl.SSL_CTX_new(libssl.TLS_method());
    CHECK(context != nullptr);
    for (long n = 0;; ++n) {
      Trying("the first context, allocation " + std::to_string(n));
      failed = false;
      countdown = n;
      bool made = true;
      try {
        new ContextState(libssl, registry, context, false);
      } catch (const std::bad_alloc&) {
        made = false;
      }
      countdown = -1;
      libssl.ERR_clear_error();
      CHECK(made == !failed);
      CHECK(registry.contexts.size() == (made ? 1u : 0u));
      if (made) break;
    }
    CHECK(ContextState::Of(libssl, context) == registry.contexts[0]);
    libssl.SSL_CTX_free(context);
    CHECK(registry.contexts.empty());
  }
  for (const Side side : {Side::kClient, Side::kServer}) {
    Endures(libssl, side == Side::kServer ? "a server's context" : "a client's context", [&] {
      Registry registry;
      SSL_CTX* context = nullptr;
      {
        const Armed armed;
        context = NewContext(libssl, registry, side, kAnyTls);
      }
      libssl.SSL_CTX_free(context);
      CHECK(registry.contexts.empty());
      return context != nullptr;
    });
  }
  Endures(libssl, "a connection", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    SSL* ssl = nullptr;
    {
      const Armed armed;
      ssl = NewConnection(client.state());
    }
    libssl.SSL_free(ssl);
    return ssl != nullptr;
  });
}

void Handshakes(const Libssl& libssl) {
  const uint32_t kEvents =
      Bit(EventKind::kNewSession) | Bit(EventKind::kRemoveSession) | Bit(EventKind::kKeylog);
  struct Way {
    const char* name;
    int version;
    bool tickets, resumed, stored;
  };
  const Way ways[] = {
      {"a handshake of TLS 1.2", kTls12, true, false, false},
      {"a handshake of TLS 1.3", kTls13, true, false, false},
      {"a resumption by id", kTls12, false, true, false},
      {"a resumption by ticket", kTls12, true, true, false},
      {"a resumption of TLS 1.3", kTls13, true, true, false},
      {"a resumption of TLS 1.3 by a stateful ticket", kTls13, false, true, false},
      {"a look-up by id", kTls12, false, true, true},
      {"a look-up in TLS 1.3", kTls13, false, true, true},
      {"a handshake of DTLS", kDtls12, true, false, false},
  };
  for (const Way& way : ways) {
    Endures(libssl, way.name, [&] {
      World world(libssl);
      const Context client(world, Side::kClient, way.version);
      const Context server(world, Side::kServer, way.version);
      if (!way.tickets) libssl.SSL_CTX_set_options(server.get(), kOpNoTicket);
      const std::string key(48, 'k');
      server->ticket_keys.emplace_back(Bytes(key), key.size());
      InstallTicketKeys(server.state());
      server->answers.ticket_app_data = "some data";
      InstallTicketAppData(server.state());
      client->Observe(kEvents);
      server->Observe(kEvents);
      std::unique_ptr<Owned> session, stored;
      if (way.resumed) session = std::make_unique<Owned>(libssl, MakeSession(client, server));
      if (way.stored) {
        const std::string id =
            way.version == kTls13 ? Ticket(libssl, session->get()) : Id(libssl, session->get());
        stored = std::make_unique<Owned>(
            libssl, libssl.SSL_SESSION_dup(server->FindId(Bytes(id), id.size())));
        libssl.SSL_CTX_flush_sessions(server.get(), 0);
        server->Observe(kEvents | Bit(EventKind::kLookup));
      }
      Pair pair(client, server, session == nullptr ? nullptr : session->get());
      const bool fails = armed_with >= 0;
      bool done;
      {
        const Armed armed;
        if (way.stored) {
          pair.Join();
          if (stored != nullptr) {
            pair.server->found.emplace_back(libssl, stored->get());
            pair.server->lookup = ConnectionState::Question::kAnswered;
          }
        }
        done = Talks(pair);
      }
      CHECK(fails || pair.server.Reused() == way.resumed);
      pair.Shutdown();
      return done;
    });
  }
}

// What Join carries and finds no memory for is not there any more: a handshake that ends so would
// wait for ever.
void Joins(const Libssl& libssl) {
  int lost = 0;
  Endures(libssl, "a handshake that is joined", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    Pair pair(client, server);
    Joined joined;
    {
      const Armed armed;
      joined = pair.Join();
    }
    const auto goes_on = [](const Step& step) {
      return step.error == kErrorNone || step.error == kErrorWantRead;
    };
    if (pair.Ready()) return true;
    CHECK(joined.lost || !goes_on(joined.client) || !goes_on(joined.server));
    if (joined.lost) {
      ++lost;
      CHECK((pair.client->unusable != Rule::kNone) != (pair.server->unusable != Rule::kNone));
    }
    return false;
  });
  CHECK(lost > 0 || stride > 1);
}

// Early data whose first step fails, and then whatever may still be asked of that connection, with
// a server that wants another ClientHello: libssl has no keys for early data after that.
void EarlyData(const Libssl& libssl) {
  const std::string marker = "early data in clear";
  World world(libssl);
  const Context client(world, Side::kClient);
  const Context server(world, Side::kServer);
  libssl.SSL_CTX_set_max_early_data(server.get(), 1000);
  libssl.SSL_CTX_set_recv_max_early_data(server.get(), 1000);
  const Owned ticket(libssl, MakeSession(client, server));
  char groups[] = "P-384";
  CHECK(libssl.SSL_CTX_ctrl(server.get(), kCtrlSetGroupsList, 0, groups) == 1);
  for (long n = 0;; n += stride) {
    Trying("allocation " + std::to_string(n));
    const Owned offered(libssl, libssl.SSL_SESSION_dup(ticket.get()));  // a failure marks it
    Pair pair(client, server, offered.get());
    const auto write = [&] {
      if (WriteEarlyDataRule(*pair.client.state()) != Rule::kNone) return;
      WriteEarlyData(pair.client.state(), marker.data(), marker.size());
      libssl.ERR_clear_error();
    };
    CHECK(WriteEarlyDataRule(*pair.client.state()) == Rule::kNone);
    failed = false;
    countdown = n;
    WriteEarlyData(pair.client.state(), marker.data(), marker.size());
    countdown = -1;
    libssl.ERR_clear_error();
    // It has begun, and not only where libssl says so.
    CHECK(pair.client->early_data);
    for (int i = 0; i < 4; ++i) {
      if (i > 0) write();
      const std::string sent = pair.client.Take();
      CHECK(!Contains(sent, marker));
      pair.server.Feed(sent);
      Handshake(pair.server.state());
      pair.client.Feed(pair.server.Take());
      if (i % 2 == 0) write();
      CHECK(!Contains(pair.client.Take(), marker));
      Handshake(pair.client.state());
      libssl.ERR_clear_error();
    }
    world.ForgetEvents();
    if (!failed) return;
  }
}

void Psks(const Libssl& libssl) {
  for (const int version : {kTls12, kTls13}) {
    Endures(
        libssl, version == kTls12 ? "a PSK of TLS 1.2" : "a PSK of TLS 1.3",
        [&] {
          World world(libssl);
          const Context client(world, Side::kClient, version);
          const Context server(world, Side::kServer, version);
          const std::string key(32, 'k');
          if (version == kTls12) {
            CHECK(libssl.SSL_CTX_set_cipher_list(client.get(), "PSK-AES128-CBC-SHA") == 1);
            client->answers.psk_client.emplace("psk", Secret(Bytes(key), key.size()));
            server->answers.psk_server.emplace("psk", Secret(Bytes(key), key.size()));
            InstallPskClient(client.state(), nullptr);
            InstallPskServer(server.state(), nullptr);
          } else {
            const Owned psk(
                libssl, libssl.SSL_SESSION_dup(Owned(libssl, MakeSession(client, server)).get()));
            client->answers.psk_use.emplace("psk", SessionReference(libssl, psk.get()));
            server->answers.psk_find.emplace("psk", SessionReference(libssl, psk.get()));
            InstallPskUse(client.state(), nullptr);
            InstallPskFind(server.state(), nullptr);
          }
          Pair pair(client, server);
          const bool fails = armed_with >= 0;
          bool done;
          {
            const Armed armed;
            done = Talks(pair);
          }
          CHECK(fails || version == kTls12 || pair.server.Reused());
          pair.Shutdown();
          return done;
        },
        // What fails between the client's answer and its use leaks the key, in a C program as well:
        // the SSL that is freed does not free it.
        version == kTls12 ? "ssl/statem/statem_clnt.c" : nullptr);
  }
}

}  // namespace
}  // namespace libssl_session

// allocation_failure_test [how far the failing allocations of a handshake are apart]
int main(int argc, char** argv) {
  using namespace libssl_session;
  const Libssl& libssl = LoadWithOurAllocator();
  Test("every session function survives every failing allocation", [&] { AllFunctions(libssl); });
  CHECK(StartCountingSessions(libssl));
  Test("the same while sessions are counted", [&] {
    const SessionCounts before = CountedSessions();
    AllFunctions(libssl);
    const SessionCounts after = CountedSessions();
    CHECK(after.created - before.created == after.destroyed - before.destroyed);
  });
  stride = argc > 1 ? std::atol(argv[1]) : 1;
  Test("contexts and connections survive every failing allocation", [&] { Contexts(libssl); });
  Test("so do handshakes, resumptions and look-ups", [&] { Handshakes(libssl); });
  Test("so do handshakes by PSK", [&] { Psks(libssl); });
  Test("early data whose first step found no memory is never sent unencrypted",
       [&] { EarlyData(libssl); });
  Test("what is carried from one connection to another is never lost in silence",
       [&] { Joins(libssl); });
}
