// Written by scripts/generate.mjs from native/events.def: do not edit.

/** What libssl's callbacks record, and what such an event has. */
export const EventKind = {
  /** session */
  newSession: 1,
  /** session */
  removeSession: 2,
  /** data: an id that the handshake waits for; number: its version; always recorded */
  lookup: 4,
  /** data: the line */
  keylog: 5,
  /** number: whether the hash was fixed already (after a HelloRetryRequest) */
  pskUse: 6,
  /** data: the identity; number: whether there was an answer */
  pskFind: 7,
  /** nothing */
  ticketIssued: 8,
  /** data: the application data; number: SSL_TICKET_STATUS */
  ticketReceived: 9,
  /** number: the answer to whether it is allowed */
  earlyData: 10,
  /** data: the hint; number: whether there was an answer */
  pskClient: 11,
  /** data: the identity; number: whether there was an answer */
  pskServer: 12,
  /** nothing; this context will record nothing any more */
  contextGone: 13,
  /** session: a client's, which libssl has put in place of the one offered */
  renewedSession: 14,
  /** number: where, of SSL_CB_…; value: what SSL_do_handshake gave, or an alert */
  info: 15,
  /** data: the protocols of ALPN, each after its length; always recorded */
  clientHello: 16,
  /** data: messages, one after the other, each behind a MessageHead of messages.h */
  messages: 17,
  /** data: what it says; number: its type; value: whether the server sent it */
  extension: 18,
  /** data: the state, in words; number and value as Info has them */
  state: 19,
  /** nothing; this connection will record nothing of its own any more */
  connectionGone: 20,
  /** data: the name of a key that a ticket was made with, and that is not known */
  ticketKey: 21,
  /** data: a certificate of the peer's chain; number: X509_V_…; value: its depth */
  verify: 22,
  /** data: the certificates that the peer has sent, one behind the other */
  chain: 23,
  /** nothing; this side needs a certificate */
  certificate: 24,
  /** nothing; a client has none yet, and a server has asked for it */
  clientCertificate: 25,
  /** data: what it says; number: its type; value: where, of SSL_EXT_… */
  customExtension: 26,
  /** data: what it says */
  ticketExtension: 27,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];
