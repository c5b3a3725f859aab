// LoadLibssl: what it refuses and why, in one process, and that it works after all of that.

#include <elf.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "support.h"

namespace libssl_session {
namespace {

struct Pair {
  std::string libcrypto;
  std::string libssl;
};

// The two libraries, as they are.
const Pair& Whole() {
  static const Pair whole = {ReadFile(LibsslDirectory() + "/libcrypto.so.1.1"),
                             ReadFile(LibsslDirectory() + "/libssl.so.1.1")};
  return whole;
}

// Where the last segment of a library ends. What follows are section headers, which are not loaded.
size_t EndOfSegments(const std::string& library) {
  Elf64_Ehdr header;
  std::memcpy(&header, library.data(), sizeof header);
  size_t end = 0;
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, library.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

void ExpectRefusal(const std::string& directory, Refusal refusal, const std::string& reason) {
  const LoadResult result = LoadLibssl(directory, {LibsslDirectory()});
  CHECK(result.libssl == nullptr);
  CHECK(result.attempts.size() == 1);  // an explicit directory is the only place
  const Attempt& attempt = result.attempts[0];
  Trying(current_step + ": expected \"" + reason + "\", got \"" + attempt.reason + "\"");
  CHECK(attempt.place == "LIBSSL_SESSION_DIR");
  CHECK(Contains(attempt.reason, reason));
  CHECK(attempt.refusal == refusal);
}

void ExpectRefusal(const Pair& pair, Refusal refusal, const std::string& reason) {
  const TemporaryDirectory directory;
  WriteFile(directory / "libcrypto.so.1.1", pair.libcrypto);
  WriteFile(directory / "libssl.so.1.1", pair.libssl);
  ExpectRefusal(directory.path(), refusal, reason);
}

constexpr const char* kNotWhole = "is not a readable, whole shared library for this machine";

void TestMissingAndStrangeFiles() {
  Test("a directory that does not exist is refused", [] {
    ExpectRefusal("/nonexistent/directory", Refusal::kNotFound,
                  "no /nonexistent/directory/libcrypto.so.1.1");
  });

  Test("an empty directory is refused", [] {
    const TemporaryDirectory directory;
    ExpectRefusal(directory.path(), Refusal::kNotFound, "no " + directory / "libcrypto.so.1.1");
  });

  Test("a directory with libcrypto alone is refused", [] {
    const TemporaryDirectory directory;
    WriteFile(directory / "libcrypto.so.1.1", Whole().libcrypto);
    ExpectRefusal(directory.path(), Refusal::kNotFound, "no " + directory / "libssl.so.1.1");
  });

  Test("a text file is refused, also one that names the right version", [] {
    ExpectRefusal({"a text\n", Whole().libssl}, Refusal::kNotFound, kNotWhole);
    const std::string text = std::string("OpenSSL 1.1.1w  11 Sep 2023\0", 28);
    ExpectRefusal({text, text}, Refusal::kNotFound, kNotWhole);
  });

  Test("a directory in place of a library is refused", [] {
    const TemporaryDirectory directory;
    WriteFile(directory / "libcrypto.so.1.1", Whole().libcrypto);
    CHECK(mkdir((directory / "libssl.so.1.1").c_str(), 0700) == 0);
    ExpectRefusal(directory.path(), Refusal::kNotFound, kNotWhole);
  });

  Test("a symbolic link to itself is refused", [] {
    const TemporaryDirectory directory;
    for (const char* name : kLibraryNames) {
      std::filesystem::create_symlink(name, directory / name);
    }
    ExpectRefusal(directory.path(), Refusal::kNotFound, "libcrypto.so.1.1");
  });

  Test("a FIFO is refused, and not waited for", [] {
    for (const char* name : kLibraryNames) {
      const TemporaryDirectory directory;
      WriteFile(directory / "libcrypto.so.1.1", Whole().libcrypto);
      WriteFile(directory / "libssl.so.1.1", Whole().libssl);
      std::filesystem::remove(directory / name);
      CHECK(mkfifo((directory / name).c_str(), 0600) == 0);
      ExpectRefusal(directory.path(), Refusal::kNotFound, directory / name + " " + kNotWhole);
    }
  });
}

void TestBrokenLibraries() {
  Test("truncated libraries are refused", [] {
    for (const bool truncate_libssl : {false, true}) {
      const std::string& whole = truncate_libssl ? Whole().libssl : Whole().libcrypto;
      const size_t end = EndOfSegments(whole);
      for (const size_t size :
           {size_t{0}, size_t{1}, size_t{4}, size_t{63}, size_t{64}, size_t{100}, size_t{4096},
            size_t{100'000}, end / 2, end - 4096, end - 1}) {
        Trying((truncate_libssl ? "libssl of " : "libcrypto of ") + std::to_string(size) +
               " bytes");
        Pair pair = Whole();
        (truncate_libssl ? pair.libssl : pair.libcrypto).resize(size);
        ExpectRefusal(pair, Refusal::kNotFound, kNotWhole);
      }
    }
  });

  Test("a library for another machine, or of 32 bits, or no library is refused", [] {
    const auto with_byte = [](size_t at, char value) {
      Pair pair = Whole();
      pair.libssl[at] = value;
      return pair;
    };
    ExpectRefusal(with_byte(offsetof(Elf64_Ehdr, e_machine), EM_386), Refusal::kNotFound,
                  kNotWhole);
    ExpectRefusal(with_byte(EI_CLASS, ELFCLASS32), Refusal::kNotFound, kNotWhole);
    ExpectRefusal(with_byte(offsetof(Elf64_Ehdr, e_type), ET_REL), Refusal::kNotFound, kNotWhole);
  });

  Test("program headers beyond the file are refused", [] {
    for (const uint64_t offset :
         {uint64_t{1} << 40, ~uint64_t{0}, uint64_t{Whole().libssl.size()}}) {
      Pair pair = Whole();
      std::memcpy(pair.libssl.data() + offsetof(Elf64_Ehdr, e_phoff), &offset, sizeof offset);
      ExpectRefusal(pair, Refusal::kNotFound, kNotWhole);
    }
  });
}

void TestOtherVersions() {
  Test("libraries of OpenSSL 1.1.0 are refused for their version", [] {
    const Pair pair = {Patched(Whole().libcrypto, "OpenSSL 1.1.1", "OpenSSL 1.1.0"),
                       Patched(Whole().libssl, "OpenSSL 1.1.1", "OpenSSL 1.1.0")};
    ExpectRefusal(pair, Refusal::kVersion, "is OpenSSL 1.1.0");
  });

  Test("libraries that tell no version are refused", [] {
    const Pair pair = {Patched(Whole().libcrypto, "OpenSSL 1.1.1", "OpenTLS 1.1.1"),
                       Whole().libssl};
    ExpectRefusal(pair, Refusal::kVersion, "is of an unknown version, not OpenSSL 1.1.1");
  });

  Test("libraries of two builds are refused", [] {
    Pair pair = Whole();
    const size_t letter = pair.libssl.find("OpenSSL 1.1.1") + 13;
    const std::string ours = pair.libssl.substr(letter - 13, 14);
    std::string other = ours;
    other.back() = other.back() == 'b' ? 'c' : 'b';
    pair.libssl = Patched(pair.libssl, ours, other);
    ExpectRefusal(pair, Refusal::kVersion, "the two libraries are from different builds");
  });
}

void TestOpenssl3() {
  Test("libraries that say they are OpenSSL 3 are refused for their version", [] {
    const Pair pair = {Patched(Whole().libcrypto, "OpenSSL 1.1.1", "OpenSSL 3.0.1"),
                       Patched(Whole().libssl, "OpenSSL 1.1.1", "OpenSSL 3.0.1")};
    ExpectRefusal(pair, Refusal::kVersion, "is OpenSSL 3.0.1");
  });

  const std::string directories[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                     "/usr/lib64"};
  const auto found = std::find_if(
      std::begin(directories), std::end(directories),
      [](const std::string& path) { return std::filesystem::exists(path + "/libssl.so.3"); });
  if (found == std::end(directories)) return;
  Test("this machine's OpenSSL 3 under the names of 1.1 is refused for its version", [&] {
    const Pair pair = {ReadFile(*found + "/libcrypto.so.3"), ReadFile(*found + "/libssl.so.3")};
    ExpectRefusal(pair, Refusal::kVersion, "is OpenSSL 3");
  });
}

void TestSearch() {
  Test(
      "without a directory the system is searched, then the fallbacks, and each place has its "
      "reason",
      [] {
        const TemporaryDirectory empty;
        const LoadResult result = LoadLibssl("", {"/nonexistent", empty.path()});
        if (result.libssl != nullptr) return;  // this system has libssl 1.1.1
        CHECK(result.attempts.size() >= 3);
        CHECK(result.attempts.front().place == "the system loader");
        CHECK(Contains(result.attempts.front().reason, "libssl.so.1.1"));
        CHECK(result.attempts.end()[-2].place == "/nonexistent");
        CHECK(result.attempts.back().place == empty.path());
        for (const Attempt& attempt : result.attempts) CHECK(!attempt.reason.empty());
      });
}

void TestRightDirectory() {
  Test("after all these refusals the right directory works", [] {
    const Libssl& libssl = Load();
    CHECK(libssl.version_number >> 12 == 0x10101);
    CHECK(libssl.version.compare(0, 13, "OpenSSL 1.1.1") == 0);
    for (const std::string& path : {libssl.libcrypto_path, libssl.libssl_path}) {
      CHECK(std::filesystem::is_regular_file(path));
    }
    SSL_SESSION* session = libssl.SSL_SESSION_new();
    CHECK(session != nullptr);
    CHECK(libssl.SSL_SESSION_get_timeout(session) == 304);
    libssl.SSL_SESSION_free(session);
    const char* data;
    int flags;
    CHECK(libssl.ERR_get_error_line_data(nullptr, nullptr, &data, &flags) == 0);
  });

  Test("then every call, from any thread and with any directory, gives the same library", [] {
    const Libssl* expected = &Load();
    InThreads(8, [&](int i) {
      const LoadResult result =
          i % 2 == 0 ? LoadLibssl(LibsslDirectory(), {}) : LoadLibssl("/nonexistent", {});
      CHECK(result.libssl == expected);
      CHECK(result.attempts.empty());
    });
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  libssl_session::TestMissingAndStrangeFiles();
  libssl_session::TestBrokenLibraries();
  libssl_session::TestOtherVersions();
  libssl_session::TestOpenssl3();
  libssl_session::TestSearch();
  libssl_session::TestRightDirectory();
}
