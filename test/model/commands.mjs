// The commands of the random runs. Each takes numbers and picks from what there is by them.

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { SslSession, startCounting } from 'libssl-session';
import { habits, versions, World } from './world.mjs';

const pickFrom = (list, number) => list[number % list.length];

// Most contexts that are picked do not fit others that they switch to, or that switch to them.
function fits(call) {
  try {
    call();
    return true;
  } catch (error) {
    if (error.code !== 'ERR_INVALID_ARG_VALUE') throw error;
    return false;
  }
}

/** Of each kind those that may still be used; freed ones too, which must refuse. */
const commands = {
  newContext(world, a, b) {
    if (world.contexts.length >= 6) return;
    const role = a % 2 === 0 ? 'server' : 'client';
    world.newContext({
      role,
      noTicket: (b & 1) !== 0,
      maxVersion: pickFrom(versions, b >> 1),
      habit: pickFrom(habits, b >> 2),
      store: a % 5 === 0,
      early: a % 3 === 1,
      // A client's that keeps its sessions itself; a server's that leaves them to others.
      sessionCacheMode: a % 3 === 0 ? (role === 'client' ? 0x1 : 0x302) : undefined,
    });
  },
  freeContext: (world, a) => world.freeContext(pickFrom(world.contexts, a)),
  addContext(world, a, b) {
    const [first, other] = [pickFrom(world.contexts, a), pickFrom(world.contexts, b)];
    // It lives on with the other.
    if (fits(() => first.addContext('*.test', other))) world.hidden = true;
  },

  newSession(world, a, b) {
    const session = new SslSession();
    session.protocolVersion = pickFrom(versions, b);
    session.id = Buffer.alloc(1 + (a % 4), a % 3);
    if (a % 5 !== 0) session.cipher = 'TLS_AES_128_GCM_SHA256';
    world.sessions.push(session);
  },
  dup: (world, a) => world.sessions.push(pickFrom(world.sessions, a).dup()),
  upRef: (world, a) => world.sessions.push(pickFrom(world.sessions, a).upRef()),
  freeSession: (world, a) => pickFrom(world.sessions, a).free(),
  setId(world, a, b) {
    pickFrom(world.sessions, a).id = Buffer.alloc(b % 5, b);
  },
  setVersion(world, a, b) {
    pickFrom(world.sessions, a).protocolVersion = pickFrom(versions, b);
  },
  unset(world, a, b) {
    const session = pickFrom(world.sessions, a);
    if (b % 2 === 0) session.cipher = null;
    else session.masterKey = Buffer.alloc(0);
  },

  add: (world, a, b) => pickFrom(world.contexts, a).addSession(pickFrom(world.sessions, b)),
  addAgain: (world, a, b) => commands.add(world, a, b),
  remove: (world, a, b) => pickFrom(world.contexts, a).removeSession(pickFrom(world.sessions, b)),
  flush: (world, a, b) => pickFrom(world.contexts, a).flushSessions(b % 2 === 0 ? 0 : undefined),
  limit(world, a, b) {
    fits(() => (pickFrom(world.contexts, a).sessionCacheSize = b % 4));
  },
  takeCached: (world, a) => world.sessions.push(...pickFrom(world.contexts, a).cachedSessions()),

  connect(world, a, b) {
    if (world.pairs.length >= 6) return;
    const clients = world.contexts.filter(({ role }) => role === 'client');
    const servers = world.contexts.filter(({ role }) => role === 'server');
    const session = b % 3 === 0 ? null : pickFrom(world.sessions, b);
    if (clients.length === 0 || servers.length === 0) return;
    world.connect(pickFrom(clients, a), pickFrom(servers, a >> 3), session);
  },
  handshake: (world, a) => world.handshake(pickFrom(world.pairs, a)),
  handshakeOfLast: (world) => world.handshake(world.pairs.at(-1)),
  // With what the client of a pair has got.
  resume(world, a, b) {
    const [client, server] = pickFrom(world.pairs, a);
    const session = client.session;
    try {
      world.connect(client.context, server.context, session);
      const pair = world.pairs.at(-1);
      if (session?.maxEarlyData && b % 2 === 0) pair[0].writeEarlyData(Buffer.from('early'));
      if (b % 3 !== 0) world.handshake(pair);
    } finally {
      session?.free();
    }
  },
  carry: (world, a, b) => world.carry(pickFrom(world.pairs, a), b % 2 === 0),
  garbage: (world, a, b) => pickFrom(world.pairs, a)[b % 2].receive(randomBytes(1 + (b % 64))),
  setSession: (world, a, b) =>
    pickFrom(world.pairs, a)[0].setSession(
      b % 5 === 0 ? null : (pickFrom(world.sessions, b) ?? null),
    ),
  grab(world, a, b) {
    const session = pickFrom(world.pairs, a)[b % 2].session;
    if (session !== null) world.sessions.push(session);
  },
  psk(world, a, b) {
    world.hidden = true;
    const session = pickFrom(world.sessions, b);
    const [client, server] = pickFrom(world.pairs, a);
    server.setAnswers({ pskSessions: [['model', session]] });
    client.setAnswers({ pskSession: { identity: 'model', session } });
  },
  renegotiate: (world, a, b) => pickFrom(world.pairs, a)[b % 2].renegotiate(),
  keyUpdate: (world, a, b) => pickFrom(world.pairs, a)[b % 2].keyUpdate(true),
  early: (world, a) => pickFrom(world.pairs, a)[0].writeEarlyData(Buffer.from('early')),
  write: (world, a, b) => pickFrom(world.pairs, a)[b % 2].write(Buffer.from('data')),
  read: (world, a, b) => pickFrom(world.pairs, a)[b % 2].read(),
  shutdown: (world, a, b) => pickFrom(world.pairs, a)[b % 2].shutdown(),
  freeConnection: (world, a, b) => pickFrom(world.pairs, a)[b % 2].free(),
  freePair(world, a) {
    for (const end of world.pairs.splice(a % world.pairs.length, 1)[0] ?? []) {
      world.attempt(() => end.free());
    }
  },
};

const needs = {
  contexts: [
    'freeContext',
    'addContext',
    'add',
    'addAgain',
    'remove',
    'flush',
    'limit',
    'takeCached',
  ],
  sessions: [
    ...['dup', 'upRef', 'freeSession', 'setId', 'setVersion', 'unset', 'add', 'addAgain', 'remove'],
    'psk',
  ],
  pairs: [
    ...['handshake', 'handshakeOfLast', 'resume', 'carry', 'garbage', 'setSession', 'grab', 'psk'],
    ...['renegotiate', 'keyUpdate', 'early', 'write', 'read', 'shutdown', 'freeConnection'],
    'freePair',
  ],
};

/** How often a command did something, and how often it was refused. */
export const done = new Map(Object.keys(commands).map((name) => [name, { runs: 0, refused: 0 }]));

class Command {
  constructor(name, a, b) {
    Object.assign(this, { name, a, b });
  }
  check(world) {
    return Object.entries(needs).every(
      ([kind, names]) => !names.includes(this.name) || world[kind].length > 0,
    );
  }
  run(world) {
    const count = done.get(this.name);
    count.runs += 1;
    count.refused += 1;
    world.attempt(() => {
      commands[this.name](world, this.a, this.b);
      count.refused -= 1;
    });
    world.check();
  }
  toString() {
    return `${this.name} ${this.a} ${this.b}`;
  }
}

const number = fc.nat({ max: 255 });
// More of those that make something.
const often = ['newContext', 'newSession', 'connect', 'handshakeOfLast', 'resume', 'grab'];
const command = fc
  .tuple(fc.constantFrom(...Object.keys(commands), ...often, ...often), number, number)
  .map(([name, a, b]) => new Command(name, a, b));

/** A client's and a server's context, one pair; then anything. */
const runs = fc.tuple(
  fc.commands([command], { maxCommands: 40, size: 'max' }),
  fc.array(number, { minLength: 1, maxLength: 20 }),
  number,
  number,
);

/** Throws for the smallest run that goes wrong. */
export function checkModel({ seed, numRuns, path }) {
  startCounting();
  const property = fc.property(runs, ([list, order, a, b]) => {
    let world;
    const setup = () => {
      world = new World();
      new Command('newContext', 2 * a, b).run(world);
      new Command('newContext', 2 * b + 1, a).run(world);
      new Command('connect', 0, 0).run(world);
      return { model: world, real: world };
    };
    try {
      fc.modelRun(setup, list);
    } finally {
      let at = 0;
      world.end((length) => order[at++ % order.length] % length);
    }
  });
  const details = fc.check(property, { seed, numRuns, ...(path !== undefined && { path }) });
  if (!details.failed) return;
  const [list, ...rest] = details.counterexample?.[0] ?? [];
  throw new Error(
    `MODEL_SEED=${seed} MODEL_PATH=${details.counterexamplePath}\n${list}\n${JSON.stringify(rest)}\n\n${details.errorInstance?.stack}`,
  );
}
