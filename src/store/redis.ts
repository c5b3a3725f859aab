// Redis and Valkey, through the client that an application has already: each of four packages, told
// apart by the methods of its clients. None of them is a dependency.

import { checkMembers } from '../common/option-bag.js';
import { checkInteger, invalidType, invalidValue } from '../common/validate.js';
import type { StoreBackend } from './backend.js';
import { checkObject } from './options.js';

type Answer = Promise<unknown>;

/** A client or cluster of `redis` 5 and newer; `withTypeMapping` makes it answer with bytes. */
interface NodeRedis {
  withTypeMapping(mapping: Readonly<Record<number, unknown>>): NodeRedis;
  get(key: string): Answer;
  getDel(key: string): Answer;
  set(key: string, value: Uint8Array, options: object): Answer;
  del(key: string): Answer;
  wait(replicas: number, timeout: number): Answer;
}

/** A client or cluster of `ioredis` and `iovalkey`. */
interface IoRedis {
  getBuffer(key: string): Answer;
  getdelBuffer(key: string): Answer;
  set(key: string, value: Uint8Array, ...rest: (string | number)[]): Answer;
  del(key: string): Answer;
  wait(replicas: number, timeout: number): Answer;
}

/** A client or cluster of `@valkey/valkey-glide`. */
interface Glide {
  get(key: string, options: object): Answer;
  getdel(key: string, options: object): Answer;
  set(key: string, value: Uint8Array, options: object): Answer;
  del(keys: string[]): Answer;
  wait(replicas: number, timeout: number): Answer;
}

/** The commands, as bytes. */
interface Commands {
  get(key: string): Answer;
  getdel(key: string): Answer;
  set(key: string, value: Buffer, ttl: number, ifAbsent: boolean): Answer;
  del(key: string): Answer;
  wait(replicas: number, timeout: number): Answer;
}

const has = (client: object, ...methods: readonly string[]): boolean =>
  methods.every((name) => typeof (client as Record<string, unknown>)[name] === 'function');

function commandsOf(client: object): Commands {
  if (has(client, 'getdelBuffer', 'getBuffer', 'set', 'del')) return ofIoRedis(client as IoRedis);
  if (has(client, 'withTypeMapping', 'getDel', 'set', 'del')) {
    return ofNodeRedis(client as NodeRedis);
  }
  if (has(client, 'customCommand', 'getdel', 'get', 'set', 'del')) return ofGlide(client as Glide);
  const packages = 'redis (5 or newer), ioredis, iovalkey or @valkey/valkey-glide';
  throw invalidType('client', `a client of ${packages}`, client);
}

function ofNodeRedis(client: NodeRedis): Commands {
  const blobString = 36; // RESP_TYPES.BLOB_STRING
  const bytes = client.withTypeMapping({ [blobString]: Buffer });
  return {
    get: (key) => bytes.get(key),
    getdel: (key) => bytes.getDel(key),
    set: (key, value, ttl, ifAbsent) =>
      client.set(key, value, {
        expiration: { type: 'PX', value: ttl },
        ...(ifAbsent && { condition: 'NX' }),
      }),
    del: (key) => client.del(key),
    wait: (replicas, timeout) => client.wait(replicas, timeout),
  };
}

function ofIoRedis(client: IoRedis): Commands {
  return {
    get: (key) => client.getBuffer(key),
    getdel: (key) => client.getdelBuffer(key),
    set: (key, value, ttl, ifAbsent) =>
      client.set(key, value, 'PX', ttl, ...(ifAbsent ? ['NX'] : [])),
    del: (key) => client.del(key),
    wait: (replicas, timeout) => client.wait(replicas, timeout),
  };
}

function ofGlide(client: Glide): Commands {
  const bytes = { decoder: 0 }; // Decoder.Bytes
  return {
    get: (key) => client.get(key, bytes),
    getdel: (key) => client.getdel(key, bytes),
    set: (key, value, ttl, ifAbsent) =>
      client.set(key, value, {
        expiry: { type: 'PX', count: ttl },
        ...(ifAbsent && { conditionalSet: 'onlyIfDoesNotExist' }),
      }),
    del: (key) => client.del([key]),
    wait: (replicas, timeout) => client.wait(replicas, timeout),
  };
}

/** What a Redis or Valkey has to do. */
export interface RedisBackendOptions {
  /**
   * How many replicas must have heard that a record was taken, before it counts. By default 0. Redis
   * replicates later than it answers: without this, a replica that is promoted may give a record
   * once more that the server before it has given already. Not for a cluster.
   */
  replicas?: number;
}

// How long WAIT may wait. The store's own limit ends it earlier.
const waitTimeout = 1000;

const isCluster = (client: object): boolean =>
  (client as { isCluster?: unknown }).isCluster === true || // ioredis
  'masters' in client || // redis
  has(client, 'fcallWithRoute'); // glide

/**
 * A backend in Redis 6.2 or newer, or Valkey, through a client of `redis` (5 or newer), `ioredis`,
 * `iovalkey` or `@valkey/valkey-glide`, also of a cluster. The client stays yours: you connect it,
 * listen to its errors and close it. `ERR_INVALID_ARG_TYPE` for anything else.
 */
export function redisBackend(
  client: object,
  options: RedisBackendOptions = {},
): Required<StoreBackend> {
  const commands = commandsOf(checkObject('client', client));
  checkMembers('options', checkObject('options', options), ['replicas']);
  const replicas = checkInteger('options.replicas', options.replicas ?? 0, 0, 1000);
  if (replicas > 0 && isCluster(client)) {
    throw invalidValue('options.replicas', 'is not supported for a cluster');
  }
  const buffer = (bytes: Uint8Array): Buffer =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    get: (key) => commands.get(key) as Promise<Uint8Array | null>,
    set: (key, bytes, ttl) => commands.set(key, buffer(bytes), ttl, false),
    delete: (key) => commands.del(key),
    async take(key) {
      // Both go out at once, in this order: WAIT is about what this connection wrote before.
      const [bytes, heard] = await Promise.all([
        commands.getdel(key) as Promise<Uint8Array | null>,
        replicas === 0 ? 0 : commands.wait(replicas, waitTimeout),
      ]);
      return Number(heard) < replicas ? null : bytes;
    },
    async add(key, bytes, ttl) {
      return (await commands.set(key, buffer(bytes), ttl, true)) !== null;
    },
  };
}
