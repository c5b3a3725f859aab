// What only DTLS connections have, in addition to connection.h.

#ifndef LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_
#define LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_

#include <sys/time.h>

#include "core/connection.h"

namespace libssl_session {

// The hooks of the BIOs (datagram_bio.h). For each message that it may retransmit, libssl remembers
// the session without taking a reference; until then the connection may get another session.
// KeepSent keeps these sessions alive, and ForgetSent gives them up.
void KeepSent(SSL* ssl);
void ForgetSent(SSL* ssl);

// SSL_set_mtu: how many bytes a datagram may have, at least 208. Returns 0 if that is too few, or
// if the connection is not DTLS.
long SetMtu(SSL* ssl, long mtu);

// DTLS_get_data_mtu.
size_t GetDataMtu(const ConnectionState& state);

// DTLSv1_get_timeout: how long until libssl retransmits. False if its timer does not run.
bool GetTimeout(const ConnectionState& state, timeval* left);

// Lets the timer end after so many microseconds from now. False if it does not run.
bool SetTimeout(ConnectionState* state, uint64_t microseconds);

// DTLSv1_handle_timeout: retransmits if the time is over. Does nothing while the handshake is
// paused: the ClientHello is in the buffer that libssl would send from.
Step HandleTimeout(ConnectionState* state);

// The time before the first retransmission. It doubles each time, up to a minute. 0 means libssl's
// own, which is a second.
void SetFirstTimeout(ConnectionState* state, unsigned int microseconds);

// DTLSv1_listen, for a server that has not begun. 1: the client has sent a ClientHello with our
// cookie, so it receives what we send to its address. 0: it has not, and the server is as before.
Step Listen(ConnectionState* state);

// The keys of cookies, which are bound to the peer's address.
inline constexpr size_t kCookieKey = 32;
void InstallCookies(ContextState* state);
// A connection of `first` switches to the context `to`, where libssl then looks for the callbacks:
// sets them there. The callbacks use the keys of the connection's first context.
void CarryCookies(const ContextState& first, ContextState* to);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_DATAGRAMS_H_
