// Written by scripts/generate.mjs from native/rules.def: do not edit.

/** Why a call is refused: the code and the words of the error. */
export const rules = {
  Cached: [
    'ERR_LIBSSL_UNSAFE',
    'U3: the session is in a cache, which finds it by id and version; remove it first, or use a dup',
  ],
  OtherCache: [
    'ERR_LIBSSL_UNSAFE',
    'U4: the session is in the cache of another context; add a dup instead',
  ],
  InHandshake: [
    'ERR_LIBSSL_UNSAFE',
    'U4: an unfinished handshake uses this session, and may still change its id or cache it; add it when the handshake is over, or add a dup',
  ],
  EmptyId: [
    'ERR_LIBSSL_UNSAFE',
    'U5: a session without an id could never be removed from the cache',
  ],
  NotResumable: [
    'ERR_LIBSSL_UNSAFE',
    "U6: the session is marked as not resumable, because it or the original of this dup was removed from a cache; it must not enter a server's cache",
  ],
  InUse: [
    'ERR_LIBSSL_UNSAFE',
    'U7: a connection uses the cipher and the key of this session; change a dup instead',
  ],
  Bare: ['ERR_LIBSSL_UNSAFE', 'U7: a session to resume needs a cipher and a master key'],
  BarePsk: ['ERR_LIBSSL_UNSAFE', 'U7: a PSK session needs a TLS 1.3 cipher and a master key'],
  TicketAbort: ['ERR_LIBSSL_UNSAFE', 'U10: libssl leaks the session if a ticket callback aborts'],
  NotStarted: [
    'ERR_LIBSSL_UNSAFE',
    'U13: the first handshake has not begun: libssl would take it for a renegotiation, and send data unencrypted or crash',
  ],
  Paused: [
    'ERR_LIBSSL_UNSAFE',
    'U14: the handshake is paused at the ClientHello, and libssl would leak that message',
  ],
  EarlyData: [
    'ERR_LIBSSL_UNSAFE',
    'U15: the connection had early data: libssl would forget the session and the keys, but not the early data, and then crash or send unencrypted',
  ],
  EarlyDataWithoutPsk: [
    'ERR_LIBSSL_UNSAFE',
    'U16: early data needs TLS 1.3, and a PSK that allows it and that the ClientHello really offers; otherwise libssl would send it unencrypted, or with a key that everybody knows',
  ],
  EarlyDataWithoutKeys: [
    'ERR_LIBSSL_UNSAFE',
    'U17: the handshake does not have keys for early data now: libssl would send it unencrypted',
  ],
  HalfCleared: [
    'ERR_LIBSSL_UNSAFE',
    'U18: an SSL_clear failed half-way, and libssl would go on without keys; the connection can only be freed',
  ],
  Renegotiating: [
    'ERR_LIBSSL_UNSAFE',
    'U18: a renegotiation is pending: libssl would give up half-way, and go on without keys',
  ],
  Keyless: [
    'ERR_LIBSSL_UNSAFE',
    'U19: the session to offer has no master key, so any server could know the keys of the connection',
  ],
  OtherCacheHasIt: [
    'ERR_LIBSSL_UNSAFE',
    'U20: the session is in the cache of another context, and would stay there, marked as not resumable',
  ],
  Credential: [
    'ERR_LIBSSL_UNSAFE',
    'U21: the handshake of this connection is under way, and libssl may still use its certificate and key',
  ],
  Async: [
    'ERR_LIBSSL_UNSAFE',
    'U22: with SSL_MODE_ASYNC libssl and its callbacks run on a stack that is too small for them',
  ],
  TicketExtension: [
    'ERR_LIBSSL_UNSAFE',
    'U23: SSL_set_session_ticket_ext has set what this connection sends: libssl would free it twice',
  ],
  DtlsTicketExtension: [
    'ERR_LIBSSL_UNSAFE',
    'U25: over DTLS libssl would never free what SSL_set_session_ticket_ext copies',
  ],
  EarlyMaterial: [
    'ERR_LIBSSL_UNSAFE',
    'U26: the session or PSK that early data was for is gone: libssl would ask it for its cipher',
  ],
  NoId: [
    'ERR_LIBSSL_UNSAFE',
    'U27: the session to offer has no id: if it is not resumed, libssl would overwrite it',
  ],
  IdInUse: [
    'ERR_LIBSSL_UNSAFE',
    'U27: a connection uses this session, and would overwrite it if it had no id; change a dup instead',
  ],
  InvalidHandle: [
    'ERR_LIBSSL_INVALID_HANDLE',
    'the handle is stale, forged, of another kind or of another environment',
  ],
  Null: ['ERR_LIBSSL_UNSAFE', 'NULL is not allowed here: libssl would dereference it'],
  Lent: [
    'ERR_LIBSSL_UNSAFE',
    "the last reference of this handle belongs to an object; call the object's free() instead",
  ],
  Adopted: ['ERR_LIBSSL_UNSAFE', 'this handle already belongs to an object'],
  TooManyHandles: [
    'ERR_LIBSSL_FAILED',
    'this environment has reached the limit of 16,777,216 handles',
  ],
  TooManyReferences: [
    'ERR_LIBSSL_FAILED',
    'this environment has reached the limit of 1,073,741,824 references',
  ],
  Started: ['ERR_LIBSSL_STATE', 'the handshake of this connection has already begun'],
  Itself: ['ERR_LIBSSL_STATE', 'a connection cannot be its own peer'],
  EarlyDataForOtherName: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for another server name',
  ],
  EarlyDataForOtherProtocol: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for a protocol (ALPN) that is not offered',
  ],
  NotDtls: ['ERR_LIBSSL_STATE', 'the connection does not use DTLS'],
  CannotListen: ['ERR_LIBSSL_STATE', 'only a DTLS server whose handshake has not begun can listen'],
  CannotBeStateless: [
    'ERR_LIBSSL_STATE',
    'only a TLS server can be stateless; for a DTLS server there is DTLSv1_listen',
  ],
  Cycle: [
    'ERR_LIBSSL_UNSAFE',
    'the other context leads back to this one: neither would ever be freed',
  ],
  NotBuilt: ['ERR_LIBSSL_FAILED', 'this libssl was built without the function'],
  SessionReplaced: [
    'ERR_LIBSSL_UNSAFE',
    'the session of this connection was replaced after its handshake had begun, and the keys with it; the connection can only be freed',
  ],
  PeerRefused: [
    'ERR_LIBSSL_STATE',
    'the connection resumed a session whose certificate does not verify; it can only be freed',
  ],
  NoMemory: [
    'ERR_LIBSSL_FAILED',
    'there was no memory at the end of the handshake; the connection can only be freed',
  ],
  DataLost: [
    'ERR_LIBSSL_FAILED',
    'there was no memory for the bytes of the other side; the connection can only be freed',
  ],
} as const;

export type RuleName = keyof typeof rules;
