#include "core/stream_bio.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/bio_method.h"
#include "core/context.h"

namespace libssl_session {

struct Stream {
  char* kept = nullptr;  // libcrypto's memory; the bytes are [at, end)
  size_t room_kept = 0;
  size_t at = 0;
  size_t end = 0;
  const char* lent = nullptr;
  size_t lent_size = 0;
  char* room = nullptr;
  size_t room_size = 0;
  size_t filled = 0;

  ~Stream() { Clear(); }

  size_t kept_size() const { return end - at; }

  size_t Read(char* data, size_t size) {
    const size_t first = std::min(size, kept_size());
    if (first > 0) {
      std::memcpy(data, kept + at, first);
      at += first;
      // An idle connection keeps no memory.
      if (at == end) Clear();
    }
    const size_t second = std::min(size - first, lent_size);
    if (second > 0) {
      std::memcpy(data + first, lent, second);
      lent += second;
      lent_size -= second;
    }
    return first + second;
  }

  // False when out of memory.
  bool Write(const char* data, size_t size) {
    if (kept_size() == 0) {
      const size_t fits = std::min(size, room_size - filled);
      if (fits > 0) std::memcpy(room + filled, data, fits);
      filled += fits;
      data += fits;
      size -= fits;
    }
    return size == 0 || Keep(data, size);
  }

  // False when out of memory.
  bool Keep(const char* data, size_t size) {
    if (size > room_kept - end && !Grow(size)) return false;
    std::memcpy(kept + end, data, size);
    end += size;
    return true;
  }

  bool Grow(size_t more) {
    const Libssl& libssl = CallbackLibssl();
    const size_t size = kept_size();
    const size_t wanted = std::max(size + more, 2 * size);
    char* bigger = static_cast<char*>(libssl.CRYPTO_malloc(wanted, __FILE__, __LINE__));
    if (bigger == nullptr) return false;
    if (size > 0) std::memcpy(bigger, kept + at, size);
    Clear();
    kept = bigger;
    room_kept = wanted;
    end = size;
    return true;
  }

  void Clear() {
    CallbackLibssl().CRYPTO_free(kept, __FILE__, __LINE__);
    kept = nullptr;
    room_kept = at = end = 0;
  }
};

namespace {

Stream& Of(BIO* bio) { return *static_cast<Stream*>(CallbackLibssl().BIO_get_data(bio)); }

void ClearRetry(BIO* bio) {
  CallbackLibssl().BIO_clear_flags(bio, kBioFlagsRws | kBioFlagsShouldRetry);
}

int Write(BIO* bio, const char* data, int size) {
  ClearRetry(bio);
  if (size <= 0) return 0;
  if (!Of(bio).Write(data, static_cast<size_t>(size))) {
    CallbackLibssl().ERR_put_error(kErrLibBio, kFunctionMemWrite, kReasonMallocFailure, __FILE__,
                                   __LINE__);
    return -1;
  }
  return size;
}

int Read(BIO* bio, char* data, int room) {
  ClearRetry(bio);
  if (room <= 0) return 0;
  const size_t size = Of(bio).Read(data, static_cast<size_t>(room));
  if (size > 0) return static_cast<int>(size);
  CallbackLibssl().BIO_set_flags(bio, kBioFlagsRead | kBioFlagsShouldRetry);
  return -1;
}

long Control(BIO* bio, int command, long, void*) {
  Stream& stream = Of(bio);
  switch (command) {
    case kBioCtrlReset:
      stream.Clear();
      return 1;
    case kBioCtrlPending:
      return static_cast<long>(stream.kept_size() + stream.lent_size);
    case kBioCtrlFlush:
      return 1;
    default:
      return 0;
  }
}

int Destroy(BIO* bio) {
  delete &Of(bio);
  return 1;
}

BioMethod method("stream", Write, Read, Control, Destroy);

}  // namespace

BIO* NewStreamBio(const Libssl& libssl) {
  const BIO_METHOD* stream_method = method.Get(libssl);
  if (stream_method == nullptr) return nullptr;
  auto* stream = new (std::nothrow) Stream;
  BIO* bio = stream == nullptr ? nullptr : libssl.BIO_new(stream_method);
  if (bio == nullptr) {
    delete stream;
    return nullptr;
  }
  libssl.BIO_set_data(bio, stream);
  return bio;
}

LentBytes::LentBytes(const Libssl& libssl, BIO* bio, const uint8_t* bytes, size_t size)
    : stream_(static_cast<Stream*>(libssl.BIO_get_data(bio))) {
  stream_->lent = reinterpret_cast<const char*>(bytes);
  stream_->lent_size = size;
}

bool LentBytes::Keep() {
  const char* const bytes = stream_->lent;
  const size_t size = stream_->lent_size;
  stream_->lent = nullptr;
  stream_->lent_size = 0;
  return size == 0 || stream_->Keep(bytes, size);
}

LentRoom::LentRoom(const Libssl& libssl, BIO* bio, uint8_t* room, size_t size)
    : stream_(static_cast<Stream*>(libssl.BIO_get_data(bio))) {
  stream_->room = reinterpret_cast<char*>(room);
  stream_->room_size = size;
  stream_->filled = 0;
}

LentRoom::~LentRoom() {
  stream_->room = nullptr;
  stream_->room_size = 0;
  stream_->filled = 0;
}

size_t LentRoom::filled() const { return stream_->filled; }

}  // namespace libssl_session
