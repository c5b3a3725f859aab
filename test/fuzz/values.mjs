// Arguments by kind: mostly what the function wants, sometimes what is hostile.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SslContext, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { callback, observers, store } from './habits.mjs';
import { deliberate, marker, secrets } from './world.mjs';

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
export const certificate = { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') };
const certificateDer = {
  certificate: new X509Certificate(certificate.cert).raw,
  key: createPrivateKey(certificate.key).export({ format: 'der', type: 'pkcs8' }),
};
const ders = ['tls12', 'tls13', 'tls10', 'dtls12'].map((name) =>
  fixture(`openssl-1.1.1-${name}.der`),
);
const pems = ['tls12', 'tls13'].map((name) => fixture(`openssl-1.1.1-${name}.pem`));
const nodeSessions = ['node-24-tls12.bin', 'node-20-tls13.bin', 'node-26-tls13.bin'].map(fixture);

export const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3', 'DTLSv1', 'DTLSv1.2'];
const versionNumbers = [0, 0x0301, 0x0302, 0x0303, 0x0304, 0xfeff, 0xfefd];
export const suites13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];
export const suites12 = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-SHA',
  'PSK-AES128-CBC-SHA',
];
const groups = ['P-256', 'X25519', 'P-384:P-256', 'X448', 'P-521'];
export const names = ['a.test', 'b.test', '*.test', 'localhost', '127.0.0.1'];

// ---- Numbers.

const options = Object.entries(C)
  .filter(([name, value]) => name.startsWith('SSL_OP_') && value > 0)
  .map(([, value]) => value);

// By the name of the function or member: the first that fits.
const numbers = [
  [/proto_version|protocol_version/, (r) => r.pick(versionNumbers)],
  [/options|secureOptions/i, (r) => r.pick(options)],
  [/cache_mode|CacheMode/, (r) => r.pick([0, 1, 2, 3, 0x80, 0x102, 0x202, 0x302, 0x303])],
  [/cache_size|CacheSize/, (r) => r.pick([0, 1, 2, 5, 20480])],
  [/num_tickets|numTickets/, (r) => r.pick([0, 1, 2, 3, 8])],
  [/early_data|EarlyData$/, (r) => r.pick([0, 1, 99, 1000, 16384, 0xffffffff])],
  [/timeout|Timeout/, (r) => r.pick([0, 1, 300, 7200])],
  [
    /time|flush/,
    (r) => r.pick([0, 1, Math.floor(Date.now() / 1000), Math.floor(Date.now() / 1000) + 9999]),
  ],
  [/SSL_(read|peek)/, (r) => r.pick([0, 1, 7, 100, 16384, 2 ** 31 - 1])],
  [/SSL_read_early_data/, (r) => r.pick([1, 100, 16384])],
  [/verify/i, (r) => r.pick([0, 1, 2, 3, 7, 8])],
  [/key_update/, (r) => r.pick([-1, 0, 1, 2])],
  [/security_level/, (r) => r.pick([0, 1, 2, 5])],
  [/mtu/i, (r) => r.pick([0, 100, 256, 1400, 65535])],
  [/fragment_length/, (r) => r.pick([0, 1, 2, 3, 4, 5])],
  [/export|length/i, (r) => r.pick([1, 16, 32, 48, 8000, 65535])],
  [/get_error/, (r) => r.pick([-1, 0, 1])],
  [/CIPHER/, (r) => r.pick([0x1301, 0x1302, 0xc02b, 0x008c, 0x003b, 0x00ff, 0])],
];

const hostileNumbers = [
  ...[
    Number.NaN,
    -0,
    -1,
    0.5,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53,
    2 ** 64,
    Number.POSITIVE_INFINITY,
  ],
  ...[5n, 2n ** 63n, -(2n ** 63n), '1', null, undefined, true, {}, [], Symbol('number')],
];

function number(world, name) {
  const { random } = world;
  if (random.chance(0.08)) {
    if (random.chance(0.2)) return { valueOf: () => throwing(world) };
    return random.pick(hostileNumbers);
  }
  const [, make] = numbers.find(([pattern]) => pattern.test(name)) ?? [];
  return make !== undefined && random.chance(0.9) ? make(random) : random.below(6);
}

// ---- Bytes.

function hostileBytes(world) {
  const { random } = world;
  const detached = () => {
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    return view;
  };
  return random.pick([
    () => Buffer.alloc(0),
    () => Buffer.alloc(random.below(300), random.below(256)),
    () => Buffer.alloc(70_000, 1),
    () => new Uint8Array(new SharedArrayBuffer(random.below(100))),
    () => new Uint8Array(new ArrayBuffer(32, { maxByteLength: 64 })),
    detached,
    () => new Proxy(Buffer.alloc(8), traps(world)),
    () => Object.defineProperty(Buffer.alloc(8), 'byteLength', { get: () => throwing(world) }),
    () => Object.defineProperty(Buffer.alloc(8), 'length', { value: 2 ** 40 }),
    () => new DataView(new ArrayBuffer(8)),
    () => new ArrayBuffer(8),
    () => [1, 2, 3],
    () => 'bytes',
    () => null,
    () => undefined,
  ])();
}

/** Application data: all of it has the marker. */
export function data(random) {
  const size = random.pick([1, 1, 1, 2, 40, 1000]);
  return Buffer.concat(Array.from({ length: size }, () => marker));
}

function sessionDer(world) {
  const session = world.random.pick(world.sessions);
  try {
    return session.toDer();
  } catch {
    return world.random.pick(ders);
  }
}

/** DER with a byte or two changed. */
export function changed(random, bytes) {
  const copy = Buffer.from(bytes);
  for (let i = 1 + random.below(2); i > 0 && copy.length > 0; i--) {
    copy[random.below(copy.length)] ^= 1 << random.below(8);
  }
  return copy;
}

function bytes(world, name, parameter, on) {
  const { random } = world;
  const what = `${name} ${parameter}`;
  // Application data is never anything else: what is short of the marker could not be found.
  if (/(write_early_data|SSL_write(_ex)?|#write(EarlyData)?) /.test(what)) {
    return random.chance(0.93)
      ? data(random)
      : random.pick([Buffer.alloc(0), null, 'x', Buffer.alloc(40_000, marker)]);
  }
  if (random.chance(0.08)) return hostileBytes(world);
  if (/BIO_write|#receive/.test(what)) {
    return on?.peer?.outbox.shift() ?? random.pick([Buffer.alloc(0), Buffer.alloc(5, 22)]);
  }
  if (/cookie/i.test(what)) return random.pick([cookieKey, cookieKey, Buffer.alloc(32)]);
  if (/peer/.test(what)) return Buffer.from(random.pick(['one', 'two', '']));
  if (/listen/.test(what)) {
    return on?.peer?.outbox.shift() ?? random.pick([Buffer.alloc(0), Buffer.alloc(50, 22)]);
  }
  if (/(take|read) into/.test(what)) return Buffer.alloc(random.pick([1, 10, 1000, 20_000]));
  if (/d2i|fromDer/.test(what)) {
    const der = random.chance(0.6) ? sessionDer(world) : random.pick(ders);
    return random.chance(0.4) ? changed(random, der) : der;
  }
  if (/fromNodeSession/.test(what)) return random.pick(nodeSessions);
  if (/PEM_read|fromPem/.test(what)) return random.pick(pems);
  if (/certificate_chain|verify_locations/.test(what)) return certificate.cert;
  if (/PrivateKey/.test(what)) return certificate.key;
  if (/alpn_selected|appdata|AppData/.test(what))
    return Buffer.from(random.pick(['h2', 'app data', '']));
  if (/alpn|protos/.test(what))
    return Buffer.from(random.pick(['\x02h2', '\x02h2\x08http/1.1', '\x01x']));
  if (/master_key|masterKey/.test(what)) {
    return random.pick([secrets.master, secrets.master.subarray(0, 32), Buffer.alloc(0)]);
  }
  if (/id_?context/i.test(what)) return Buffer.from('fuzz');
  if (/id/.test(what)) return Buffer.alloc(random.pick([0, 1, 8, 32, 33]), random.below(3));
  return Buffer.alloc(random.below(40), random.below(256));
}

/** Of DTLS: what cookies are made with. */
export const cookieKey = secrets.cookieKey;

function keys(world) {
  const { random } = world;
  const key = (size) => Buffer.alloc(size, secrets.ticketKey);
  return random.pick([
    [key(48)],
    [key(48), Buffer.alloc(48, 7)],
    [key(80)],
    [],
    [key(48), key(80)],
  ]);
}

// ---- Strings.

/** Of SSL_CONF_cmd, each with a value. */
const commands = [
  ['Groups', 'X25519:P-256'],
  ['CipherString', 'HIGH'],
  ['Ciphersuites', suites13[0]],
  ['MinProtocol', 'TLSv1.2'],
  ['Options', 'SessionTicket,-EncryptThenMac'],
  ['VerifyMode', 'Request'],
  ['NumTickets', '3'],
  ['NumTickets', '2000000000'],
  ['RecordPadding', '512'],
  ['ECDHParameters', 'P-384'],
  ['SignatureAlgorithms', 'ECDSA+SHA256'],
  ['Certificate', fileURLToPath(new URL('../fixtures/tls-cert.pem', import.meta.url))],
  ['PrivateKey', fileURLToPath(new URL('../fixtures/tls-key.pem', import.meta.url))],
  ['RequestCAFile', fileURLToPath(new URL('../fixtures/tls-cert.pem', import.meta.url))],
  ['-groups', 'P-256'],
];

const shown = /host|alpn|server_?name|identity|hint/i;

function string(world, name, parameter) {
  const { random } = world;
  const what = `${name} ${parameter}`;
  if (random.chance(0.08)) {
    return random.pick([
      '',
      'a\0b',
      'ž',
      'x'.repeat(70_000),
      '\xff\xfe',
      null,
      7,
      {},
      // Not where anybody may read again what was given.
      shown.test(what) ? 'z' : secrets.passphrase.toString(),
    ]);
  }
  if (/CONF.* cmd/.test(what)) return random.pick(commands)[0];
  if (/CONF.* value/.test(what)) return random.pick(commands)[1];
  if (/ciphersuites/.test(what))
    return random.pick([suites13[0], suites13[1], suites13.join(':'), '']);
  if (/cipher_list/.test(what))
    return random.pick([...suites12, suites12.join(':'), 'HIGH', 'PSK:HIGH']);
  if (/groups/.test(what)) return random.pick(groups);
  if (/passphrase/.test(what)) return secrets.passphrase.toString();
  if (/label/.test(what)) return 'EXPERIMENTAL-fuzz';
  if (/event/.test(what)) {
    const events = ['newSession', 'removeSession', 'keylog', 'progress', 'message', 'state'];
    return random.pick(events);
  }
  if (/alpnProtocol/.test(what)) return random.pick(['h2', 'http/1.1', '']);
  return random.pick(names);
}

// ---- Objects that lie.

function throwing(world) {
  world.reenter('getter');
  if (world.random.chance(0.3)) throw deliberate;
  return 1;
}

function traps(world) {
  return {
    get(target, key) {
      if (world.random.chance(0.2)) world.reenter('trap');
      if (world.random.chance(0.1)) throw deliberate;
      return Reflect.get(target, key);
    },
  };
}

/** A bag of options, sometimes one whose getters work against the call. */
export function bag(world, entries) {
  const { random } = world;
  if (random.chance(0.88)) return entries;
  if (random.chance(0.3)) return new Proxy(entries, traps(world));
  const key = random.pick(Object.keys(entries));
  if (key === undefined) return entries;
  const value = entries[key];
  return Object.defineProperty({ ...entries }, key, {
    enumerable: true,
    get() {
      world.reenter('getter');
      return value;
    },
  });
}

// ---- Sessions, contexts, connections: handles and objects.

/** A session that can be an external PSK. */
export function pskSession(world) {
  const session = new SslSession();
  world.sessions.push(session);
  session.masterKey = Buffer.alloc(world.random.pick([32, 48]), secrets.psk);
  session.protocolVersion = world.random.chance(0.9) ? 'TLSv1.3' : 'TLSv1.2';
  session.cipher = world.random.pick(suites13);
  session.maxEarlyData = world.random.pick([0, 1000]);
  return session;
}

/** A field of a session, and a value for it, which libssl may have no use for. */
export function change(random) {
  const all = [...suites13, ...suites12, 'NULL-SHA256', 'ECDHE-ECDSA-NULL-SHA', 0x00ff, null];
  const fields = {
    cipher: () => random.pick(all),
    protocolVersion: () => random.pick(['TLSv1.2', 'TLSv1.3', 'DTLSv1.2', 0, 0x0300, 0x7f1c]),
    maxEarlyData: () => random.pick([0, 1000, 16384, 0xffffffff]),
    masterKey: () => random.pick([Buffer.alloc(0), secrets.master, secrets.master.subarray(0, 32)]),
    id: () => random.pick([Buffer.alloc(0), Buffer.alloc(32, 1), Buffer.alloc(8, 2)]),
    idContext: () => random.pick([Buffer.from('fuzz'), Buffer.alloc(0), Buffer.from('other')]),
    hostname: () => random.pick([...names, null]),
    alpnProtocol: () => random.pick(['h2', '', null]),
    time: () => random.pick([0, 1, Math.floor(Date.now() / 1000)]),
    timeout: () => random.pick([0, 1, 7200]),
    ticketAppData: () => random.pick([null, Buffer.from('app data')]),
  };
  const weights = {
    cipher: 4,
    protocolVersion: 2,
    maxEarlyData: 4,
    masterKey: 2,
    id: 1,
    idContext: 1,
  };
  const key = random.chance(0.8) ? random.weighted(weights) : random.pick(Object.keys(fields));
  return [key, fields[key]()];
}

function handle(world, kind, on) {
  const { random } = world;
  if (random.chance(0.87)) {
    if (kind === 'ssl' && on !== undefined) return on.handle;
    const live = world.live(kind);
    if (live.length > 0)
      return live[random.chance(0.4) ? live.length - 1 : random.below(live.length)];
    const made = make[kind](world);
    world.know(kind, made);
    return made;
  }
  const some = random.pick([...world.handles[kind]]) ?? 1;
  return random.pick([
    () => random.pick(world.stale[kind]) ?? 1,
    () => world.guess(kind, some + 1),
    () => world.guess(kind, some + 2 ** 24),
    () => world.guess(kind, some ^ (1 << random.below(30))),
    () => random.pick([...world.handles[random.pick(['session', 'ctx', 'ssl'])]]) ?? 1,
    () => world.foreign[kind] ?? 1,
    () => 0,
    () => random.pick(hostileNumbers),
    () => random.pick(world.sessions),
  ])();
}

const methods = [
  ...[C.TLS_method, C.TLS_client_method, C.TLS_server_method, C.DTLS_method],
  ...[C.TLSv1_2_method, C.TLSv1_1_client_method, C.TLSv1_server_method, C.DTLSv1_2_method],
];

const make = {
  conf() {
    const conf = C.SSL_CONF_CTX_new();
    C.SSL_CONF_CTX_set_flags(conf, C.SSL_CONF_FLAG_FILE | 0x3c);
    return conf;
  },
  session: () => C.SSL_SESSION_new(),
  ctx(world) {
    return C.SSL_CTX_new(world.random.pick(methods)());
  },
  ssl(world) {
    const ctx = make.ctx(world);
    world.know('ctx', ctx);
    return C.SSL_new(ctx);
  },
};

export function session(world) {
  const { random } = world;
  if (random.chance(0.05)) return random.pick([null, {}, Object.create(SslSession.prototype), 7]);
  const own = random.pick(world.sessions) ?? new SslSession();
  if (!world.sessions.includes(own)) world.sessions.push(own);
  return random.chance(0.03) ? new Proxy(own, traps(world)) : own;
}

function context(world) {
  const { random } = world;
  if (random.chance(0.05)) return random.pick([{}, Object.create(SslContext.prototype), 7]);
  return random.pick(world.contexts.filter(({ object }) => object !== undefined))?.object ?? null;
}

// ---- What callbacks answer.

/** PSKs, tickets and the like, as the classes take them. */
export function answers(world, client) {
  const { random } = world;
  const given = {};
  const identity = () => random.pick(['one', 'two', Buffer.from('three')]);
  const add = (key, make) => {
    if (random.chance(0.3)) given[key] = make();
  };
  if (client || random.chance(0.1)) {
    add('pskSession', () =>
      random.pick([null, { identity: identity(), session: pskSession(world) }]),
    );
    add('psk', () => random.pick([null, { identity: 'one', key: secrets.psk }]));
  }
  if (!client || random.chance(0.1)) {
    add('pskSessions', () => [
      ['one', pskSession(world)],
      ['two', session(world)],
    ]);
    add('pskKeys', () => [['one', secrets.psk]]);
    add('ticketAppData', () => random.pick([null, Buffer.from('app data')]));
    add('ticketRules', () => [
      { action: random.pick(['use', 'renew', 'ignore', 'ignoreAndRenew']) },
    ]);
    add('allowEarlyData', () => random.chance(0.7));
  }
  add('ALPNProtocols', () => random.pick([['h2'], ['h2', 'http/1.1'], ['x']]));
  return bag(world, given);
}

const pskUse = (world) =>
  bag(world, { identity: Buffer.from('one'), session: handle(world, 'session') });

const byType = {
  Handle: (world, { name, parameter, on }) => handle(world, kindOf(name, parameter), on),
  SslSession: session,
  SslContext: context,
  Uint8Array: (world, { name, parameter, on }) => bytes(world, name, parameter, on),
  number: (world, { name }) => number(world, name),
  bigint: (world, { name }) => {
    const value = number(world, name);
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  },
  string: (world, { name, parameter }) => string(world, name, parameter),
  boolean: ({ random }) => (random.chance(0.95) ? random.chance(0.5) : random.pick([0, 'x', null])),
  'readonly Uint8Array[]': keys,
  'readonly number[]': ({ random }) =>
    random.chance(0.9)
      ? Array.from({ length: random.below(5) }, () => random.pick([415, 672, 408, 1034, 0, -1]))
      : random.pick([[Number.NaN], [2 ** 31], ['1'], {}, null, Array(70_000).fill(415)]),
  'Iterable<Uint8Array>': ({ random }) =>
    random.pick([[cookieKey], [Buffer.alloc(32), cookieKey], [], [Buffer.alloc(31)]]),
  ProtocolVersion: ({ random }) => random.pick([...versions, 'unknown', 'x']),
  CipherInfo: ({ random }) => {
    const found = C.SSL_CIPHER_find(random.pick([...suites13, ...suites12, 'NULL-SHA256']));
    return random.chance(0.95) ? found : random.pick([{}, { id: 7 }, 7]);
  },
  'readonly string[]': ({ random }) =>
    random.chance(0.9)
      ? [random.pick(['-groups', '-no_ticket', '-num_tickets', 'x']), 'P-256'].slice(
          0,
          random.below(3),
        )
      : random.pick([null, 'x', [7], ['a\0']]),
  SslMethod: ({ random }) =>
    random.chance(0.95) ? random.pick(methods)() : random.pick([{}, null, { name: 'TLS_method' }]),
  // Debian's libssl has none.
  SslComp: ({ random }) => random.pick([...(C.SSL_COMP_get_compression_methods() ?? []), {}, null]),
  SslAnswers: (world, { on }) =>
    answers(world, on === undefined ? world.random.chance(0.5) : !on.server),
  SessionStore: store,
  'keyof SslContextEvents': (world, { name }) => string(world, name, 'event'),
  '{ servername?: string; }': (world) => bag(world, { servername: string(world, '', '') }),
  '{ secrets?: boolean; }': (world) => bag(world, { secrets: world.random.chance(0.5) }),
  PskUse: pskUse,
  PskClient: (world) => bag(world, { identity: string(world, '', ''), key: secrets.psk }),
  PskSessions: (world) => [[Buffer.from('one'), handle(world, 'session')]],
  PskKeys: () => [['one', secrets.psk]],
  TicketAnswers: (world) =>
    bag(world, {
      appData: Buffer.from('app data'),
      rules: [{ action: world.random.pick([0, 1, 2, 3, 4]) }],
    }),
  StatusAnswer: (world) =>
    bag(world, {
      result: world.random.pick([0, 1, 2, 3]),
      response: world.random.pick([null, Buffer.from('OCSP')]),
    }),
  null: () => null,
  0: () => 0,
  1: () => 1,
  '-1': () => -1,
  'Iterable<VerifyRule>': ({ random }) =>
    random.pick([
      [],
      [{ result: 1 }],
      [{ error: 18, result: 1, as: 0 }],
      [{ depth: 0, result: 0 }],
    ]),
  'Iterable<SecurityRule>': ({ random }) =>
    random.pick([
      [],
      [{ nid: 1034, result: 0 }],
      [{ below: 256, result: 1 }],
      [{ op: 9, result: 1 }],
    ]),
  'Iterable<PaddingRule>': ({ random }) =>
    random.pick([[], [{ multiple: 64 }], [{ type: 23, bytes: 10 }], [{ bytes: 65_535 }]]),
  'Iterable<SrpUser>': ({ random }) =>
    random.pick([[], [{ name: 'alice', password: 'secret', group: '1024' }]]),
  SessionIds: (world) =>
    bag(
      world,
      world.random.pick([
        { prefix: Buffer.from('fuzz') },
        { ids: Array.from({ length: 3 }, (_, i) => Buffer.alloc(32, i)) },
        { ids: [Buffer.of(1), Buffer.of(1)] },
      ]),
    ),
  NotResumable: (world) =>
    bag(world, {
      forwardSecure: world.random.pick([0, 1]),
      otherwise: world.random.pick([0, 1]),
    }),
  ClientCertificates: (world) =>
    bag(world, {
      certificates: [certificateDer],
      otherwise: world.random.pick([0, -1]),
    }),
  CustomExtension: (world) =>
    bag(
      world,
      world.random.pick([
        { add: Buffer.from('extension') },
        { add: null },
        {},
        { addAlert: 80 },
        { parseAlert: 80 },
      ]),
    ),
};

/** Of what kind a handle is: the parameter says it, or the function's own name. */
function kindOf(name, parameter) {
  if (parameter === 'cctx') return 'conf';
  if (/^(ctx|context|other)$/.test(parameter)) return 'ctx';
  if (/^(session|ses|sess|src|x|ss)$/.test(parameter) || /^SSL_SESSION_|SslSession/.test(name))
    return 'session';
  if (parameter === 'ssl') return 'ssl';
  return name.startsWith('SSL_CTX_') ? 'ctx' : 'ssl';
}

function maker(type) {
  if (/Callback$|Observer$/.test(type)) {
    const habit = observers[type];
    return (world) => callback(world, habit ?? 'other');
  }
  const make = byType[type];
  if (make === undefined)
    throw new Error(`the fuzzer does not know the type ${type}: test/fuzz/values.mjs`);
  return make;
}

const isOneType = (type) => type in byType || type.startsWith('{');
const typesOf = (type) => (isOneType(type) ? [type] : type.split(' | '));

/** Fails for a parameter of a type that is not known here. */
export function checkTypes(parameters) {
  for (const { type } of parameters) for (const each of typesOf(type)) maker(each);
}

/** Arguments for a function or member. `on`: the connection that it is to be about. */
export function argumentsFor(world, name, parameters, on) {
  const list = [];
  for (const { name: parameter, optional, type } of parameters) {
    if (optional && world.random.chance(0.3)) break;
    const types = typesOf(type);
    // The first is what it is for.
    const each = world.random.chance(0.8) ? types[0] : world.random.pick(types);
    list.push(maker(each)(world, { name, parameter, on }));
  }
  return list;
}
