// What a connection over DTLS needs beside the steps that all have.

#ifndef LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_
#define LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_

#include <sys/time.h>

#include "core/connection.h"

namespace libssl_session {

// The hooks of its BIOs (datagram_bio.h). libssl remembers the session of each message that it may
// have to send again, by a pointer alone; by the time it sends, the connection may have another.
void KeepSent(SSL* ssl);
void ForgetSent(SSL* ssl);

// SSL_set_mtu: the most bytes of a datagram, at least 208; 0 where it is not of DTLS, or too small.
long SetMtu(SSL* ssl, long mtu);

// DTLS_get_data_mtu.
size_t GetDataMtu(const ConnectionState& state);

// How long until libssl would send again what the peer has not answered. Whether there is such a
// time.
bool GetTimeout(const ConnectionState& state, timeval* left);

// DTLSv1_handle_timeout: sends again where that time is over. Nothing while the handshake waits for
// a session: the message that waits lies where libssl would put what it sends.
Step HandleTimeout(ConnectionState* state);

// The time that it waits first; it doubles up to a minute. 0: libssl's own, a second.
void SetFirstTimeout(ConnectionState* state, unsigned int microseconds);

// DTLSv1_listen: whether a client has sent a ClientHello with a cookie of ours, and so gets what is
// sent to its address. For a server that has not begun; 0 leaves it like that.
Step Listen(ConnectionState* state);

// The keys of cookies, which are bound to the peer's address.
inline constexpr size_t kCookieKey = 32;
void InstallCookies(ContextState* state);
// For a context that a connection of `first` switches to, where libssl looks for the callbacks. The
// keys stay those of the connection's first context.
void CarryCookies(const ContextState& first, ContextState* to);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_
