// Memory that libssl gives back is wiped first.

#ifndef LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_
#define LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_

#include "loader/libssl.h"

namespace libssl_session {

// OpenSSL 1.1.1 wipes the master key and its largest buffers itself, but neither a session's ticket
// and PSK identity, nor what d2i_SSL_SESSION and PEM_read_bio_SSL_SESSION decode into on the way
// (measured: test/secrets/). So libssl gets an allocator that wipes whatever is freed. Small
// blocks stay with the thread then, for what it allocates next (small_blocks.h). To be called
// before the library allocates; does nothing where another one was set, or it is too late.
void WipeFreedMemory(const Libssl& libssl);

// Gives back the small blocks of this thread. Its end does so too, but the main thread has none.
void FreeSmallBlocks();

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_WIPED_MEMORY_H_
