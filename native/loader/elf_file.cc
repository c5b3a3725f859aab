#include "loader/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace libssl_session {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#endif

}  // namespace

ElfFile::ElfFile(const std::string& path) {
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

ElfFile::~ElfFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

bool ElfFile::IsWholeLibrary() const {
  Elf64_Ehdr header;
  if (bytes_.size() < sizeof header) return false;
  std::memcpy(&header, bytes_.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_type != ET_DYN || header.e_machine != kMachine ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > bytes_.size() ||
      header.e_phnum > (bytes_.size() - header.e_phoff) / sizeof(Elf64_Phdr)) {
    return false;
  }
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes_.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_offset > bytes_.size() || segment.p_filesz > bytes_.size() - segment.p_offset) {
      return false;
    }
  }
  return true;
}

std::string ElfFile::VersionText() const {
  constexpr std::string_view kName = "OpenSSL ";
  for (size_t at = bytes_.find(kName); at != bytes_.npos; at = bytes_.find(kName, at + 1)) {
    const std::string_view rest = bytes_.substr(at + kName.size(), 80);
    const size_t end = rest.find('\0');
    if (end != rest.npos && end > 0 && rest[0] >= '0' && rest[0] <= '9') {
      return std::string(kName) + std::string(rest.substr(0, end));
    }
  }
  return "";
}

bool ElfFile::HasName(const char* name) const {
  return bytes_.find(std::string_view(name, std::strlen(name) + 1)) != std::string_view::npos;
}

}  // namespace libssl_session
