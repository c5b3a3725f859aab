// The BIO that a DTLS connection reads from and writes to: memory that keeps datagrams apart.
// libssl's own memory BIO is a stream: it would return two datagrams as one, and lose the rest.

#ifndef LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_
#define LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_

#include "loader/libssl.h"

namespace libssl_session {

// The most that one UDP datagram carries.
inline constexpr size_t kDatagram = 65507;

// The bytes of the UDP and IPv6 headers, for DTLS_set_link_mtu.
inline constexpr long kHeaders = 48;

// The bytes that GCM and CCM add to a record. libssl does not count them when it fills a datagram
// with handshake records, so we tell libssl that every datagram carries this much less.
inline constexpr long kUncounted = 24;

// Called with the connection. On the BIO of its own datagrams: libssl sends now. On the BIO of the
// peer's: libssl has stopped its timer, and will not retransmit what it has sent. It may throw
// bad_alloc when libssl sends.
using DatagramHook = void (*)(SSL* ssl);

enum class DatagramsOf { kPeer, kOwn };

// nullptr when out of memory. BIO_write adds a datagram. BIO_read takes the next one, and drops
// what does not fit, as a socket does. BIO_pending is the size of the next one.
BIO* NewDatagramBio(const Libssl& libssl, DatagramsOf whose, DatagramHook hook, SSL* ssl);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_DATAGRAM_BIO_H_
