// A shared library's file, read before the library is opened: once opened it cannot be closed again
// (both of Debian's are linked with -z nodelete), so a file that cannot be right is never opened.

#ifndef LIBSSL_SESSION_NATIVE_LOADER_ELF_FILE_H_
#define LIBSSL_SESSION_NATIVE_LOADER_ELF_FILE_H_

#include <string>
#include <string_view>

namespace libssl_session {

class ElfFile {
 public:
  explicit ElfFile(const std::string& path);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  // A shared library for this machine, and whole: ld.so itself crashes on a truncated one.
  bool IsWholeLibrary() const;
  // OPENSSL_VERSION_TEXT, which both libraries carry ("OpenSSL 1.1.1k  FIPS 25 Mar 2021"); empty
  // where there is none.
  std::string VersionText() const;
  // Whether the name stands in it as its symbol table would have it.
  bool HasName(const char* name) const;

 private:
  std::string_view bytes_;  // empty where it cannot be read
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_ELF_FILE_H_
