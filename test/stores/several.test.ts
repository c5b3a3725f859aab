// More than one Redis: a cluster of three, and a replica that takes the place of its primary.

import { GlideClusterClient, Logger } from '@valkey/valkey-glide';
import { Cluster, Redis as IoRedis } from 'ioredis';
import type { SslContext } from 'libssl-session';
import { createSessionStore, redisBackend } from 'libssl-session/store';
import { createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { stackForTests } from '../support/contexts.js';
import {
  freePort,
  type Redis,
  type SlowProxy,
  startRedis,
  startSlowProxy,
} from '../support/redis.mjs';
import { end, ioredis, machine, secret, sleep, stored, timed, tls12, visit } from './support.js';

const stack = stackForTests();
Logger.setLoggerConfig('off');

describe.skipIf(timed !== '')(`a cluster of three${timed}`, () => {
  const nodes: Redis[] = [];

  beforeAll(async () => {
    const ports: [port: number, bus: number][] = [];
    for (let i = 0; i < 3; i++) {
      const bus = await freePort();
      const settings = {
        'cluster-enabled': 'yes',
        'cluster-port': bus,
        'cluster-node-timeout': 500,
      };
      const node = await startRedis(settings);
      nodes.push(node);
      ports.push([node.port, bus]);
    }
    const clients = nodes.map(({ port }) => ioredis(port));
    const size = Math.ceil(16_384 / 3);
    for (const [i, client] of clients.entries()) {
      const last = Math.min(16_383, (i + 1) * size - 1);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', i * size, last);
      for (const [port, bus] of ports) await client.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
    }
    for (const client of clients) {
      await vi.waitFor(async () => {
        expect(await client.call('CLUSTER', 'INFO')).toContain('cluster_state:ok');
        expect(await client.call('CLUSTER', 'NODES')).toMatch(/^(.* connected .*\n){3}$/);
      }, 10_000);
      client.disconnect();
    }
  }, 30_000);
  afterAll(async () => {
    for (const node of nodes) await node.close();
  });

  const rootNodes = () => nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  const opens = {
    async ioredis() {
      const client = new Cluster(rootNodes());
      return { client, close: () => client.disconnect() };
    },
    async redis() {
      const client = createCluster({
        rootNodes: rootNodes().map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
      });
      await client.connect();
      return { client, close: () => client.close() };
    },
    async '@valkey/valkey-glide'() {
      const client = await GlideClusterClient.createClient({ addresses: rootNodes() });
      return { client, close: () => client.close() };
    },
  };

  test.each(Object.entries(opens))('%s: sessions are on all nodes, and resume', async (_, open) => {
    const { client: redis, close } = await open();
    const writes: unknown[] = [];
    const backend = redisBackend(redis);
    const sessionStore = createSessionStore(
      {
        ...backend,
        set: (...record) => {
          const write = backend.set(...record);
          writes.push(write);
          return write;
        },
      },
      { secret, timeout: 2000 },
    );
    const errors: unknown[] = [];
    sessionStore.on('storeError', (error) => errors.push(error));
    const client = stack.client();
    for (const options of [tls12, { maxEarlyData: 100 }]) {
      const server = stack.server({ ...options, sessionStore });
      const sessions = [];
      for (let i = 0; i < 30; i++) sessions.push((await visit(stack, client, { server })).session);
      await Promise.all(writes);
      for (const session of sessions) {
        expect((await visit(stack, client, { server }, session)).resumed).toBe(true);
      }
    }
    expect(errors).toEqual([]);
    for (const { port } of nodes) {
      const node = new IoRedis(port, '127.0.0.1');
      expect(await node.dbsize()).toBeGreaterThan(5);
      node.disconnect();
    }
    await Promise.all(writes);
    await close();
  });
});

describe.skipIf(timed !== '')(`a replica that is promoted${timed}`, () => {
  let primary: Redis;
  let replica: Redis;
  let between: SlowProxy;

  beforeEach(async () => {
    primary = await startRedis({ 'repl-diskless-sync-delay': 0 });
    between = await startSlowProxy(primary.port);
    replica = await startRedis();
    const client = ioredis(replica.port);
    await client.replicaof('127.0.0.1', between.port);
    await vi.waitFor(async () => {
      expect(await client.info('replication')).toContain('master_link_status:up');
    }, 20_000);
    client.disconnect();
  }, 30_000);
  afterEach(async () => {
    await between.close();
    await primary.close();
    await replica.close();
  });

  /**
   * Early data that a machine accepts from the primary, while the replica hears of nothing; and from
   * the replica, once it is the primary. `replicas`: of the backend.
   */
  async function acceptedTwice(replicas: number): Promise<(string | null)[]> {
    const options = { maxEarlyData: 100 };
    const before = machine(stack, primary.port, options, {}, replicas);
    const client: SslContext = stack.client();
    const { session } = await visit(stack, client, before);
    await stored(before, 2);
    const watching = ioredis(replica.port);
    await expect.poll(() => watching.dbsize()).toBe(2);
    const ours = stack.connection(client, { session });
    ours.writeEarlyData(Buffer.from('buy'));
    ours.handshake();
    const bytes = ours.take();
    const send = async (server: SslContext) => {
      const theirs = stack.connection(server);
      if (theirs.receive(bytes) === 'paused') {
        await new Promise<void>((resolve) => theirs.once('progress', resolve));
      }
      const data = theirs.readEarlyData()?.toString() ?? null;
      end(theirs);
      return data;
    };
    between.delay = 60_000; // what the primary says is lost with it
    const first = await send(before.server);
    await primary.kill();
    await watching.replicaof('NO', 'ONE');
    watching.disconnect();
    const after = machine(stack, replica.port, options, {}, 0);
    const second = await send(after.server);
    return [first, second];
  }

  test('gives a record again that its primary has given, unless replicas have to hear of it', async () => {
    expect(await acceptedTwice(0)).toEqual(['buy', 'buy']);
  });

  test('gives a record once where a replica has to hear of it', async () => {
    expect(await acceptedTwice(1)).toEqual([null, 'buy']);
  });

  test('goes on with the sessions of its primary', async () => {
    const before = machine(stack, primary.port, tls12, {}, 1);
    const client = stack.client();
    const { session } = await visit(stack, client, before);
    await stored(before, 1);
    await sleep(50);
    const watching = ioredis(replica.port);
    await expect.poll(() => watching.dbsize()).toBe(1);
    await primary.kill();
    await watching.replicaof('NO', 'ONE');
    watching.disconnect();
    const after = machine(stack, replica.port, tls12);
    expect((await visit(stack, client, after, session)).resumed).toBe(true);
  });
});
