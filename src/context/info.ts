// What a context says of itself.

import type { ProtocolVersion } from '../common/protocol-version.js';
import { on, results } from '../native/call.js';
import type { Handle } from '../native/types.js';

/** What libssl counts for a context: `SSL_CTX_sess_number(3)` and related functions. */
export interface SessionStats {
  /** Sessions in the internal cache. */
  number: number;
  /** Handshakes that clients began. */
  connect: number;
  /** Client handshakes that succeeded. */
  connectGood: number;
  /** Renegotiations that clients began. */
  connectRenegotiate: number;
  /** Handshakes that servers began. */
  accept: number;
  /** Server handshakes that succeeded. */
  acceptGood: number;
  /** Renegotiations that servers began. */
  acceptRenegotiate: number;
  /** Sessions that were resumed. */
  hits: number;
  /** Resumed sessions that came from a `sessionStore`. */
  cbHits: number;
  /** Sessions that clients offered and that were not found. */
  misses: number;
  /** Sessions that clients offered after they had expired. */
  timeouts: number;
  /** Sessions that were dropped because the cache was full. */
  cacheFull: number;
}

/** What `toJSON()` of a context returns. */
export interface SslContextInfo {
  /** Which side its connections take. */
  role: 'client' | 'server';
  /** The lowest version; null means the library's lowest. */
  minVersion: ProtocolVersion | null;
  /** The highest version; null means the library's highest. */
  maxVersion: ProtocolVersion | null;
  /** A mask of `SSL_SESS_CACHE_…`. */
  sessionCacheMode: number;
  /** Seconds that a session is good for. */
  sessionTimeout: number;
  /** What libssl counts. */
  sessionStats: SessionStats;
}

export function sessionStats(context: Handle): SessionStats {
  on(context).sessionStats();
  // In the order of SSL_CTRL_SESS_NUMBER and those after it.
  const [number, connect, connectGood, connectRenegotiate, accept, acceptGood, ...more] =
    results(12);
  const [acceptRenegotiate, hits, cbHits, misses, timeouts, cacheFull] = more;
  return {
    number,
    connect,
    connectGood,
    connectRenegotiate,
    accept,
    acceptGood,
    acceptRenegotiate,
    hits,
    cbHits,
    misses,
    timeouts,
    cacheFull,
  } as SessionStats;
}

export function infoOf(context: SslContextInfo): SslContextInfo {
  const { role, minVersion, maxVersion, sessionCacheMode, sessionTimeout, sessionStats } = context;
  return { role, minVersion, maxVersion, sessionCacheMode, sessionTimeout, sessionStats };
}
