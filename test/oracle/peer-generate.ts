// Random scripts of a client and a server: what peer-script.mjs and peers.c both run.

import fc from 'fast-check';
import { hex } from './generate.js';
import { calls, type PeerCall } from './peer-calls.mjs';

type Lines = fc.Arbitrary<string[]>;

const line = (...words: (string | number)[]) => words.join(' ');
const some = <const T>(...all: T[]): fc.Arbitrary<T> => fc.constantFrom(...all);

// ---- Values: for functions whose good ones are few, and for the others by type.

const protocols = (...names: string[]) =>
  hex(names.map((name) => String.fromCharCode(name.length) + name).join(''));
const versions = ['0', '769', '770', '771', '771', '772', '772', '772', '768', '5'];
// Every option but SSL_OP_COOKIE_EXCHANGE, for which the server would have to answer.
const options = [
  ...[2, 4, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 26, 27, 28, 29, 30].map((n) => 2 ** n),
  ...[2 ** 26 + 2 ** 28, 2 ** 27, 2 ** 29],
].map(String);
const lists = {
  cipher: [
    'DEFAULT',
    'ALL:@SECLEVEL=0',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'AES256-SHA',
    'kRSA',
    'nix',
  ],
  suites: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384',
    '',
    'nix',
  ],
  groups: ['P-256', 'X25519:P-256', 'P-384', 'X448', 'P-521:P-384', 'P-256:P-256', 'nix', ''],
  sigalgs: ['ECDSA+SHA256', 'RSA-PSS+SHA256:ECDSA+SHA256', 'RSA+SHA1', 'ed25519', 'nix', ''],
};
const namedValues: [RegExp, readonly string[]][] = [
  [/proto_version$/, versions],
  [/_(set|clear)_options$/, options],
  [/set_verify$/, ['0', '1', '3', '5', '7']],
  [/verify_depth$/, ['0', '1', '5', '-1']],
  [/set_session_cache_mode$/, ['0', '1', '2', '3', '257', '515', '771', '770', '128']],
  [/sess_set_cache_size$/, ['0', '1', '2', '20480']],
  [/CTX_set_timeout$/, ['300', '100', '7200', '-5', '4294967296']],
  [/set_num_tickets$/, ['0', '1', '2', '5']],
  [/block_padding$|max_pipelines$/, ['0', '1', '2', '32', '33', '512', '16384', '16385']],
  [/read_buffer_len$/, ['0', '1', '16384', '65536']],
  [/set_(purpose|trust)$/, ['0', '1', '2', '3', '9', '99', '-1']],
  [/enable_ct$|status_type$/, ['0', '1', '-1']],
  [/max_cert_list$/, ['0', '100', '102400']],
  [/use_srtp$/, ['SRTP_AES128_CM_SHA1_80', 'SRTP_AEAD_AES_256_GCM', 'nix'].map(hex)],
  [/_shutdown$/, ['0', '1', '2', '3']],
  // Below -1 libssl would crash where no suite is chosen, and it cuts long ones off to an int.
  [/shared_group$/, ['-1', '0', '1', '5', '32767']],
  [/early_data$/, ['0', '1', '16384', '4294967295']],
  [/max_fragment_length$/, ['0', '1', '2', '3', '4', '5']],
  [/security_level$/, ['0', '1', '2', '3', '5']],
  [/set_cipher_list$/, lists.cipher.map(hex)],
  [/ciphersuites$/, lists.suites.map(hex)],
  [/groups_list$/, lists.groups.map(hex)],
  [/sigalgs_list$/, lists.sigalgs.map(hex)],
  [
    /alpn_protos$/,
    [protocols('h2'), protocols('http/1.1', 'h2'), protocols('x'), 'x', 'x05', 'x00'],
  ],
  [/session_id_context$/, ['x61', 'x62', 'x', hex('i'.repeat(32)), hex('i'.repeat(33))]],
  [/host_?name$|1_host$/, ['localhost', 'good', 'other.example', '', 'a'.repeat(256)].map(hex)],
  // All modes but SSL_MODE_ASYNC, and what only datagrams have.
  [/_(set|clear)_mode$/, ['1', '2', '4', '8', '16', '32', '64', '128', '512']],
  [/max_send_fragment$|split_send_fragment$/, ['512', '511', '1024', '16384', '16385', '0']],
];
const numbers = ['0', '1', '2', '3', '-1', '7', '255', '512', '16384', '65536'];
const notNegative = numbers.filter((value) => value !== '-1');
const values: Record<string, readonly string[]> = {
  int: [...numbers, '2147483647', '-2147483648'],
  long: [...numbers, '2147483648', '-9223372036854775808', '9223372036854775807'],
  MASK: ['0', '1', '2', '4', '16', '256'],
  uint8_t: ['0', '1', '2', '255'],
  uint32_t: [...notNegative, '4294967295'],
  'unsigned int': [...notNegative, '4294967295'],
  size_t: notNegative,
  'AT_MOST_255 size_t': ['0', '1', '255'],
  bytes: ['x', 'x00', 'x6162', hex('b'.repeat(255))],
  string: ['x', 'x61', hex('localhost'), hex('e'.repeat(300))],
};

function wordOf(call: PeerCall, value: PeerCall['values'][number]): fc.Arbitrary<string> {
  const named =
    call.values.length === 1 ? namedValues.find(([like]) => like.test(call.name))?.[1] : undefined;
  const words = named ?? values[value.kind] ?? notNegative;
  return value.orNull ? some(...words, 'NULL') : some(...words);
}

// ---- Calls of one function.

type Side = 'c' | 's';
const sides = some<Side>('c', 's');
const slots = some('n0', 'n0', 'n1', 'n2', 'n3');
const objectOf = { SSL_CTX: sides, SSL: sides, SSL_SESSION: slots };

const callOf = (call: PeerCall): Lines =>
  fc
    .tuple(objectOf[call.object], ...call.values.map((value) => wordOf(call, value)))
    .map(([object, ...words]) => [line(call.name, object, ...words)]);

const setters = calls.filter(({ values }) => values.length > 0);
const isReader = ({ values, name }: PeerCall) => values.length === 0 && !/_set_|_clear_/.test(name);
const readers = calls.filter(isReader);
const changers = calls.filter(
  ({ values, name }) => values.length === 0 && /_set_|_clear_/.test(name),
);
const ofContext = ({ object }: PeerCall) => object === 'SSL_CTX';
const any = (list: readonly PeerCall[]): Lines =>
  list.length === 0 ? fc.constant([]) : fc.oneof(...list.map(callOf));

/** Several pieces, one behind the other. */
const several = (piece: Lines, minLength: number, maxLength: number): Lines =>
  fc.array(piece, { minLength, maxLength, size: 'max' }).map((pieces) => pieces.flat());

// ---- What goes on.

const all = 1000;
const step = (name: string, side: string) => [line(name, side), line('carry', side, all)];
const round = [...step('SSL_do_handshake', 'c'), ...step('SSL_do_handshake', 's')];
const rounds = (count: number) => Array.from({ length: count }, () => round).flat();
const other = { c: 's', s: 'c' } as const;

const data: Lines = fc
  .tuple(sides, some(0, 1, 5, 16_384, 20_000), some(0, 1, 100, 16_384), fc.boolean())
  .map(([from, size, room, peeks]) => [
    line('SSL_write', from, hex('d'.repeat(size))),
    line('carry', from, all),
    ...(peeks ? [line('SSL_peek', other[from], room)] : []),
    line('SSL_read', other[from], room),
    line('SSL_read', other[from], 16_384),
    line('carry', other[from], all),
  ]);

const read: Lines = sides.map((side) => [line('SSL_read', side, 16_384), line('carry', side, all)]);

const end: Lines = sides.map((side) => [
  ...step('SSL_shutdown', side),
  ...step('SSL_shutdown', other[side]),
  ...step('SSL_shutdown', side),
]);

const fresh = [
  line('SSL_new', 'c'),
  line('SSL_new', 's'),
  line('SSL_set_connect_state', 'c'),
  line('SSL_set_accept_state', 's'),
];

const ofSession = readers.filter(({ object }) => object === 'SSL_SESSION').map(({ name }) => name);

const resumption: Lines = fc
  .record({
    slot: slots,
    reads: some(true, true, false),
    ends: some(true, true, false),
    renews: some(true, true, false),
    changes: several(any(setters.filter((call) => !ofContext(call))), 0, 1),
    early: fc.boolean(),
    seen: fc.array(fc.nat(), { minLength: 4, maxLength: 6 }),
  })
  .map(({ slot, reads, ends, renews, changes, early, seen }) => [
    ...(reads ? [line('SSL_read', 'c', 100)] : []),
    line('SSL_get1_session', 'c', slot),
    ...seen.map((n) => line(ofSession[n % ofSession.length] ?? '', slot)),
    ...(ends ? [...step('SSL_shutdown', 'c'), ...step('SSL_shutdown', 's')] : []),
    ...(renews ? fresh : [line('SSL_clear', 'c'), line('SSL_clear', 's')]),
    line('SSL_set_session', 'c', slot),
    ...changes,
    ...(early ? earlyData : []),
    ...rounds(3),
    line('SSL_session_reused', 'c'),
    line('SSL_session_reused', 's'),
    line('SSL_get_early_data_status', 's'),
  ]);

const earlyData = [
  line('SSL_write_early_data', 'c', hex('early')),
  line('carry', 'c', all),
  line('SSL_read_early_data', 's', 100),
  line('SSL_write_early_data', 's', hex('answer')),
  line('carry', 's', all),
  line('SSL_write_early_data', 'c', hex('more')),
];

/** A session that allows early data, and the handshake that sends some. */
const early: Lines = slots.map((slot) => [
  line('SSL_CTX_set_max_early_data', 's', 16_384),
  ...fresh,
  ...rounds(2),
  line('SSL_read', 'c', 100),
  line('SSL_get1_session', 'c', slot),
  ...step('SSL_shutdown', 'c'),
  ...step('SSL_shutdown', 's'),
  ...fresh,
  line('SSL_set_session', 'c', slot),
  ...earlyData,
  ...rounds(3),
  line('SSL_get_early_data_status', 's'),
]);

const again: Lines = some<string[]>(
  ['SSL_renegotiate c', ...rounds(3)],
  ['SSL_renegotiate s', 'SSL_do_handshake s', 'carry s 1000', 'SSL_read c 1', ...rounds(3)],
  ['SSL_key_update c 0', 'SSL_do_handshake c', 'carry c 1000', 'SSL_read s 1'],
  ['SSL_key_update s 1', 'SSL_do_handshake s', 'carry s 1000', 'SSL_read c 1', 'SSL_write c x61'],
  ['SSL_key_update c 2'],
  ['SSL_key_update c 0', 'SSL_write c x61', 'carry c 1000', 'SSL_read s 1', 'SSL_write s x61'],
  [
    'SSL_verify_client_post_handshake s',
    ...step('SSL_do_handshake', 's'),
    'SSL_read c 1',
    'carry c 1000',
    'SSL_read s 1',
  ],
  ['SSL_clear c', 'SSL_clear s', ...rounds(3)],
);

const single: Lines = fc
  .tuple(sides, some('do_handshake', 'connect', 'accept', 'shutdown', 'renegotiate', 'clear'))
  .map(([side, name]) => [line(`SSL_${name}`, side)]);

const way: Lines = fc
  .tuple(some('carry', 'carry', 'corrupt'), sides, some(1, 2, all))
  .map(([name, side, most]) =>
    name === 'carry'
      ? [line(name, side, most)]
      : [
          line('SSL_write', side, 'x61'),
          line(name, side),
          line('carry', side, most),
          line('SSL_read', other[side], 1),
        ],
  );

const cache: Lines = fc
  .tuple(sides, slots, some(0, 1, 99_999_999_999))
  .chain(([side, slot, time]) =>
    some<string[]>(
      [line('SSL_get1_session', side, slot), line('SSL_CTX_add_session', side, slot)],
      [line('SSL_CTX_add_session', other[side], slot), line('SSL_CTX_sessions', 's')],
      [line('SSL_get1_session', side, slot), line('SSL_CTX_remove_session', side, slot)],
      [
        line('SSL_get1_session', side, slot),
        line('SSL_CTX_add_session', side, slot),
        line('SSL_CTX_remove_session', other[side], slot),
      ],
      [line('SSL_CTX_sessions', side)],
      [line('SSL_CTX_flush_sessions', side, time)],
      [line('SSL_get1_session', side, slot)],
      [line('SSL_set_session', 'c', slot)],
      [line('SSL_free', side)],
    ),
  );

const answers: Lines = fc.oneof(
  fc
    .tuple(sides, some('tls', 'options-good'))
    .map(([side, name]) => [line('certificate', side, name), line('key', side, name)]),
  fc.tuple(sides, some('tls', 'options-good')).map(([side, name]) => [line('trust', side, name)]),
  some(protocols('h2'), protocols('http/1.1', 'h2'), protocols('y')).map((list) => [
    line('alpn', 's', list),
    line('SSL_CTX_set_alpn_protos', 'c', protocols('h2', 'x')),
  ]),
  some('a', 'b').map((letter) => [line('ticket_keys', 's', hex(letter.repeat(80)))]),
);

/** What makes early data, and a client that is asked for its certificate, likely. */
const likely: Lines = some(
  [],
  [],
  ['SSL_CTX_set_max_early_data s 16384', 'SSL_CTX_set_max_early_data c 16384'],
  [
    'certificate c tls',
    'key c tls',
    'trust s tls',
    'SSL_CTX_set_verify s 1',
    'SSL_CTX_set_post_handshake_auth c 1',
  ],
  ['trust c tls', 'SSL_CTX_set_verify c 1'],
);

/** Two contexts, and two connections that may have begun. */
const beginning: Lines = fc
  .record({
    client: some('TLS_client_method', 'TLS_client_method', 'TLS_method'),
    server: some('TLS_server_method', 'TLS_server_method', 'TLS_method'),
    certificate: some('tls', 'tls', 'tls', 'options-good'),
    likely,
    version: some('0', '0', '771', '772', '769'),
    contexts: several(
      fc.oneof(
        { weight: 3, arbitrary: any(setters.filter(ofContext)) },
        { weight: 1, arbitrary: answers },
      ),
      0,
      6,
    ),
    connections: several(any(setters.filter((call) => !ofContext(call))), 0, 3),
    count: some(4, 4, 4, 4, 4, 4, 0, 1, 2),
  })
  .map(({ client, server, certificate, likely, version, contexts, connections, count }) => [
    line('SSL_CTX_new', 'c', client),
    line('SSL_CTX_new', 's', server),
    line('certificate', 's', certificate),
    line('key', 's', certificate),
    line('SSL_CTX_set_session_id_context', 's', 'x61'),
    line('SSL_CTX_set_max_proto_version', 's', version),
    ...(version === '769'
      ? ['SSL_CTX_set_security_level c 0', 'SSL_CTX_set_security_level s 0']
      : []),
    ...likely,
    ...contexts,
    ...fresh,
    ...connections,
    ...rounds(count),
  ]);

const goesOn: Lines = fc.oneof(
  { weight: 6, arbitrary: several(any(readers), 1, 8) },
  { weight: 2, arbitrary: any(setters) },
  { weight: 1, arbitrary: any(changers) },
  { weight: 3, arbitrary: data },
  { weight: 1, arbitrary: read },
  { weight: 1, arbitrary: end },
  { weight: 3, arbitrary: resumption },
  { weight: 1, arbitrary: early },
  { weight: 3, arbitrary: again },
  { weight: 2, arbitrary: single },
  { weight: 2, arbitrary: way },
  { weight: 2, arbitrary: cache },
  { weight: 1, arbitrary: answers },
  { weight: 1, arbitrary: fc.constant(round) },
);

export const peerScripts: Lines = fc
  .tuple(beginning, several(goesOn, 1, 8))
  .map(([first, rest]) => [...first, ...rest]);
