/**
 * Sessions and ticket keys that many processes and machines share: encrypted, in an engine that is
 * there already (Redis, Valkey, what Keyv has adapters for), or in memory.
 *
 * @module
 */

export type { StoreBackend, StoreOperation } from './store/backend.js';
export type { BreakerOptions, StoreState } from './store/breaker.js';
export type { StoreEvents } from './store/guard.js';
export { type KeyvLike, keyvBackend } from './store/keyv.js';
export { type MemoryBackendOptions, memoryBackend } from './store/memory.js';
export type { SharedOptions } from './store/options.js';
export { type RedisBackendOptions, redisBackend } from './store/redis.js';
export type { RingBackendOptions } from './store/ring-backend.js';
export type { RingFileOptions } from './store/ring-file.js';
export type { RingTimes } from './store/ring-key.js';
export type { StoreSecret } from './store/seal.js';
export { createSessionStore, type SharedSessionStore } from './store/session-store.js';
export { type RingEvents, TicketKeyRing } from './store/ticket-key-ring.js';
