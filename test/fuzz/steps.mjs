// The steps of a sequence. A step is a name and a seed: what it picks, and what it passes, comes from
// the seed and from what there is, so that a sequence without some of its steps is still one.

import { inspect } from 'node:util';
import * as main from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { listener, store } from './habits.mjs';
import { Random } from './random.mjs';
import { classes, functions, members } from './signatures.mjs';
import * as values from './values.mjs';
import { describe, secrets } from './world.mjs';

const { handshake, SslConnection, SslContext, SslSession, traceConnection, traceHandshake } = main;

for (const { parameters } of [...functions.values(), ...Object.values(members).flat()]) {
  values.checkTypes(parameters);
}

// ---- Contexts and connections.

// What both sides of a pair speak.
const kinds = {
  tls13: 6,
  tls12: 5,
  any: 2,
  dtls12: 3,
  dtls10: 1,
};
const speaks = {
  tls13: { minVersion: 'TLSv1.3' },
  tls12: { maxVersion: 'TLSv1.2' },
  any: {},
  dtls12: { protocol: 'dtls', minVersion: 'DTLSv1.2' },
  dtls10: { protocol: 'dtls', maxVersion: 'DTLSv1', securityLevel: 0 },
};

function some(random, chances) {
  const entries = Object.entries(chances).filter(([, [chance]]) => random.chance(chance));
  return Object.fromEntries(entries.map(([key, [, make]]) => [key, make()]));
}

function serverOptions(world, kind) {
  const { random } = world;
  const requestCert = random.chance(0.15);
  return {
    role: 'server',
    ...speaks[kind],
    ...values.certificate,
    sessionIdContext: 'fuzz',
    ...(requestCert && {
      requestCert,
      rejectUnauthorized: random.chance(0.3),
      ca: values.certificate.cert,
    }),
    ...some(random, {
      noTicket: [0.4, () => true],
      numTickets: [0.2, () => random.below(4)],
      maxEarlyData: [0.5, () => random.pick([100, 16384])],
      ticketKeys: [0.2, () => Buffer.alloc(48, secrets.ticketKey)],
      ecdhCurve: [0.2, () => random.pick(['P-384', 'X25519', 'P-521:P-384'])],
      sessionStore: [0.25, () => store(world)],
      sessionStoreTimeout: [0.3, () => 5000],
      sessionCacheMode: [0.2, () => random.pick([0, 2, 3, 0x302, 0x102, 0x202])],
      sessionCacheSize: [0.1, () => random.below(3)],
      secureOptions: [0.15, () => random.pick([0x01000000, 0x00400000, 0x00200000, 0x40000000])],
      pskIdentityHint: [0.1, () => 'hint'],
      ...(speaks[kind].protocol === 'dtls' && { cookieKey: [0.3, () => values.cookieKey] }),
    }),
    ...(random.chance(0.25) && values.answers(world, false)),
  };
}

function clientOptions(world, kind) {
  const { random } = world;
  const verifies = random.chance(0.25);
  return {
    role: 'client',
    ...speaks[kind],
    rejectUnauthorized: verifies,
    ...(verifies && { ca: values.certificate.cert }),
    ...(random.chance(0.3) && values.certificate),
    ...some(random, {
      postHandshakeAuth: [0.3, () => true],
      maxFragmentLength: [0.1, () => random.pick([512, 1024, 4096])],
      ecdhCurve: [0.15, () => random.pick(['P-256:P-384', 'X25519:P-521:P-384'])],
      sessionCacheMode: [0.3, () => random.pick([0, 1, 3, 0x201])],
      secureOptions: [0.15, () => random.pick([0, 4, 0x4000, 0x00100000])],
    }),
    ...(random.chance(0.25) && values.answers(world, true)),
  };
}

const contextEvents = [
  ...['newSession', 'removeSession', 'keylog', 'sessionStoreError'],
  ...['message', 'alert', 'state'],
];
const connectionEvents = ['session', 'keylog', 'progress', 'message', 'alert', 'state'];

function newContext(world, options, dtls) {
  const object = world.attempt('new SslContext', () => new SslContext(values.bag(world, options)));
  if (object === undefined) return undefined;
  const context = {
    role: object.role,
    dtls,
    object,
    handle: object.freed ? 0 : object.handle,
    named: options.rejectUnauthorized === true || world.random.chance(0.5),
  };
  world.contexts.push(context);
  world.know('ctx', context.handle);
  for (const event of contextEvents) {
    if (world.random.chance(0.25)) object.on(event, listener(world));
  }
  return context;
}

function newConnection(world, context, options = {}) {
  const object = world.attempt(
    'new SslConnection',
    () => new SslConnection(context.object, values.bag(world, options)),
  );
  if (object === undefined) return undefined;
  const server = context.role === 'server';
  const connection = {
    server,
    dtls: context.dtls,
    object,
    context,
    outbox: [],
    tail: Buffer.alloc(0),
  };
  world.connections.push(connection);
  if (!object.freed) {
    connection.handle = object.handle;
    world.know('ssl', connection.handle);
  }
  for (const event of connectionEvents) {
    if (world.random.chance(0.2)) object.on(event, listener(world));
  }
  if (world.random.chance(0.3)) object.on('progress', () => collect(world, connection));
  if (world.random.chance(0.1)) {
    const trace = traceConnection(object); // the reader sees what is mutated on the way, too
    object.on('alert', () => String(trace));
  }
  return connection;
}

function join(client, server) {
  if (client === undefined || server === undefined) return;
  client.peer = server;
  server.peer = client;
}

// 20 ms are over now and then.
function datagramOptions({ random }, dtls) {
  if (!dtls) return {};
  return some(random, {
    mtu: [0.3, () => random.pick([208, 508, 1200, 9000])],
    retransmitTimeout: [0.3, () => 20],
  });
}

function connect(world, client, server, options = {}) {
  const ours = newConnection(world, client, {
    // Mostly the same name for all: with another nothing is resumed.
    ...(client.named && { servername: 'localhost' }),
    ...(world.random.chance(0.1) && { servername: world.random.pick(values.names) }),
    ...(world.random.chance(0.05) && { host: 'localhost' }),
    ...datagramOptions(world, client.dtls),
    ...options,
  });
  const theirs = newConnection(world, server, {
    ...datagramOptions(world, server.dtls),
    ...(server.dtls && world.random.chance(0.8) && { peerAddress: 'one' }),
    ...(world.random.chance(0.1) && { maxEarlyData: world.random.pick([0, 50, 16384]) }),
    ...(world.random.chance(0.1) && { numTickets: world.random.below(4) }),
  });
  join(ours, theirs);
  return [ours, theirs];
}

/** The same with the C-named module alone. */
function connectC(world, dtls) {
  const { random } = world;
  const ends = [false, true].map((server) => {
    const ctx = C.SSL_CTX_new(dtls ? C.DTLS_method() : C.TLS_method());
    world.know('ctx', ctx);
    const context = { role: server ? 'server' : 'client', dtls, handle: ctx };
    world.contexts.push(context);
    if (server || random.chance(0.3)) {
      C.SSL_CTX_use_certificate_chain(ctx, values.certificate.cert);
      C.SSL_CTX_use_PrivateKey(ctx, values.certificate.key);
    }
    C.SSL_CTX_set_session_id_context(ctx, Buffer.from('fuzz'));
    if (random.chance(0.4)) C.SSL_CTX_set_max_proto_version(ctx, dtls ? 0xfefd : 0x0303);
    if (random.chance(0.3)) C.SSL_CTX_set_options(ctx, C.SSL_OP_NO_TICKET);
    if (random.chance(0.5)) {
      C.SSL_CTX_set_max_early_data(ctx, 1000);
      C.SSL_CTX_set_recv_max_early_data(ctx, 1000);
    }
    if (random.chance(0.3)) C.SSL_CTX_set_session_cache_mode(ctx, random.pick([1, 2, 3, 0x303]));
    const handle = C.SSL_new(ctx);
    world.know('ssl', handle);
    if (server) C.SSL_set_accept_state(handle);
    else C.SSL_set_connect_state(handle);
    const connection = { server, dtls, handle, context, outbox: [], tail: Buffer.alloc(0) };
    world.connections.push(connection);
    return connection;
  });
  join(...ends);
  return ends;
}

// ---- Bytes between two connections.

function collect(world, connection) {
  const { object, handle } = connection;
  if (object !== undefined) {
    if (!object.freed) {
      const taken = connection.dtls ? object.takeDatagrams() : [object.take()];
      for (const bytes of taken) world.sent(connection, bytes);
    }
    return;
  }
  for (;;) {
    const bytes = C.BIO_read(handle);
    if (bytes === null) return;
    world.sent(connection, bytes);
  }
}

function begin(world, connection) {
  const { object, handle, server } = connection;
  if (server) return;
  if (object === undefined) world.attempt('SSL_do_handshake', () => C.SSL_do_handshake(handle));
  else if (object.state === 'new')
    world.attempt('SslConnection#handshake', () => object.handshake());
}

function feed(world, connection, bytes) {
  const { object, handle, server } = connection;
  if (object !== undefined) {
    world.attempt('SslConnection#receive', () => object.receive(bytes));
    return;
  }
  world.attempt('SSL_…', () => {
    C.BIO_write(handle, bytes);
    if (C.SSL_is_init_finished(handle) === 1) C.SSL_read(handle, 16384);
    else if (server && connection.early) {
      const [result] = C.SSL_read_early_data(handle, 16384);
      if (result === C.SSL_READ_EARLY_DATA_FINISH) {
        connection.early = false;
        C.SSL_do_handshake(handle);
      }
    } else C.SSL_do_handshake(handle);
  });
}

/** What both have for each other, as often as there is something. `change`: what becomes of it. */
function pump(world, connection, rounds, change = (list) => list) {
  const peer = connection?.peer;
  if (peer === undefined) return;
  for (const each of [connection, peer]) begin(world, each);
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (const from of [connection, peer]) {
      world.attempt('SslConnection#take', () => collect(world, from));
      const list = change(from.outbox.splice(0));
      for (const bytes of list) feed(world, from.peer, bytes);
      moved ||= list.length > 0;
    }
    if (!moved) return;
  }
}

function shake(world, connection) {
  const { random } = world;
  const [client, server] = connection?.server
    ? [connection.peer, connection]
    : [connection, connection?.peer];
  const objects = client?.object !== undefined && server?.object !== undefined;
  // What was taken already is not there for handshake().
  const taken = client?.outbox.length > 0 || server?.outbox.length > 0;
  if (objects && !taken && random.chance(0.4)) {
    const join = random.chance(0.2) ? traceHandshake : handshake;
    world.log(`${join.name}(client, server)`);
    world.attempt(join.name, () => join(client.object, server.object));
  } else pump(world, connection, 12);
}

/** Records as a hostile network has them. */
function tampered(random) {
  return (list) => {
    if (list.length === 0) return list;
    const at = random.below(list.length);
    const bytes = list[at];
    const cut = random.below(bytes.length + 1);
    switch (
      random.weighted({
        flip: 3,
        cut: 2,
        double: 2,
        swap: 2,
        drop: 2,
        split: 2,
        insert: 2,
        header: 2,
      })
    ) {
      case 'flip':
        return list.with(at, values.changed(random, bytes));
      case 'cut':
        return list.with(at, bytes.subarray(0, cut));
      case 'double':
        return list.toSpliced(at, 0, bytes);
      case 'swap':
        return list.toReversed();
      case 'drop':
        return list.toSpliced(at, 1);
      case 'split':
        return list.toSpliced(at, 1, bytes.subarray(0, cut), bytes.subarray(cut));
      case 'insert':
        return list.toSpliced(at, 0, random.pick(records));
      default: {
        const copy = Buffer.from(bytes);
        copy[random.below(Math.min(copy.length, 13))] = random.pick([
          0, 1, 2, 3, 20, 21, 22, 23, 24, 255,
        ]);
        return list.with(at, copy);
      }
    }
  };
}

// Alerts (warning, fatal, the end), a ChangeCipherSpec, an empty record, a HelloRequest, early data.
const records = [
  '15030300020100',
  '1503030002015a',
  '15030300020228',
  '140303000101',
  '1603030000',
  '160303000400000000',
  '17030300050102030405',
  '15fefd000000000000000900020100',
].map((hex) => Buffer.from(hex, 'hex'));

// ---- One call.

function connectionLike(world) {
  const { random } = world;
  return random.chance(0.6)
    ? world.connections.at(-1 - random.below(2))
    : random.pick(world.connections);
}

function callFunction(world, name, on) {
  const { call, parameters } = functions.get(name);
  const list = values.argumentsFor(world, name, parameters, on);
  world.log(`C.${name}(${list.map(describe).join(', ')})`);
  const value = world.attempt(name, () => call(...list), world.connectionOf(list[0]) ?? on);
  if (/_free$/.test(name))
    for (const [kind, known] of Object.entries(world.handles)) {
      if (known.has(list[0])) world.stale[kind].push(list[0]);
    }
  return value;
}

// More of those that need each other.
const often = [
  ...[
    'SSL_write',
    'SSL_read',
    'SSL_write_early_data',
    'SSL_read_early_data',
    'SSL_clear',
    'SSL_shutdown',
  ],
  ...[
    'SSL_set_session',
    'SSL_get1_session',
    'SSL_renegotiate',
    'SSL_renegotiate_abbreviated',
    'SSL_key_update',
    'SSL_do_handshake',
  ],
  ...[
    'SSL_CTX_add_session',
    'SSL_CTX_remove_session',
    'SSL_SESSION_set_cipher',
    'SSL_SESSION_set1_id',
  ],
  ...[
    'SSL_set_psk_use_session_callback',
    'SSL_set_psk_find_session_callback',
    'SSL_SESSION_set_max_early_data',
  ],
  ...[
    'SSL_CTX_sess_set_new_cb',
    'SSL_CTX_sess_set_get_cb',
    'SSL_CTX_sess_set_remove_cb',
    'SSL_CTX_sessions',
  ],
  ...['SSL_CTX_flush_sessions', 'SSL_verify_client_post_handshake', 'BIO_write', 'BIO_read'],
  ...[
    'SSL_CTX_set_session_ticket_cb',
    'SSL_CTX_set_options',
    'SSL_set_options',
    'SSL_clear_options',
  ],
];
const names = [...functions.keys()];

function callMember(world, className, random) {
  const member = random.pick(members[className]);
  const { key, name, kind, isStatic, parameters } = member;
  let on;
  let object;
  if (isStatic) object = classes[className];
  else if (className === 'SslSession') object = random.pick(world.sessions);
  else if (className === 'SslContext')
    object = random.pick(world.contexts.filter((each) => each.object))?.object;
  else {
    on = connectionLike(world);
    object = on?.object;
  }
  if (object === undefined) return;
  // What is freed is asked now and then.
  if (object.freed && random.chance(0.7)) return;
  const list = kind === 'get' ? [] : values.argumentsFor(world, name, parameters, on);
  const shown = list.map(describe).join(', ');
  world.log(`${name}${{ get: '', set: ` = ${shown}`, call: `(${shown})` }[kind]}`);
  world.attempt(
    name,
    () => {
      if (kind === 'get') return object[key];
      if (kind === 'set') {
        object[key] = list[0];
        return undefined;
      }
      return object[key](...list);
    },
    on,
  );
}

// ---- The steps.

const pairOf = (world) => connectionLike(world);

export const steps = {
  pair(world) {
    const { random } = world;
    if (world.contexts.length >= 10) return;
    const kind = random.weighted(kinds);
    const dtls = kind.startsWith('dtls');
    if (random.chance(0.3)) {
      const [client, server] = connectC(world, dtls);
      server.early = random.chance(0.5);
      if (random.chance(0.7)) pump(world, client, 12);
      return;
    }
    const server = newContext(world, serverOptions(world, kind), dtls);
    const client = newContext(world, clientOptions(world, kind), dtls);
    if (server === undefined || client === undefined) return;
    const [ours] = connect(world, client, server);
    if (ours !== undefined && random.chance(0.8)) shake(world, ours);
  },

  /** Another connection of the same contexts, with a session that there is. */
  connect(world) {
    const { random } = world;
    const last = pairOf(world);
    if (last?.peer === undefined || world.connections.length > 16) return;
    const [client, server] = last.server ? [last.peer, last] : [last, last.peer];
    if (client.object === undefined || server.object === undefined) return;
    const session = random.chance(0.7) ? random.pick(world.sessions) : undefined;
    const [ours] = connect(world, client.context, server.context, session && { session });
    if (random.chance(0.6)) shake(world, ours);
  },

  /** With what the client of a pair has got, and early data with it. */
  resume(world) {
    const { random } = world;
    const open = world.connections.filter(({ object }) => object?.state === 'open');
    const last = random.chance(0.6) && open.length > 0 ? random.pick(open) : pairOf(world);
    if (last?.peer === undefined || world.connections.length > 16) return;
    const [client, server] = last.server ? [last.peer, last] : [last, last.peer];
    if (client.object === undefined || server.object === undefined) {
      resumeC(world, client, server);
      return;
    }
    if (client.object.freed) return;
    const session = world.attempt('SslConnection#session', () => client.object.session);
    if (random.chance(0.7)) {
      for (const each of [client, server]) {
        world.attempt('SslConnection#shutdown', () => each.object.shutdown());
        if (random.chance(0.5)) world.attempt('SslConnection#free', () => each.object.free());
      }
    }
    if (session == null) return;
    const [ours] = connect(world, client.context, server.context, { session });
    if (ours === undefined) return;
    if (random.chance(0.5)) {
      world.attempt('SslConnection#writeEarlyData', () =>
        ours.object.writeEarlyData(values.data(random)),
      );
      if (random.chance(0.7)) world.attempt('SslConnection#take', () => collect(world, ours));
    }
    if (random.chance(0.8)) shake(world, ours);
  },

  /** A session that was changed: offered, with early data or without, or put where it is looked up. */
  forge(world) {
    const { random } = world;
    const last = pairOf(world);
    if (last?.peer === undefined || world.connections.length > 16) return;
    const [client, server] = last.server ? [last.peer, last] : [last, last.peer];
    if (client.object === undefined || server.object === undefined) return;
    const own = random.chance(0.5)
      ? world.attempt('SslConnection#session', () => random.pick([client, server]).object.session)
      : random.pick(world.sessions);
    if (own == null) return;
    const session = random.pick([
      () => own,
      () => own.dup(),
      () => SslSession.fromDer(own.toDer()),
    ]);
    const forged = world.attempt('SslSession#fromDer', session);
    if (forged === undefined) return;
    for (let changes = random.below(4); changes > 0; changes--) {
      const [key, value] = values.change(random);
      world.log(`session.${key} = ${describe(value)}`);
      world.attempt(`SslSession#${key}`, () => {
        forged[key] = value;
      });
    }
    if (random.chance(0.4)) {
      const on = random.pick([client, server]).context.object;
      world.attempt('SslContext#addSession', () => on.addSession(forged));
    }
    const [ours, theirs] = connect(world, client.context, server.context, { session: forged });
    if (ours === undefined || theirs === undefined) return;
    if (random.chance(0.2)) {
      const answer = { pskSession: { identity: 'fuzz', session: forged } };
      world.attempt('SslConnection#setAnswers', () => ours.object.setAnswers(answer));
      const known = { pskSessions: [['fuzz', forged]] };
      world.attempt('SslConnection#setAnswers', () => theirs.object.setAnswers(known));
    }
    if (random.chance(0.5)) {
      const bytes = values.data(random);
      world.attempt('SslConnection#writeEarlyData', () => ours.object.writeEarlyData(bytes));
    }
    if (random.chance(0.3)) {
      const [key, value] = values.change(random);
      world.log(`session.${key} = ${describe(value)}`);
      world.attempt(`SslSession#${key}`, () => {
        forged[key] = value;
      });
    }
    if (random.chance(0.8)) shake(world, ours);
  },

  shake: (world) => shake(world, pairOf(world)),
  pump: (world) => pump(world, pairOf(world), 1 + world.random.below(3)),
  tamper: (world) => pump(world, pairOf(world), 1 + world.random.below(2), tampered(world.random)),

  /** Application data, there and back. */
  talk(world) {
    const from = pairOf(world);
    if (from?.peer === undefined) return;
    const bytes = values.data(world.random);
    if (from.object === undefined) {
      world.attempt('SSL_write', () => C.SSL_write(from.handle, bytes));
    } else world.attempt('SslConnection#write', () => from.object.write(bytes));
    pump(world, from, 2);
    const { object } = from.peer;
    if (object !== undefined) world.attempt('SslConnection#read', () => object.read());
  },

  early(world) {
    const on = pairOf(world);
    if (on === undefined) return;
    const bytes = values.data(world.random);
    if (on.object !== undefined) {
      world.attempt('SslConnection#writeEarlyData', () => on.object.writeEarlyData(bytes));
    } else world.attempt('SSL_write_early_data', () => C.SSL_write_early_data(on.handle, bytes));
    world.attempt('SslConnection#take', () => collect(world, on));
  },

  /** Another handshake, other keys, a certificate, the end. */
  change(world) {
    const { random } = world;
    const on = pairOf(world);
    if (on === undefined) return;
    const { object, handle } = on;
    const action = random.pick([
      'renegotiate',
      'keyUpdate',
      'requestCertificate',
      'shutdown',
      'clear',
    ]);
    world.log(action);
    if (object !== undefined && action !== 'clear') {
      world.attempt(`SslConnection#${action}`, () => object[action](random.chance(0.5)));
    } else {
      world.attempt(`SSL_${action}`, () => {
        if (action === 'renegotiate') C.SSL_renegotiate(handle);
        else if (action === 'keyUpdate') C.SSL_key_update(handle, 1);
        else if (action === 'clear') C.SSL_clear(handle);
        else if (action === 'shutdown') C.SSL_shutdown(handle);
        else C.SSL_verify_client_post_handshake(handle);
      });
    }
    if (random.chance(0.5)) pump(world, on, 1 + random.below(4));
  },

  /** A PSK that both sides know. */
  psk(world) {
    const on = pairOf(world);
    if (on?.peer?.object === undefined || on.object === undefined) return;
    const [client, server] = on.server ? [on.peer, on] : [on, on.peer];
    const session = values.pskSession(world);
    world.attempt('SslConnection#setAnswers', () =>
      server.object.setAnswers({
        pskSessions: [['fuzz', session]],
        pskKeys: [['fuzz', secrets.psk]],
      }),
    );
    world.attempt('SslConnection#setAnswers', () =>
      client.object.setAnswers({
        pskSession: { identity: 'fuzz', session },
        psk: { identity: 'fuzz', key: secrets.psk },
      }),
    );
  },

  call(world) {
    const { random } = world;
    callFunction(world, random.pick(names), random.chance(0.8) ? connectionLike(world) : undefined);
  },
  callOften(world) {
    const { random } = world;
    callFunction(world, random.pick(often), random.chance(0.8) ? connectionLike(world) : undefined);
  },
  connectionMember: (world) => callMember(world, 'SslConnection', world.random),
  contextMember: (world) => callMember(world, 'SslContext', world.random),
  sessionMember: (world) => callMember(world, 'SslSession', world.random),

  lend(world) {
    const session = world.random.pick(world.sessions);
    const handle = session && world.attempt('SslSession#handle', () => session.handle);
    world.know('session', handle);
  },

  free(world) {
    const { random } = world;
    const [name, list] = random.pick([
      ['SslSession#free', world.sessions],
      ['SslConnection#free', world.connections.map(({ object }) => object)],
      ['SslContext#free', world.contexts.map(({ object }) => object)],
    ]);
    const object = random.pick(list);
    world.log(`${name}()`);
    if (object !== undefined) world.attempt(name, () => object.free());
  },

  /** Forgotten: the collector's. */
  forget(world) {
    const { random } = world;
    const { sessions, connections } = world;
    if (sessions.length > 0) sessions.splice(random.below(sessions.length), 1);
    const gone = random.pick(connections);
    // One that waits for a store is held until the store's time is over.
    if (gone?.object === undefined || gone.object.state === 'paused') return;
    connections.splice(connections.indexOf(gone), 1);
    if (gone.peer !== undefined) gone.peer.peer = undefined;
  },

  /** The event loop comes round: promises, the collector's callbacks. */
  async turn(world) {
    const { random } = world;
    for (const { id, resolve, reject, answer } of world.waiting.splice(0, 1 + random.below(2))) {
      if (random.chance(0.8)) resolve(world.attempt('store', () => answer(id)));
      else reject(7);
    }
    await new Promise((resolve) => setImmediate(resolve));
  },

  /** What is shown of everything has no key in it. */
  look(world) {
    const objects = [
      ...world.sessions,
      ...world.contexts.map(({ object }) => object),
      ...world.connections.map(({ object }) => object),
    ].filter((object) => object !== undefined);
    const object = world.random.pick(objects);
    if (object === undefined) return;
    const text = world.attempt('util.inspect', () => inspect(object)) ?? '';
    world.search('util.inspect', text);
    if (!(object instanceof SslSession) || object.freed) return;
    world.search(
      'JSON.stringify',
      world.attempt('SslSession#toJSON', () => JSON.stringify(object)) ?? '',
    );
    world.search(
      'SslSession#toText',
      world.attempt('SslSession#toText', () => object.toText()) ?? '',
    );
  },

  library(world) {
    world.attempt('libraryInfo', () => main.libraryInfo());
    world.attempt('startCounting', () => main.startCounting());
    world.attempt('sessionCounts', () => main.sessionCounts());
    world.attempt('handshake', () =>
      handshake(
        world.random.pick(world.connections)?.object,
        world.random.pick([null, {}, undefined]),
      ),
    );
    world.attempt('LibsslError', () => void new main.LibsslError('ERR_LIBSSL_FAILED', 'text'));
  },
};

function resumeC(world, client, server) {
  const { random } = world;
  if (client.object !== undefined || server.object !== undefined) return;
  world.attempt('SSL_…', () => {
    const session = C.SSL_get1_session(client.handle);
    world.know('session', session);
    for (const each of [client, server]) C.SSL_shutdown(each.handle);
    const ends = [client, server].map((old) => {
      const handle = C.SSL_new(old.context.handle);
      world.know('ssl', handle);
      if (old.server) C.SSL_set_accept_state(handle);
      else C.SSL_set_connect_state(handle);
      const end = { ...old, handle, outbox: [], tail: Buffer.alloc(0), peer: undefined };
      world.connections.push(end);
      return end;
    });
    join(...ends);
    const [ours, theirs] = ends;
    if (session !== 0) C.SSL_set_session(ours.handle, session);
    if (random.chance(0.5)) {
      theirs.early = true;
      C.SSL_write_early_data(ours.handle, values.data(random));
    }
    if (random.chance(0.8)) pump(world, ours, 12);
  });
}

// How often each step comes.
const weights = {
  pair: 4,
  connect: 5,
  resume: 12,
  forge: 10,
  shake: 6,
  pump: 6,
  tamper: 4,
  talk: 5,
  early: 4,
  change: 6,
  psk: 3,
  call: 14,
  callOften: 14,
  connectionMember: 10,
  contextMember: 5,
  sessionMember: 7,
  lend: 4,
  free: 3,
  forget: 1,
  turn: 2,
  look: 1,
  library: 1,
};

/** The steps of a seed: a pair, and what comes. */
export function generate(seed) {
  const random = new Random(seed);
  const list = [['pair', random.seed()]];
  for (let more = 5 + random.below(30); more > 0; more--) {
    list.push([random.weighted(weights), random.seed()]);
  }
  return list;
}

/** What callbacks, getters and traps of the application do: a call of ours. */
export function reenter(world) {
  if (world.depth > 2) return;
  world.depth += 1;
  try {
    const { random } = world;
    steps[
      random.pick([
        'callOften',
        'call',
        'connectionMember',
        'contextMember',
        'sessionMember',
        'free',
        'pump',
        'talk',
      ])
    ](world);
  } finally {
    world.depth -= 1;
  }
}
