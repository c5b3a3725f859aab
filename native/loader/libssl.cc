#include "loader/libssl.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/wiped_memory.h"

namespace libssl_session {
namespace {

constexpr const char* kLibcrypto = "libcrypto.so.1.1";
constexpr const char* kLibssl = "libssl.so.1.1";

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
constexpr const char* kMultiarch = "x86_64-linux-gnu";
constexpr Elf64_Xword kDataAddress = R_X86_64_64;
constexpr bool HoldsAddress(Elf64_Xword type) {
  return type == kDataAddress || type == R_X86_64_GLOB_DAT || type == R_X86_64_JUMP_SLOT;
}
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
constexpr const char* kMultiarch = "aarch64-linux-gnu";
constexpr Elf64_Xword kDataAddress = R_AARCH64_ABS64;
constexpr bool HoldsAddress(Elf64_Xword type) {
  return type == kDataAddress || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_JUMP_SLOT;
}
#else
#error "the isolation proof knows the relocations of x86-64 and aarch64 only"
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LIBSSL_SESSION_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIBSSL_SESSION_SANITIZED 1
#endif

#if defined(LIBSSL_SESSION_SANITIZED)
// The sanitizers' runtimes refuse RTLD_DEEPBIND. Their programs export no OpenSSL, so that the
// proof holds without it.
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

// ---- Before anything is mapped: a library once opened cannot be closed again (both are linked
// ---- with -z nodelete), so a file that cannot be right is never opened.

class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      const size_t size = static_cast<size_t>(status.st_size);
      void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data != MAP_FAILED) bytes_ = {static_cast<const char*>(data), size};
    }
    close(fd);
  }
  ~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// A shared library for this machine, and whole: ld.so itself crashes on a truncated one.
bool IsWholeLibrary(std::string_view file) {
  Elf64_Ehdr header;
  if (file.size() < sizeof header) return false;
  std::memcpy(&header, file.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_type != ET_DYN || header.e_machine != kMachine ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > file.size() ||
      header.e_phnum > (file.size() - header.e_phoff) / sizeof(Elf64_Phdr)) {
    return false;
  }
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, file.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_offset > file.size() || segment.p_filesz > file.size() - segment.p_offset) {
      return false;
    }
  }
  return true;
}

// OPENSSL_VERSION_TEXT, which both libraries carry ("OpenSSL 1.1.1k  FIPS 25 Mar 2021").
std::string VersionText(std::string_view file) {
  constexpr std::string_view kName = "OpenSSL ";
  for (size_t at = file.find(kName); at != file.npos; at = file.find(kName, at + 1)) {
    const std::string_view rest = file.substr(at + kName.size(), 80);
    const size_t end = rest.find('\0');
    if (end != rest.npos && end > 0 && rest[0] >= '0' && rest[0] <= '9') {
      return std::string(kName) + std::string(rest.substr(0, end));
    }
  }
  return "";
}

enum LibraryIndex { crypto, ssl };

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
    const MappedFile file(*paths[i]);
    if (!IsWholeLibrary(file.bytes())) {
      return Refused{Refusal::kNotFound,
                     *paths[i] + " is not a readable, whole shared library for this machine"};
    }
    versions[i] = VersionText(file.bytes());
    if (versions[i].compare(0, 13, "OpenSSL 1.1.1") != 0) {
      return Refused{Refusal::kVersion,
                     *paths[i] + " is " +
                         (versions[i].empty() ? "of no version that it tells" : versions[i]) +
                         ", not OpenSSL 1.1.1"};
    }
    for (const Function& function : kFunctions) {
      // The name as its symbol table would have it; the symbol itself is looked up later.
      const std::string_view name(function.name, std::strlen(function.name) + 1);
      if (function.library == i && file.bytes().find(name) == std::string_view::npos) {
        return Refused{Refusal::kVersion, *paths[i] + " has no " + function.name};
      }
    }
  }
  if (versions[0] != versions[1]) {
    return Refused{Refusal::kVersion, "the two libraries are not of one build: " + libcrypto +
                                          " is " + versions[0] + ", " + libssl + " is " +
                                          versions[1]};
  }
  return std::nullopt;
}

// ---- The isolation proof.

struct MappedLibrary {
  void* handle;
  const link_map* map;
  std::string path;
  uintptr_t begin = 0;
  uintptr_t end = 0;

  bool Contains(uintptr_t address) const { return address >= begin && address < end; }
};

int FindSegments(dl_phdr_info* info, size_t, void* data) {
  MappedLibrary* library = static_cast<MappedLibrary*>(data);
  if (info->dlpi_addr != library->map->l_addr) return 0;
  library->begin = UINTPTR_MAX;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) & segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    library->begin = std::min(library->begin, begin);
    library->end = std::max(library->end, static_cast<uintptr_t>(begin + segment.p_memsz));
  }
  return 1;
}

struct Relocations {
  const Elf64_Rela* rows[2] = {nullptr, nullptr};
  size_t sizes[2] = {0, 0};
  const Elf64_Sym* symbols = nullptr;
  const char* names = nullptr;
};

Relocations ReadDynamic(const link_map* map) {
  Relocations result;
  // ld.so adds the load address to these in place, on most architectures.
  const auto address = [map](const ElfW(Dyn) * entry) {
    const uintptr_t value = entry->d_un.d_ptr;
    return reinterpret_cast<const void*>(value < map->l_addr ? value + map->l_addr : value);
  };
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    switch (entry->d_tag) {
      case DT_RELA:
        result.rows[0] = static_cast<const Elf64_Rela*>(address(entry));
        break;
      case DT_RELASZ:
        result.sizes[0] = entry->d_un.d_val / sizeof(Elf64_Rela);
        break;
      case DT_JMPREL:
        result.rows[1] = static_cast<const Elf64_Rela*>(address(entry));
        break;
      case DT_PLTRELSZ:
        result.sizes[1] = entry->d_un.d_val / sizeof(Elf64_Rela);
        break;
      case DT_SYMTAB:
        result.symbols = static_cast<const Elf64_Sym*>(address(entry));
        break;
      case DT_STRTAB:
        result.names = static_cast<const char*>(address(entry));
        break;
      default:
        break;
    }
  }
  return result;
}

// The words that CRYPTO_set_mem_functions sets: another copy of this addon may have done that.
bool IsAllocatorHook(Elf64_Xword type, std::string_view name) {
  return type == kDataAddress &&
         (name == "CRYPTO_malloc" || name == "CRYPTO_realloc" || name == "CRYPTO_free");
}

// Every address in the two libraries that stands for a symbol which one of them defines must be
// an address inside them. That also refuses a libssl that ld.so gave another libcrypto.so.1.1,
// which was in the process before: it goes by that name, not by the directory.
Verdict ProveIsolation(const MappedLibrary (&libraries)[2]) {
  const MappedLibrary& crypto = libraries[0];
  const MappedLibrary& ssl = libraries[1];
  const auto inside = [&](uintptr_t address) {
    return crypto.Contains(address) || ssl.Contains(address);
  };
  size_t checked = 0;
  size_t astray = 0;
  std::string example;
  for (const MappedLibrary& library : libraries) {
    const Relocations relocations = ReadDynamic(library.map);
    if (relocations.symbols == nullptr || relocations.names == nullptr) continue;
    for (int table = 0; table < 2; ++table) {
      for (size_t i = 0; i < relocations.sizes[table]; ++i) {
        const Elf64_Rela& row = relocations.rows[table][i];
        const Elf64_Sym& symbol = relocations.symbols[ELF64_R_SYM(row.r_info)];
        if (!HoldsAddress(ELF64_R_TYPE(row.r_info)) || symbol.st_name == 0) continue;
        const char* name = relocations.names + symbol.st_name;
        if (IsAllocatorHook(ELF64_R_TYPE(row.r_info), name)) continue;
        // Each library's own scope: itself, what it needs, the C library; never the main program.
        if (!inside(reinterpret_cast<uintptr_t>(dlsym(ssl.handle, name))) &&
            !inside(reinterpret_cast<uintptr_t>(dlsym(crypto.handle, name)))) {
          continue;
        }
        ++checked;
        uintptr_t bound;
        std::memcpy(&bound, reinterpret_cast<const void*>(library.map->l_addr + row.r_offset),
                    sizeof bound);
        if (inside(bound)) continue;
        if (astray++ == 0) {
          Dl_info info;
          const bool known = dladdr(reinterpret_cast<void*>(bound), &info) != 0;
          example = std::string(name) + " of " + library.path + " is bound to " +
                    (known ? info.dli_fname : "an unknown place");
        }
      }
    }
  }
  if (astray != 0) {
    return Refused{Refusal::kNotIsolated,
                   std::to_string(astray) + " of " + std::to_string(checked) +
                       " references of the libraries are bound outside them; for instance " +
                       example + ". Something loaded them into this process earlier, plainly"};
  }
  // libssl has hundreds of references into libcrypto: none found means that nothing was proved.
  if (checked == 0) {
    return Refused{Refusal::kNotIsolated, "found no reference of the libraries to check"};
  }
  return std::nullopt;
}

// ---- Opening.

std::string RealPath(const char* path) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path, nullptr), &free);
  return real == nullptr ? path : real.get();
}

std::string LastDlError() {
  const char* message = dlerror();
  return message == nullptr ? "dlopen failed" : message;
}

// `directory` is empty for the system loader's own search, else it ends in a slash.
Verdict Open(const std::string& directory, Libssl* libssl) {
  if (!directory.empty()) {
    if (Verdict verdict = CheckFiles(directory + kLibcrypto, directory + kLibssl)) return verdict;
  }
  MappedLibrary libraries[2] = {};
  const char* const names[2] = {kLibcrypto, kLibssl};
  // From a directory libcrypto first, or libssl would look elsewhere for it. Through the system
  // loader libssl first, which brings its own libcrypto: where there is only a libcrypto, nothing
  // stays open that the libssl of a later place would find by its name.
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
    dl_iterate_phdr(FindSegments, &library);
  }
  libssl->libcrypto_path = libraries[0].path;
  libssl->libssl_path = libraries[1].path;
  if (directory.empty()) {
    if (Verdict verdict = CheckFiles(libraries[0].path, libraries[1].path)) return verdict;
  }
  if (Verdict verdict = ProveIsolation(libraries)) return verdict;

  void* const slots[] = {
#define FUNCTION(library, result, name, parameters, reach) &libssl->name,
#include "openssl.def"
  };
  for (size_t i = 0; i < std::size(kFunctions); ++i) {
    const MappedLibrary& library = libraries[kFunctions[i].library];
    void* function = dlsym(library.handle, kFunctions[i].name);
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
  // No configuration: the openssl.cnf of a newer system is written for OpenSSL 3, and leaves
  // errors in the queue. No cleaning up at exit: other threads may still be at work then.
  if (libssl->OPENSSL_init_ssl(
          kInitNoLoadConfig | kInitNoAtexit | kInitLoadSslStrings | kInitLoadCryptoStrings,
          nullptr) != 1) {
    return Refused{Refusal::kVersion, "OPENSSL_init_ssl failed"};
  }
  libssl->ERR_clear_error();
  return std::nullopt;
}

// Where distributions, and people who built it themselves, put libssl.so.1.1.
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
