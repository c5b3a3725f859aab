#include "loader/libssl.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>

#include "core/wiped_memory.h"
#include "loader/elf_file.h"
#include "loader/isolation.h"

namespace libssl_session {
namespace {

constexpr const char* kLibcrypto = "libcrypto.so.1.1";
constexpr const char* kLibssl = "libssl.so.1.1";

#if defined(__x86_64__)
constexpr const char* kMultiarch = "x86_64-linux-gnu";
#elif defined(__aarch64__)
constexpr const char* kMultiarch = "aarch64-linux-gnu";
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LIBSSL_SESSION_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIBSSL_SESSION_SANITIZED 1
#endif

#if defined(LIBSSL_SESSION_SANITIZED)
// The sanitizers' runtimes refuse RTLD_DEEPBIND. The programs that we sanitize export no OpenSSL,
// so the libraries are isolated without it.
constexpr int kOpenFlags = RTLD_NOW | RTLD_LOCAL;
#elif defined(RTLD_DEEPBIND)
constexpr int kOpenFlags = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#else
#define LIBSSL_SESSION_NO_DEEPBIND 1
constexpr int kOpenFlags = RTLD_NOW | RTLD_LOCAL;
#endif

struct Refused {
  Refusal refusal;
  std::string reason;
};
using Verdict = std::optional<Refused>;  // nothing: accepted

enum LibraryIndex { crypto, ssl, optional_crypto, optional };

struct Function {
  LibraryIndex library;
  const char* name;
};
constexpr Function kFunctions[] = {
#define FUNCTION(library, result, name, parameters, reach) {library, #name},
#include "openssl.def"
};

Verdict CheckFiles(const std::string& libcrypto, const std::string& libssl) {
  std::string versions[2];
  const std::string* paths[2] = {&libcrypto, &libssl};
  for (int i = 0; i < 2; ++i) {
    if (access(paths[i]->c_str(), F_OK) != 0) {
      return Refused{Refusal::kNotFound, "no " + *paths[i]};
    }
    const ElfFile file(*paths[i]);
    if (!file.IsWholeLibrary()) {
      return Refused{Refusal::kNotFound,
                     *paths[i] + " is not a readable, whole shared library for this machine"};
    }
    versions[i] = file.VersionText();
    if (versions[i].compare(0, 13, "OpenSSL 1.1.1") != 0) {
      return Refused{Refusal::kVersion,
                     *paths[i] + " is " +
                         (versions[i].empty() ? "of an unknown version" : versions[i]) +
                         ", not OpenSSL 1.1.1"};
    }
    for (const Function& function : kFunctions) {
      // Open() looks the symbol itself up.
      if (function.library == i && !file.HasName(function.name)) {
        return Refused{Refusal::kVersion, *paths[i] + " has no " + function.name};
      }
    }
  }
  if (versions[0] != versions[1]) {
    return Refused{Refusal::kVersion, "the two libraries are from different builds: " + libcrypto +
                                          " is " + versions[0] + ", " + libssl + " is " +
                                          versions[1]};
  }
  return std::nullopt;
}

std::string RealPath(const char* path) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path, nullptr), &free);
  return real == nullptr ? path : real.get();
}

std::string LastDlError() {
  const char* message = dlerror();
  return message == nullptr ? "dlopen failed" : message;
}

// `directory` ends in a slash; it is empty for the system loader's own search.
Verdict Open(const std::string& directory, Libssl* libssl) {
  if (!directory.empty()) {
    if (Verdict verdict = CheckFiles(directory + kLibcrypto, directory + kLibssl)) return verdict;
  }
  MappedLibrary libraries[2] = {};
  const char* const names[2] = {kLibcrypto, kLibssl};
  // In a directory libcrypto is opened first, or ld.so would look elsewhere for it when it opens
  // libssl. With the system loader libssl is first, and brings its libcrypto. If the system has
  // only a libcrypto, it is not opened then, and the libssl of a later place cannot get bound to
  // it.
  const int order[2] = {directory.empty() ? ssl : crypto, directory.empty() ? crypto : ssl};
  for (const int i : order) {
    MappedLibrary& library = libraries[i];
    library.handle = dlopen((directory + names[i]).c_str(), kOpenFlags);
    if (library.handle == nullptr) return Refused{Refusal::kNotFound, LastDlError()};
    void* map = nullptr;
    if (dlinfo(library.handle, RTLD_DI_LINKMAP, &map) != 0) {
      return Refused{Refusal::kNotFound, LastDlError()};
    }
    library.map = static_cast<const link_map*>(map);
    library.path = RealPath(library.map->l_name);
    FindSegments(&library);
  }
  libssl->libcrypto_path = libraries[0].path;
  libssl->libssl_path = libraries[1].path;
  if (directory.empty()) {
    if (Verdict verdict = CheckFiles(libraries[0].path, libraries[1].path)) return verdict;
  }
  if (const auto fault = ProveIsolation(libraries)) return Refused{Refusal::kNotIsolated, *fault};

  void* const slots[] = {
#define FUNCTION(library, result, name, parameters, reach) &libssl->name,
#include "openssl.def"
  };
  for (size_t i = 0; i < std::size(kFunctions); ++i) {
    const LibraryIndex index = kFunctions[i].library;
    const bool may_lack = index == optional || index == optional_crypto;
    const MappedLibrary& library = libraries[index == optional          ? ssl
                                             : index == optional_crypto ? crypto
                                                                        : index];
    void* function = dlsym(library.handle, kFunctions[i].name);
    if (function == nullptr && may_lack) continue;
    if (!library.Contains(reinterpret_cast<uintptr_t>(function))) {
      return Refused{Refusal::kVersion, library.path + " has no " + kFunctions[i].name};
    }
    std::memcpy(slots[i], &function, sizeof function);
  }
  libssl->version_number = libssl->OpenSSL_version_num();
  if (libssl->version_number >> 12 != 0x10101) {
    return Refused{Refusal::kVersion, libraries[0].path + " is not OpenSSL 1.1.1"};
  }
  libssl->version = libssl->OpenSSL_version(kOpensslVersion);
  WipeFreedMemory(*libssl);
  // Loads no configuration: the openssl.cnf of a newer system is for OpenSSL 3, and would leave
  // errors in the queue. Does not clean up at exit: other threads may still use libssl then.
  if (libssl->OPENSSL_init_ssl(
          kInitNoLoadConfig | kInitNoAtexit | kInitLoadSslStrings | kInitLoadCryptoStrings,
          nullptr) != 1) {
    return Refused{Refusal::kVersion, "OPENSSL_init_ssl failed"};
  }
  libssl->ERR_clear_error();
  return std::nullopt;
}

// Where distributions put libssl.so.1.1, and people who build it themselves.
std::vector<std::string> KnownDirectories() {
  return {std::string("/usr/lib/") + kMultiarch,
          std::string("/lib/") + kMultiarch,
          "/usr/lib64",
          "/lib64",
          "/usr/lib",
          "/usr/lib/openssl-1.1",
          "/usr/local/lib64",
          "/usr/local/lib",
          "/usr/local/ssl/lib",
          "/opt/openssl-1.1/lib",
          "/opt/openssl-1.1.1/lib",
          "/home/linuxbrew/.linuxbrew/opt/openssl@1.1/lib"};
}

}  // namespace

LoadResult LoadLibssl(const std::string& explicit_directory,
                      const std::vector<std::string>& fallback_directories) {
  static std::mutex mutex;
  static const Libssl* loaded = nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  if (loaded != nullptr) return {loaded, {}};

  LoadResult result = {nullptr, {}};
#ifdef LIBSSL_SESSION_NO_DEEPBIND
  result.attempts.push_back({"the C library", Refusal::kNotIsolated,
                             "it has no RTLD_DEEPBIND (musl?), so libssl 1.1.1 cannot be kept "
                             "apart from Node's OpenSSL"});
#else
  auto libssl = std::make_unique<Libssl>();
  const auto attempt = [&](const std::string& place, const std::string& directory) {
    if (loaded != nullptr) return;
    if (Verdict verdict = Open(directory.empty() ? "" : directory + "/", libssl.get())) {
      result.attempts.push_back({place, verdict->refusal, verdict->reason});
    } else {
      loaded = libssl.release();  // for the life of the process, as the libraries are
    }
  };
  if (!explicit_directory.empty()) {
    attempt("LIBSSL_SESSION_DIR", explicit_directory);
  } else {
    attempt("the system loader", "");
    for (const std::string& directory : KnownDirectories()) attempt(directory, directory);
    for (const std::string& directory : fallback_directories) attempt(directory, directory);
  }
  result.libssl = loaded;
#endif
  return result;
}

}  // namespace libssl_session
