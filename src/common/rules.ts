// Written by scripts/generate.mjs from native/rules.def: do not edit.

/** Why a call is refused: the code and the words of the error. */
export const rules = {
  Cached: [
    'ERR_LIBSSL_UNSAFE',
    'U3: the session sits in a cache, which finds it by id and version; remove it first, or use a dup',
  ],
  OtherCache: [
    'ERR_LIBSSL_UNSAFE',
    'U4: the session sits in the cache of another context; add a dup',
  ],
  InHandshake: [
    'ERR_LIBSSL_UNSAFE',
    'U4: a handshake that is under way has this session, and may yet change its id, or put it into its own cache; add it when the handshake is over, or a dup',
  ],
  EmptyId: [
    'ERR_LIBSSL_UNSAFE',
    'U5: a session without an id could never be removed from the cache',
  ],
  NotResumable: [
    'ERR_LIBSSL_UNSAFE',
    "U6: the session is marked as not resumable (it was removed earlier, or is a dup of such a one), and must not enter a server's cache",
  ],
  InUse: [
    'ERR_LIBSSL_UNSAFE',
    'U7: a connection has this session, and looks at its cipher and its key; use a dup',
  ],
  Bare: ['ERR_LIBSSL_UNSAFE', 'U7: a session to resume needs a cipher and a master key'],
  BarePsk: ['ERR_LIBSSL_UNSAFE', 'U7: a PSK session needs a TLS 1.3 cipher and a master key'],
  TicketAbort: ['ERR_LIBSSL_UNSAFE', 'U10: a ticket callback that aborts leaks the session'],
  NotStarted: [
    'ERR_LIBSSL_UNSAFE',
    'U13: libssl would take the first handshake for a renegotiation, and send data unencrypted, or crash',
  ],
  Paused: [
    'ERR_LIBSSL_UNSAFE',
    'U14: the handshake waits for a session at the ClientHello, which libssl would leak',
  ],
  EarlyData: [
    'ERR_LIBSSL_UNSAFE',
    'U15: libssl forgets the session and its keys, but not that there was early data: it would look into the one, and send without the others',
  ],
  EarlyDataWithoutPsk: [
    'ERR_LIBSSL_UNSAFE',
    'U16: early data needs TLS 1.3 and a PSK that the ClientHello really offers and that allows it: libssl would send it unencrypted, or with a key that everybody knows',
  ],
  EarlyDataWithoutKeys: [
    'ERR_LIBSSL_UNSAFE',
    'U17: the handshake has no keys for early data yet, or any more: libssl would send it unencrypted',
  ],
  HalfCleared: [
    'ERR_LIBSSL_UNSAFE',
    'U18: SSL_clear failed half-way, and libssl would go on without keys; the connection can only be freed',
  ],
  Renegotiating: [
    'ERR_LIBSSL_UNSAFE',
    'U18: while a renegotiation is pending libssl gives up half-way, and goes on without keys',
  ],
  Keyless: [
    'ERR_LIBSSL_UNSAFE',
    'U19: the session to offer has no master key: whoever answers would have the keys of the connection',
  ],
  OtherCacheHasIt: [
    'ERR_LIBSSL_UNSAFE',
    'U20: the session sits in the cache of another context, where it would stay, marked as not resumable',
  ],
  InvalidHandle: [
    'ERR_LIBSSL_INVALID_HANDLE',
    'the handle is stale, forged, of another kind or of another environment',
  ],
  Null: ['ERR_LIBSSL_UNSAFE', 'NULL where libssl would dereference it'],
  Lent: [
    'ERR_LIBSSL_UNSAFE',
    'the last reference of this handle belongs to an object, whose free() gives it back',
  ],
  Adopted: ['ERR_LIBSSL_UNSAFE', 'this handle belongs to an object already'],
  TooManyHandles: [
    'ERR_LIBSSL_FAILED',
    'this environment holds the most handles it can, 16,777,216',
  ],
  TooManyReferences: [
    'ERR_LIBSSL_FAILED',
    'this environment holds the most references it can, 1,073,741,824',
  ],
  Started: ['ERR_LIBSSL_STATE', 'the connection has begun its handshake already'],
  Itself: ['ERR_LIBSSL_STATE', 'a connection cannot be its own peer'],
  EarlyDataForOtherName: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for another server name',
  ],
  EarlyDataForOtherProtocol: [
    'ERR_LIBSSL_STATE',
    'the session or PSK that allows early data is for a protocol (ALPN) that is not offered',
  ],
  NotDtls: ['ERR_LIBSSL_STATE', 'the connection is not of DTLS'],
  CannotListen: ['ERR_LIBSSL_STATE', 'only a server of DTLS that has not begun can listen'],
  Cycle: [
    'ERR_LIBSSL_UNSAFE',
    'the other context leads back to this one: neither would ever be freed',
  ],
  SessionReplaced: [
    'ERR_LIBSSL_UNSAFE',
    'the session of this connection was replaced under way, and with it its keys',
  ],
  PeerRefused: [
    'ERR_LIBSSL_STATE',
    'the connection resumed a session whose certificate does not verify; it can only be freed',
  ],
  NoMemory: [
    'ERR_LIBSSL_FAILED',
    'there was no memory when the handshake was over: the connection can only be freed',
  ],
  DataLost: [
    'ERR_LIBSSL_FAILED',
    'there was no memory for what the other side had sent: the connection can only be freed',
  ],
} as const;

export type RuleName = keyof typeof rules;
