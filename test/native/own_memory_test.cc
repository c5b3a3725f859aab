// Memory that is not libssl's but ours: one with a secret in it is wiped before it is given back,
// and where there is none that is an error. Looks into each block that C++ frees, and can refuse
// some.

#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "support.h"
#include "tls.h"

namespace {

const char* marker = nullptr;  // what no freed block may have
int found = 0;
int granted = -1;  // how many allocations are; -1: all

void Look(void* block) {
  if (marker == nullptr || block == nullptr) return;
  if (memmem(block, malloc_usable_size(block), marker, std::strlen(marker)) != nullptr) ++found;
}

}  // namespace

// Not inlined: gcc takes the two for each other's mismatch otherwise.
__attribute__((noinline)) void* operator new(size_t size) {
  void* block = granted == 0 ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (granted > 0) --granted;
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
__attribute__((noinline)) void operator delete(void* block) noexcept {
  Look(block);
  std::free(block);
}
void operator delete(void* block, size_t) noexcept { operator delete(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { operator delete(block); }

namespace libssl_session {
namespace {

void TestKeylog(const Libssl& libssl) {
  World world(libssl);
  const Context client(world, Side::kClient, kTls12);
  const Context server(world, Side::kServer, kTls12);
  client->Observe(Bit(EventKind::kKeylog));
  server->Observe(Bit(EventKind::kKeylog));
  const char* const label = "CLIENT_RANDOM ";
  found = 0;
  marker = label;
  for (int i = 0; i < 10; ++i) CHECK(Pair(client, server).Connect());  // the list grows meanwhile
  marker = nullptr;
  CHECK(found == 0);
  const auto lines = world.Events(EventKind::kKeylog);
  CHECK(lines.size() == 20 && Contains(Text(*lines[0]), label));
  marker = label;
  world.ForgetEvents();
  marker = nullptr;
  CHECK(found == 0);
}

void TestDatagrams(const Libssl& libssl) {
  World world(libssl);
  const Context context(world, Side::kClient, kDtls12);
  const Connection connection(context);
  granted = 0;
  const Step step = Handshake(connection.state());
  granted = -1;
  CHECK(step.result == -1 && step.error == kErrorSsl);
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
  CHECK(!errors.empty() && errors[0].reason == "malloc failure");
}

void TestNewConnection(const Libssl& libssl) {
  World world(libssl);
  const Context context(world, Side::kClient, kTls12);
  context->offered_alpn = std::string(100, 'a');  // too long for a string to hold it in itself
  int failed = 0;
  for (SSL* ssl = nullptr; ssl == nullptr; ++failed) {
    granted = failed;
    ssl = NewConnection(context.state());
    granted = -1;
    libssl.SSL_free(ssl);
  }
  CHECK(failed > 2);
  std::vector<OpensslError> errors;
  TakeErrors(libssl, &errors);
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  StartCountingSessions(libssl);
  Test("a line of the key log that nobody took is wiped", [&] { TestKeylog(libssl); });
  Test("a connection that finds no memory for its state is none",
       [&] { TestNewConnection(libssl); });
  Test("a datagram that finds no memory is an error that says so", [&] { TestDatagrams(libssl); });
}
