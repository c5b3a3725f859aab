// What must not be asked of libssl. Each function looks at libssl's objects before a call, and
// returns the rule that forbids the call, or kNone. rules.def says what C would do instead.

#ifndef LIBSSL_SESSION_NATIVE_CORE_RULES_H_
#define LIBSSL_SESSION_NATIVE_CORE_RULES_H_

#include <cstdint>

#include "core/connection.h"
#include "core/rule.h"

namespace libssl_session {

// Whether libssl may send early data now. libssl refuses it in some states itself. This refuses it
// where libssl would send it without keys, or with keys that everybody knows.
Rule WriteEarlyDataRule(const ConnectionState& state);

// Whether the session or PSK for a client's first early data is for this server name and one of the
// offered protocols. If libssl found out itself that it is not, the handshake would fail.
Rule EarlyDataFitsRule(const ConnectionState& state);
// How many bytes of early data may still be written; kNoLimit if this sets no limit.
inline constexpr size_t kNoLimit = SIZE_MAX;
size_t EarlyDataRoom(const ConnectionState& state);

// Whether a client may export early keying material. libssl takes the hash from the session that it
// has now, or from its PSK, and does not ask whether there is one: once a server has rejected early
// data, there need not be.
Rule EarlyMaterialRule(const ConnectionState& state);

// Whether SSL_clear is allowed. It is not while the handshake is paused at the ClientHello, during
// a renegotiation, once the connection has had early data, or if the connection can only be freed.
Rule ClearRule(const ConnectionState& state);

// Whether a connection may get what it sends as its session ticket extension, and whether one that
// has it may lose the method of its version. libssl would free the extension with that method, and
// again with the connection; over DTLS it would never free it.
Rule SetTicketExtensionRule(const ConnectionState& state);
Rule LoseMethodRule(const ConnectionState& state);

// Whether SSL_renegotiate is allowed. Before the first handshake it makes libssl treat that
// handshake as a renegotiation: a server then sends its data unencrypted, and a DTLS server
// crashes.
Rule RenegotiateRule(const ConnectionState& state);

// Whether its certificates and keys may change: a handshake that is under way uses them.
Rule CredentialRule(const ConnectionState& state);

// Whether a context or connection may have these modes (SSL_MODE_…).
Rule ModeRule(unsigned long modes);

// Whether a connection may still take a side.
Rule ChooseSideRule(const ConnectionState& state);

// Whether a handshake may begin with the session that the connection has.
Rule BeginRule(const ConnectionState& state);

// Whether two connections can be each other's peers.
Rule JoinRule(const ConnectionState& client, const ConnectionState& server);

// Whether the connection is DTLS. libssl would use the state of DTLS without checking that there is
// one.
Rule DtlsRule(const ConnectionState& state);

// Whether it can listen. DTLSv1_listen begins with clearing the connection, so its handshake must
// not have begun.
Rule ListenRule(const ConnectionState& state);

// Whether it can be stateless. SSL_stateless begins with clearing the connection.
Rule StatelessRule(const ConnectionState& state);

// Whether a client can offer the session without risk to the handshake. libssl's servers fail the
// handshake if the session has another maximum fragment length than the client asks for, or, up to
// TLS 1.2, a suite that the client does not offer. `made_here`: this connection's context made it.
bool CanGoWith(const ConnectionState& state, const SSL_SESSION* session, bool made_here);

// Whether a client must offer a copy, because the session came from another context (`origin`) or
// is in the cache of one. libssl does not check that, and may write into the other cache's list.
bool NeedsCopy(const ConnectionState& state, const SSL_SESSION* session, uint32_t origin);

// Whether a session may get another version; a cache finds its sessions by id and version.
Rule ChangeVersionRule(const Registry& registry, const SSL_SESSION* session);

// Whether a session may get an id of `size` bytes.
Rule ChangeIdRule(const Registry& registry, const SSL_SESSION* session, size_t size);

// Whether a session may lose its cipher or its key.
Rule StripRule(const Registry& registry, const SSL_SESSION* session);

// Whether a context may take a session into its cache, or out of it.
Rule AddToCacheRule(const ContextState& context, const SSL_SESSION* session);
Rule RemoveFromCacheRule(const ContextState& context, const SSL_SESSION* session);

// Whether the server names of a context may lead to the other one. Contexts that own each other
// would never be freed.
Rule ServerNameRule(const ContextState& context, const SSL_CTX* other);

// Whether a handshake may use the session as a PSK.
Rule PskRule(const Libssl& libssl, const SSL_SESSION* session);

// Whether a server may resume the session.
Rule ResumeRule(const Libssl& libssl, const SSL_SESSION* session);

bool IsTls13Cipher(const Libssl& libssl, const SSL_CIPHER* cipher);

// Whether a session can be resumed without harm: libssl dereferences the cipher, and without a key
// anybody can compute the keys of the connection.
bool HasCipherAndKey(const Libssl& libssl, const SSL_SESSION* session);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_RULES_H_
