// Wipes the memory that libssl frees.

#ifndef LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_
#define LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_

#include "loader/libssl.h"

namespace libssl_session {

// OpenSSL 1.1.1 wipes the master key and its largest buffers itself, but neither a session's ticket
// and PSK identity, nor what d2i_SSL_SESSION and PEM_read_bio_SSL_SESSION decode into on the way
// (measured: test/secrets/). So libssl gets an allocator that wipes every block that is freed. The
// thread keeps small blocks for its next allocations (small_blocks.h). Call it before the library
// allocates anything. It does nothing if another allocator was set, or if it is too late.
void WipeFreedMemory(const Libssl& libssl);

// Frees the small blocks of this thread. A thread also frees them when it ends, except the main
// thread.
void FreeSmallBlocks();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_
