// What the callbacks, listeners and stores of a sequence do: nothing, or what a careless or hostile
// application does. Each has random numbers of its own, from when it was made.

import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { Random } from './random.mjs';
import { deliberate } from './world.mjs';

/** Runs a piece of the application, from within a call of ours. */
function inside(world, name, random, body) {
  if (world.depth > 2) return undefined;
  const outer = world.random;
  world.random = random;
  world.depth += 1;
  try {
    world.log(`(${name})`);
    return body();
  } finally {
    world.depth -= 1;
    world.random = outer;
  }
}

const habits = { nothing: 8, reenter: 3, throw: 1, freeConnection: 1, freeContext: 1, freeAll: 1 };

function behave(world, random, handles = []) {
  switch (random.weighted(habits)) {
    case 'reenter':
      world.reenter('callback');
      break;
    case 'throw':
      throw deliberate;
    case 'freeConnection':
      for (const each of handles)
        if (world.handles.ssl.has(each)) world.attempt('SSL_free', () => C.SSL_free(each));
      world.attempt('SslConnection#free', () => random.pick(world.connections)?.object?.free());
      break;
    case 'freeContext':
      world.attempt('SslContext#free', () => random.pick(world.contexts)?.object?.free());
      for (const each of handles)
        if (world.handles.ctx.has(each)) world.attempt('SSL_CTX_free', () => C.SSL_CTX_free(each));
      break;
    case 'freeAll':
      for (const session of world.sessions) world.attempt('SslSession#free', () => session.free());
      break;
    default:
  }
}

/** Which handles a callback of the C-named module is given, by their place. */
export const observers = {
  NewSessionCallback: 'session',
  RemoveSessionCallback: 'session',
  GetSessionCallback: 'get',
};

/** A callback of the C-named module. */
export function callback(world, kind) {
  if (world.random.chance(0.05)) return world.random.pick([{}, 7, 'x']);
  const random = new Random(world.random.seed());
  return (...given) =>
    inside(world, `callback ${kind}`, random, () => {
      if (kind === 'session') world.know('session', given[1]);
      behave(world, random, given.slice(0, 2));
      if (kind === 'get') return answerHandle(world, random, given[1]);
      return random.pick([0, 1, undefined, {}]);
    });
}

function answerHandle(world, random, id) {
  const fits = world.live('session').find((handle) => {
    try {
      return C.SSL_SESSION_get_id(handle).equals(id);
    } catch {
      return false;
    }
  });
  if (random.chance(0.8)) return fits ?? 0;
  return random.pick([random.pick(world.live('session')) ?? 0, 0, undefined, 12345, {}]);
}

/** A listener of the classes. */
export function listener(world) {
  const random = new Random(world.random.seed());
  return (...given) => {
    for (const each of given) if (each instanceof SslSession) world.take('listener', each);
    inside(world, 'listener', random, () => {
      for (const each of given) if (each instanceof SslSession && random.chance(0.4)) each.free();
      behave(world, random);
    });
  };
}

/** A session store that answers at once, late, twice, never, or with garbage. */
export function store(world) {
  const random = new Random(world.random.seed());
  const find = (id) => world.sessions.find((each) => !each.freed && each.id.equals(id)) ?? null;
  const answer = (id) => {
    const session = find(id);
    switch (random.weighted({ itself: 6, der: 2, dup: 1, other: 1, garbage: 1, none: 1 })) {
      case 'itself':
        return session;
      case 'der':
        return session === null
          ? null
          : (world.attempt('SslSession#toDer', () => session.toDer()) ?? null);
      case 'dup':
        return session === null
          ? null
          : (world.attempt('SslSession#dup', () => session.dup()) ?? null);
      case 'other':
        return random.pick(world.sessions) ?? null;
      case 'garbage':
        return random.pick([7, {}, 'session', Buffer.alloc(20, 0x30), [], Symbol('session')]);
      default:
        return null;
    }
  };
  const late = (id) => {
    switch (random.weighted({ now: 3, wait: 3, never: 1, reject: 1, twice: 1, throws: 1 })) {
      case 'now':
        return Promise.resolve(answer(id));
      case 'wait':
        return new Promise((resolve, reject) =>
          world.waiting.push({ id, resolve, reject, answer }),
        );
      case 'never':
        return new Promise(() => {});
      case 'reject':
        return Promise.reject(random.pick([deliberate, undefined, 7]));
      case 'twice':
        return {
          // biome-ignore lint/suspicious/noThenProperty: a store may answer with one.
          then(resolve) {
            resolve(answer(id));
            resolve(answer(id));
          },
        };
      default:
        return {
          // biome-ignore lint/suspicious/noThenProperty: a store may answer with one.
          get then() {
            throw deliberate;
          },
        };
    }
  };
  const run = (name, body) => inside(world, `store ${name}`, random, body);
  const asynchronous = random.chance(0.5);
  world.promises += 1;
  return {
    get: (id) =>
      run('get', () => {
        behave(world, random);
        return asynchronous ? late(id) : answer(id);
      }),
    set: (_id, session) => {
      world.take('store', session);
      run('set', () => {
        if (random.chance(0.3)) session.free();
        behave(world, random);
      });
    },
    delete: () => run('delete', () => behave(world, random)),
  };
}
