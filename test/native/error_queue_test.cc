#include "core/error_queue.h"

#include "core/session.h"
#include "support.h"

namespace libssl_session {
namespace {

// Leaves in the queue what libssl says of a session that is cut off after 100 bytes.
void FailToDecode(const Libssl& libssl) {
  static const std::string der = Fixture("openssl-1.1.1-tls12.der");
  size_t used = 1;
  CHECK(SessionFromDer(libssl, Bytes(der), 100, &used) == nullptr);
  CHECK(used == 0);
}

void CheckDecodingErrors(const std::vector<OpensslError>& errors, size_t from) {
  // Oldest first: the innermost function is the first to fail. Numbers of asn1err.h.
  const struct {
    const char* function;
    const char* reason;
    unsigned long function_number;
    unsigned long reason_number;
    const char* data;
  } kExpected[] = {
      {"ASN1_get_object", "too long", 114, 155, ""},
      {"asn1_check_tlen", "bad object header", 104, 102, ""},
      {"asn1_item_embed_d2i", "nested asn1 error", 120, 58, "Type=SSL_SESSION_ASN1"},
  };
  CHECK(errors.size() == from + std::size(kExpected));
  for (const auto& expected : kExpected) {
    const OpensslError& error = errors[from++];
    Trying(error.function + ": " + error.reason + " (" + error.data + ")");
    CHECK(error.library == "asn1 encoding routines");
    CHECK(error.function == expected.function);
    CHECK(error.reason == expected.reason);
    CHECK(error.data == expected.data);
    CHECK(error.code == (13ul << 24 | expected.function_number << 12 | expected.reason_number));
  }
}

std::vector<OpensslError> Take(const Libssl& libssl) {
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
  return errors;
}

void TestAll() {
  const Libssl& libssl = Load();

  Test("an empty queue gives nothing", [&] { CHECK(Take(libssl).empty()); });

  Test("the errors of a failed call come oldest first, with their texts", [&] {
    FailToDecode(libssl);
    CheckDecodingErrors(Take(libssl), 0);
  });

  Test("the queue is empty afterwards", [&] {
    FailToDecode(libssl);
    Take(libssl);
    CHECK(Take(libssl).empty());
  });

  Test("errors are added after those that are there already", [&] {
    std::vector<OpensslError> errors;
    FailToDecode(libssl);
    TakeErrors(libssl, &errors);
    FailToDecode(libssl);
    TakeErrors(libssl, &errors);
    errors.erase(errors.begin(), errors.begin() + 3);
    CheckDecodingErrors(errors, 0);
  });

  Test("a thread sees its own errors only", [&] {
    FailToDecode(libssl);
    std::vector<OpensslError> of_threads[8];
    InThreads(8, [&](int i) {
      if (i % 2 == 0) FailToDecode(libssl);
      of_threads[i] = Take(libssl);
    });
    for (int i = 0; i < 8; ++i) {
      if (i % 2 == 0) {
        CheckDecodingErrors(of_threads[i], 0);
      } else {
        CHECK(of_threads[i].empty());
      }
    }
    CheckDecodingErrors(Take(libssl), 0);
  });
}

}  // namespace
}  // namespace libssl_session

int main() { libssl_session::TestAll(); }
