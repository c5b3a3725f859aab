// Reads a shared library's file before the library is opened. An open library cannot be closed
// again (both of Debian's are linked with -z nodelete), so a wrong file must never be opened.

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

  // Whether it is a shared library for this machine, and complete: ld.so crashes on a truncated
  // one.
  bool IsWholeLibrary() const;
  // OPENSSL_VERSION_TEXT, which both libraries contain ("OpenSSL 1.1.1k  FIPS 25 Mar 2021"); empty
  // if there is none.
  std::string VersionText() const;
  // Whether the file contains the name, as its symbol table would have it.
  bool HasName(const char* name) const;

 private:
  std::string_view bytes_;  // empty if it cannot be read
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_LOADER_ELF_FILE_H_
