// What a DTLS connection reads from and writes to: memory that keeps datagrams apart. libssl's own
// memory BIO is a stream: what was two datagrams is read as one, and its end is lost.

#ifndef LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_
#define LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_

#include "loader/libssl.h"

namespace libssl_session {

// The most that one UDP datagram carries.
inline constexpr size_t kDatagram = 65507;

// Of UDP and IPv6, for DTLS_set_link_mtu.
inline constexpr long kHeaders = 48;

// What GCM and CCM add to a record, which libssl does not count where it fills a datagram with
// those of a handshake. So it is told that all datagrams carry so much less.
inline constexpr long kUncounted = 24;

// Called with the connection. On the BIO that it writes to: libssl sends. On the one it reads from:
// libssl has stopped its timer, and forgets what it would have sent again. May throw bad_alloc.
using DatagramHook = void (*)(SSL* ssl);

enum class DatagramsOf { kPeer, kOwn };

// nullptr when out of memory. BIO_write adds a datagram, BIO_read takes the next one, and cuts it
// where it does not fit, as a socket does. BIO_pending: the size of the next one.
BIO* NewDatagramBio(const Libssl& libssl, DatagramsOf whose, DatagramHook hook, SSL* ssl);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_
