import { checkInteger, invalidType } from '../common/validate.js';
import { SslContext } from '../context/context.js';
import { TLS1_3_VERSION } from '../libssl/constants.js';
import { SslSession } from '../session/session.js';

/** Whom a client connects to, and how: sessions of one are no use to another. */
export interface SslPeer {
  /** The name or address that is connected to; by default localhost. */
  host?: string;
  /** Its port. */
  port?: number | string;
  /** A Unix socket. */
  path?: string;
  /** The server name that is asked for. */
  servername?: string;
  /** The protocols that are offered. */
  ALPNProtocols?: readonly string[] | Uint8Array;
  /** The context of the connection. */
  context: SslContext;
}

/** Limits of an SslSessionCache. */
export interface SslSessionCacheOptions {
  /** The most sessions that it keeps; the oldest goes first. By default 1000. */
  maxSessions?: number;
  /** The most tickets of TLS 1.3 of one peer. By default 4. */
  maxTickets?: number;
}

/**
 * The sessions of a client. A ticket of TLS 1.3 is given out once, because who sees one twice knows
 * that both connections are from the same client; so several are kept. A session of TLS 1.2 is given
 * out again and again until a newer one replaces it. None is given out after its time, which is its
 * timeout or its ticket's lifetime hint, whichever is shorter.
 */
export class SslSessionCache implements Disposable {
  readonly #maxSessions: number;
  readonly #maxTickets: number;
  // The least recently used peer is the first.
  readonly #sessions = new Map<string, SslSession[]>();
  #size = 0;

  /** Throws `ERR_OUT_OF_RANGE` for a limit below 1. */
  constructor({ maxSessions = 1000, maxTickets = 4 }: SslSessionCacheOptions = {}) {
    this.#maxSessions = checkInteger('options.maxSessions', maxSessions, 1, 0x7fff_ffff);
    this.#maxTickets = checkInteger('options.maxTickets', maxTickets, 1, 0x7fff_ffff);
  }

  /** How many sessions it has. */
  get size(): number {
    return this.#size;
  }

  /** A session to offer to this peer, which is yours; null if there is none. */
  take(peer: SslPeer): SslSession | null {
    const key = keyOf(peer);
    const sessions = this.#sessions.get(key) ?? [];
    for (let newest = sessions.at(-1); newest !== undefined; newest = sessions.at(-1)) {
      const fresh = isFresh(newest);
      if (fresh && newest.protocolVersionNumber !== TLS1_3_VERSION) return newest.upRef();
      sessions.pop();
      this.#size -= 1;
      if (sessions.length === 0) this.#sessions.delete(key);
      if (fresh) return newest;
      newest.free();
    }
    return null;
  }

  /** Keeps a session of this peer; the object is the cache's from now on. */
  add(peer: SslPeer, session: SslSession): void {
    if (!SslSession.is(session)) throw invalidType('session', 'an SslSession', session);
    const key = keyOf(peer);
    const sessions = this.#sessions.get(key) ?? [];
    this.#sessions.delete(key);
    this.#sessions.set(key, sessions);
    const keep = session.protocolVersionNumber === TLS1_3_VERSION ? this.#maxTickets : 1;
    const others = sessions.filter((each) => each.protocolVersionNumber !== TLS1_3_VERSION);
    const stale = keep === 1 ? [...sessions] : others;
    sessions.push(session);
    this.#size += 1;
    for (const each of stale) this.#drop(key, each);
    while (sessions.length > keep) this.#drop(key, sessions[0]);
    for (const [oldest, its] of this.#sessions) {
      if (this.#size <= this.#maxSessions) break;
      this.#drop(oldest, its[0]);
    }
  }

  #drop(key: string, session: SslSession | undefined): void {
    const sessions = this.#sessions.get(key);
    if (sessions === undefined || session === undefined) return;
    sessions.splice(sessions.indexOf(session), 1);
    this.#size -= 1;
    session.free();
    if (sessions.length === 0) this.#sessions.delete(key);
  }

  /** Forgets the sessions of this peer. */
  delete(peer: SslPeer): void {
    const key = keyOf(peer);
    for (const session of [...(this.#sessions.get(key) ?? [])]) this.#drop(key, session);
  }

  /** Forgets all sessions. */
  clear(): void {
    for (const [key, sessions] of [...this.#sessions]) {
      for (const session of [...sessions]) this.#drop(key, session);
    }
  }

  /** `clear()`, for `using cache = …`. */
  [Symbol.dispose](): void {
    this.clear();
  }
}

function keyOf(peer: SslPeer): string {
  if (typeof peer !== 'object' || peer === null || !SslContext.is(peer.context)) {
    throw invalidType('peer.context', 'an SslContext', peer?.context);
  }
  const {
    host = 'localhost',
    port = '',
    path = '',
    servername = '',
    ALPNProtocols,
    context,
  } = peer;
  const alpn = ArrayBuffer.isView(ALPNProtocols)
    ? Buffer.from(ALPNProtocols).toString('latin1')
    : (ALPNProtocols ?? []);
  return JSON.stringify([context.id, host, String(port), path, servername, alpn]);
}

function isFresh(session: SslSession): boolean {
  if (session.freed || !session.isOfferable) return false;
  const { time, ticketLifetimeHint: hint, hasTicket } = session;
  return !hasTicket || hint === 0 || Date.now() / 1000 < time + hint;
}
