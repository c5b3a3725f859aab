#include "loader/isolation.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace libssl_session {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Xword kDataAddress = R_X86_64_64;
constexpr bool HoldsAddress(Elf64_Xword type) {
  return type == kDataAddress || type == R_X86_64_GLOB_DAT || type == R_X86_64_JUMP_SLOT;
}
#elif defined(__aarch64__)
constexpr Elf64_Xword kDataAddress = R_AARCH64_ABS64;
constexpr bool HoldsAddress(Elf64_Xword type) {
  return type == kDataAddress || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_JUMP_SLOT;
}
#else
#error "the isolation proof knows the relocations of x86-64 and aarch64 only"
#endif

int FindSegmentsOf(dl_phdr_info* info, size_t, void* data) {
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

// CRYPTO_set_mem_functions changes these pointers, and another copy of this addon may have called
// it.
bool IsAllocatorHook(Elf64_Xword type, std::string_view name) {
  return type == kDataAddress &&
         (name == "CRYPTO_malloc" || name == "CRYPTO_realloc" || name == "CRYPTO_free");
}

}  // namespace

void FindSegments(MappedLibrary* library) { dl_iterate_phdr(FindSegmentsOf, library); }

std::optional<std::string> ProveIsolation(const MappedLibrary (&libraries)[2]) {
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
        // This searches the library itself, the libraries it needs and the C library, but not the
        // main program.
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
    return std::to_string(astray) + " of " + std::to_string(checked) +
           " references of the libraries are bound outside them; for instance " + example +
           ". Something loaded them into this process earlier, without isolating them";
  }
  // libssl has hundreds of references into libcrypto. If none was found, nothing was proved.
  if (checked == 0) {
    return "found no references of the libraries to check";
  }
  return std::nullopt;
}

}  // namespace libssl_session
