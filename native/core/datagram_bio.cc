#include "core/datagram_bio.h"

#include <sys/time.h>

#include <algorithm>
#include <list>
#include <new>
#include <string>

#include "core/bio_method.h"
#include "core/connection.h"
#include "core/datagrams.h"

namespace libssl_session {
namespace {

// The size of datagrams if no option or C function sets it: it fits every IPv6 path, even in a
// tunnel. After two retransmissions without an answer libssl goes down to the second size, which is
// IPv4's 576 bytes without the headers.
constexpr long kProbableMtu = 1200;
constexpr long kFallbackMtu = 548;

constexpr size_t kRecordHeader = 13;

struct Datagrams {
  const DatagramsOf whose;
  const DatagramHook hook;
  SSL* const ssl;
  std::list<std::string> queue;
};

Datagrams* Of(BIO* bio) { return static_cast<Datagrams*>(CallbackLibssl().BIO_get_data(bio)); }

void ClearRetry(BIO* bio) {
  CallbackLibssl().BIO_clear_flags(bio, kBioFlagsRws | kBioFlagsShouldRetry);
}

// How many bytes the last record of the datagram still lacks. libssl collects a flight in a buffer
// of 4 KiB, and writes it in two parts if it is longer.
size_t Missing(const std::string& datagram) {
  size_t at = 0;
  while (at < datagram.size()) {
    if (datagram.size() - at < kRecordHeader) return kRecordHeader - (datagram.size() - at);
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(datagram[at + i]); };
    at += kRecordHeader + (size_t{byte(11)} << 8 | byte(12));
  }
  return at - datagram.size();
}

int Write(BIO* bio, const char* data, int size) {
  Datagrams& datagrams = *Of(bio);
  ClearRetry(bio);
  if (size <= 0) return 0;
  const bool own = datagrams.whose == DatagramsOf::kOwn;
  size_t left = static_cast<size_t>(size);
  try {
    if (own) datagrams.hook(datagrams.ssl);
    while (own && left > 0 && !datagrams.queue.empty()) {
      const size_t more = std::min(left, Missing(datagrams.queue.back()));
      if (more == 0) break;
      datagrams.queue.back().append(data, more);
      data += more;
      left -= more;
    }
    if (left > 0) datagrams.queue.emplace_back(data, left);
  } catch (const std::bad_alloc&) {
    CallbackLibssl().ERR_put_error(kErrLibBio, kFunctionMemWrite, kReasonMallocFailure, __FILE__,
                                   __LINE__);
    return -1;
  }
  return size;
}

int Read(BIO* bio, char* data, int room) {
  std::list<std::string>& queue = Of(bio)->queue;
  ClearRetry(bio);
  if (room <= 0) return 0;
  if (queue.empty()) {
    CallbackLibssl().BIO_set_flags(bio, kBioFlagsRead | kBioFlagsShouldRetry);
    return -1;
  }
  const size_t size = std::min(queue.front().size(), static_cast<size_t>(room));
  queue.front().copy(data, size);
  queue.pop_front();
  return static_cast<int>(size);
}

long Control(BIO* bio, int command, long, void* argument) {
  Datagrams& datagrams = *Of(bio);
  switch (command) {
    case kBioCtrlReset:
      datagrams.queue.clear();
      return 1;
    case kBioCtrlPending:
      return datagrams.queue.empty() ? 0 : static_cast<long>(datagrams.queue.front().size());
    case kBioCtrlFlush:
      return 1;
    case kBioCtrlQueryMtu:
      ConnectionState::Of(CallbackLibssl(), datagrams.ssl)->mtu = kProbableMtu;
      return kProbableMtu - kUncounted;
    case kBioCtrlFallbackMtu: {
      const long mtu = ConnectionState::Of(CallbackLibssl(), datagrams.ssl)->mtu;
      SetMtu(datagrams.ssl, std::min(mtu, kFallbackMtu));
      return kFallbackMtu - kUncounted;
    }
    case kBioCtrlMtuOverhead:
      return kHeaders + kUncounted;
    case kBioCtrlNextTimeout: {
      auto* time = static_cast<timeval*>(argument);
      ConnectionState::Of(CallbackLibssl(), datagrams.ssl)->timer = time;
      if (time->tv_sec == 0 && time->tv_usec == 0) datagrams.hook(datagrams.ssl);
      return 1;
    }
    default:
      return 0;
  }
}

int Destroy(BIO* bio) {
  delete Of(bio);
  return 1;
}

BioMethod method("datagrams", Write, Read, Control, Destroy);

}  // namespace

BIO* NewDatagramBio(const Libssl& libssl, DatagramsOf whose, DatagramHook hook, SSL* ssl) {
  const BIO_METHOD* datagram_method = method.Get(libssl);
  if (datagram_method == nullptr) return nullptr;
  auto* datagrams = new (std::nothrow) Datagrams{whose, hook, ssl, {}};
  BIO* bio = datagrams == nullptr ? nullptr : libssl.BIO_new(datagram_method);
  if (bio == nullptr) {
    delete datagrams;
    return nullptr;
  }
  libssl.BIO_set_data(bio, datagrams);
  return bio;
}

}  // namespace libssl_session
