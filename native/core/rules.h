// What must not be asked of libssl: questions about its objects. The answer is the rule that
// forbids the call, or kNone. rules.def says for each what C does instead.

#ifndef LIBSSL_SESSION_NATIVE_CORE_RULES_H_
#define LIBSSL_SESSION_NATIVE_CORE_RULES_H_

#include <cstdint>

#include "core/connection.h"
#include "core/rule.h"

namespace libssl_session {

// Whether libssl may send data before the handshake is over. libssl refuses some of that itself;
// this refuses the rest, where it would send without keys, or with keys that everybody has.
Rule WriteEarlyDataRule(const ConnectionState& state);

// Whether the session or PSK of a client's first early data is for this server name and one of
// these protocols, and how many bytes it still allows (kNoLimit: it sets no limit). If libssl finds
// out itself that it does not fit, the handshake fails.
Rule EarlyDataFitsRule(const ConnectionState& state);
inline constexpr size_t kNoLimit = SIZE_MAX;
size_t EarlyDataRoom(const ConnectionState& state);

// What may be cleared: a connection that has not begun, is in its first handshake, is open, or has
// failed there. Not: one that waits at the ClientHello, renegotiates, has had to do with early
// data, or was cleared half-way.
Rule ClearRule(const ConnectionState& state);

// Before its first handshake libssl takes that for a renegotiation: a server sends what it writes
// unencrypted, over DTLS it crashes.
Rule RenegotiateRule(const ConnectionState& state);

// Whether a connection may still take a side.
Rule ChooseSideRule(const ConnectionState& state);

// Whether a handshake may begin with the session that the connection has.
Rule BeginRule(const ConnectionState& state);

// Whether two connections can be each other's peers.
Rule JoinRule(const ConnectionState& client, const ConnectionState& server);

// Whether the connection is of DTLS: libssl looks into the state of DTLS without asking whether
// there is one.
Rule DtlsRule(const ConnectionState& state);

// Whether it can listen. DTLSv1_listen clears the connection first: one that has begun would lose
// what it has.
Rule ListenRule(const ConnectionState& state);

// Whether a client can offer a session without risk to the handshake. Servers of libssl fail the
// handshake if the session has another maximum fragment length than the client asks for, or, up to
// TLS 1.2, a suite that the client does not offer. `made_here`: in this connection's context.
bool CanGoWith(const ConnectionState& state, const SSL_SESSION* session, bool made_here);

// Whether a client must offer a copy of the session, which came from another context (`origin`), or
// sits in the cache of one: libssl does not check, and may write into that one's list.
bool NeedsCopy(const ConnectionState& state, const SSL_SESSION* session, uint32_t origin);

// Whether a session may get another id or version: a cache finds its sessions by them.
Rule ChangeIdRule(const Registry& registry, const SSL_SESSION* session);

// Whether a session may lose its cipher or its key.
Rule StripRule(const Registry& registry, const SSL_SESSION* session);

// Whether a context may take a session into its cache, or out of it.
Rule AddToCacheRule(const ContextState& context, const SSL_SESSION* session);
Rule RemoveFromCacheRule(const ContextState& context, const SSL_SESSION* session);

// Whether a server's clients may be switched to the other context: contexts that own each other
// would never be freed.
Rule ServerNameRule(const ContextState& context, const SSL_CTX* other);

// Whether a handshake may be given the session as a PSK.
Rule PskRule(const Libssl& libssl, const SSL_SESSION* session);

// Whether a server's handshake may be given the session to resume.
Rule ResumeRule(const Libssl& libssl, const SSL_SESSION* session);

bool IsTls13Cipher(const Libssl& libssl, const SSL_CIPHER* cipher);

// Whether a session can be resumed without harm: libssl dereferences the cipher, and without a key
// whoever knows the session's id has its keys.
bool HasCipherAndKey(const Libssl& libssl, const SSL_SESSION* session);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_RULES_H_
