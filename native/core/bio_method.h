// BIO_METHOD for a BIO that this project implements.

#ifndef LIBSSL_SESSION_NATIVE_CORE_BIO_METHOD_H_
#define LIBSSL_SESSION_NATIVE_CORE_BIO_METHOD_H_

#include <mutex>

#include "loader/libssl.h"

namespace libssl_session {

// Each lives as long as the process, and so does the BIO_METHOD that it makes.
class BioMethod {
 public:
  constexpr BioMethod(const char* name, int (*write)(BIO*, const char*, int),
                      int (*read)(BIO*, char*, int), long (*control)(BIO*, int, long, void*),
                      int (*destroy)(BIO*))
      : name_(name), write_(write), read_(read), control_(control), destroy_(destroy) {}

  // nullptr when out of memory; the next call tries again.
  const BIO_METHOD* Get(const Libssl& libssl) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (method_ == nullptr) method_ = Make(libssl);
    return method_;
  }

 private:
  const BIO_METHOD* Make(const Libssl& libssl) const {
    const int index = libssl.BIO_get_new_index();
    BIO_METHOD* method =
        index < 0 ? nullptr : libssl.BIO_meth_new(index | kBioTypeSourceSink, name_);
    if (method == nullptr) return nullptr;
    libssl.BIO_meth_set_write(method, write_);
    libssl.BIO_meth_set_read(method, read_);
    libssl.BIO_meth_set_ctrl(method, control_);
    libssl.BIO_meth_set_destroy(method, destroy_);
    return method;
  }

  const char* const name_;
  int (*const write_)(BIO*, const char*, int);
  int (*const read_)(BIO*, char*, int);
  long (*const control_)(BIO*, int, long, void*);
  int (*const destroy_)(BIO*);
  std::mutex mutex_;
  const BIO_METHOD* method_ = nullptr;
};

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_BIO_METHOD_H_
