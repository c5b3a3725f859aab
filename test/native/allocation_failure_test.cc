// Makes each n-th allocation of libssl fail, through every session function: an error each time, no
// leak, no crash. What libssl allocates is counted, so that a leak shows without valgrind.

#include <dlfcn.h>
#include <link.h>

#include <functional>
#include <unordered_map>

#include "error_queue.h"
#include "session.h"
#include "session_counts.h"
#include "support.h"

namespace libssl_session {
namespace {

// One thread, so no lock.
std::unordered_map<void*, size_t>* allocations = nullptr;
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
  (*allocations)[block] = size;
  return block;
}

void* Reallocate(void* block, size_t size, const char* file, int line) {
  if (block == nullptr) return Allocate(size, file, line);
  if (Fails(file, line)) return nullptr;
  allocations->erase(block);
  void* moved = std::realloc(block, size);
  (*allocations)[moved] = size;
  return moved;
}

void Release(void* block, const char*, int) {
  allocations->erase(block);  // what came before us was allocated by malloc as well
  std::free(block);
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
  allocations = new std::unordered_map<void*, size_t>;
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
  Step(name);
  CHECK(operation());  // also warms up what libssl keeps: error strings, per-thread state
  libssl.ERR_clear_error();
  const size_t before = allocations->size();
  for (long n = 0;; ++n) {
    Step(std::string(name) + ", allocation " + std::to_string(n));
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
    Step(std::string(name) + " without the memory of " + failed_at);
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

}  // namespace
}  // namespace libssl_session

int main() {
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
}
