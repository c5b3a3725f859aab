import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { connect, type SslConnectOptions } from './connect.js';
import { keyOfConnection } from './contexts.js';
import { SslSessionCache } from './session-cache.js';
import type { SslSocket } from './socket.js';

/** The options of `https.Agent`, and those of `connect()`. */
export interface SslAgentOptions
  extends Omit<AgentOptions, keyof SslConnectOptions>,
    SslConnectOptions {
  /** By default one of its own. */
  sessionCache?: SslSessionCache;
}

/**
 * An `https.Agent` whose connections are libssl 1.1.1's. New connections resume the sessions of
 * earlier ones, from a cache.
 */
export class SslAgent extends Agent {
  /** Where the sessions are. */
  readonly sessionCache: SslSessionCache;

  /** Options of the agent, and those of all its connections; a request may have more. */
  constructor(options: SslAgentOptions = {}) {
    // Node's own cache is for sessions that are bytes.
    super({ ...(options as unknown as AgentOptions), maxCachedSessions: 0 });
    this.sessionCache = options.sessionCache ?? new SslSessionCache();
  }

  /** @internal What `http` calls for each new connection. */
  override createConnection(options: RequestOptions): SslSocket {
    const its = options as unknown as SslConnectOptions;
    return connect({ ...its, sessionCache: this.sessionCache });
  }

  /** @internal Connections of other options are not shared: `https.Agent` knows only some of them. */
  override getName(options: RequestOptions = {}): string {
    return `${super.getName(options)}:${keyOfConnection(options)}`;
  }

  /** Closes the connections that nobody uses, and forgets the sessions. */
  override destroy(): void {
    super.destroy();
    this.sessionCache.clear();
  }
}
