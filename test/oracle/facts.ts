// Scripts by hand: every function of a session, and every edge of it that is known. After "=>" stands
// what libssl 1.1.1 is known to give there; "…" for the rest of a long one.

import { readdirSync } from 'node:fs';
import { fixture } from '../support/fixture.js';
import { pem, type SessionFields, sessionDer } from './der.js';
import { hex, peers, realSessions } from './generate.js';
import { operations } from './script.mjs';

const of = (length: number, byte = 0x61) => hex(new Uint8Array(length).fill(byte));
const decode = (name: string, fields: SessionFields) =>
  `${name} = d2i_SSL_SESSION ${hex(sessionDer(fields))}`;

const readers = operations.filter(
  ({ name, first, second, result }) =>
    first !== 'NOTHING' &&
    second === 'NOTHING' &&
    result !== 'NEW_SESSION' &&
    !/_(up_ref|free)$/.test(name),
);
/** Everything that can be read of a session. */
const readAll = (name: string) => readers.map((operation) => `${operation.name} ${name}`);

/** A valid argument for each kind that is no session. */
const argumentsOf: Record<string, string> = {
  NOTHING: '',
  BYTES: ' x6162',
  BYTES_OR_NULL: ' x6162',
  STRING_OR_NULL: ' x6162',
  LONG: ' 5',
  INT: ' 771',
  UINT32: ' 5',
  CIPHER_OR_NULL: ' 1301',
};

/** Each function that takes a session, called for `name`. */
const callAll = (name: string, from: number) =>
  operations
    .filter(({ first }) => first !== 'NOTHING')
    .map(({ name: operation, second, result }, index) => {
      const target = result === 'NEW_SESSION' ? `s${from + index} = ` : '';
      return `${target}${operation} ${name}${argumentsOf[second]}`;
    });

const fresh = 's0 = SSL_SESSION_new';
const encodable = [
  fresh,
  'SSL_SESSION_set_cipher s0 c02f => 1',
  'SSL_SESSION_set_protocol_version s0 771 => 1',
];

/** A session with all that an encoding can hold. */
const full: SessionFields = {
  protocol: 0x0303,
  cipher: Buffer.from('c02f', 'hex'),
  id: Buffer.alloc(32, 1),
  masterKey: Buffer.alloc(48, 2),
  time: 1_600_000_000,
  timeout: 7200,
  ...(peers[0] === undefined ? {} : { peer: peers[0] }),
  idContext: Buffer.alloc(32, 3),
  verifyResult: 18,
  hostname: Buffer.from('session.example'),
  pskIdentityHint: Buffer.from('hint'),
  pskIdentity: Buffer.from('identity'),
  ticketLifetimeHint: 7200,
  ticket: Buffer.alloc(37, 4),
  compressionId: Buffer.of(1),
  srpUsername: Buffer.from('user'),
  flags: 1,
  ticketAgeAdd: 0xffff_ffff,
  maxEarlyData: 0xffff_ffff,
  alpn: Buffer.from('h2'),
  maxFragmentLength: 4,
  ticketAppData: Buffer.from('data'),
};

const longs = [0n, 1n, -1n, -5n, 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n];
const long64 = [...longs, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n)];

/** A field of bytes: [setter, getter, most bytes, what one more leaves in the queue]. */
const byteFields = [
  [
    'SSL_SESSION_set1_id',
    'SSL_SESSION_get_id',
    32,
    ' ! 141a7198 "SSL routines" "SSL_SESSION_set1_id" "ssl session id too long" ""',
  ],
  [
    'SSL_SESSION_set1_id_context',
    'SSL_SESSION_get0_id_context',
    32,
    ' ! 14138111 "SSL routines" "SSL_SESSION_set1_id_context" "ssl session id context too long" ""',
  ],
  ['SSL_SESSION_set1_master_key', 'SSL_SESSION_get_master_key', 256, ''],
] as const;

const noMemory =
  'NULL ! 0f073041 "common libcrypto routines" "CRYPTO_memdup" "malloc failure" ""' +
  ' ! 1415c041 "SSL routines" "ssl_session_dup" "malloc failure" ""';

export const facts: Record<string, readonly string[]> = {
  'a fresh session': [
    `${fresh} => session time now`,
    'SSL_SESSION_get_timeout s0 => 304',
    'SSL_SESSION_get_protocol_version s0 => 0',
    'SSL_SESSION_get_id s0 => x',
    'SSL_SESSION_get0_id_context s0 => x',
    'SSL_SESSION_get0_cipher s0 => null',
    'SSL_SESSION_get_master_key s0 => x',
    'SSL_SESSION_get0_hostname s0 => null',
    'SSL_SESSION_get0_alpn_selected s0 => null',
    'SSL_SESSION_has_ticket s0 => 0',
    'SSL_SESSION_get0_ticket s0 => null',
    'SSL_SESSION_get0_ticket_appdata s0 => null',
    'SSL_SESSION_get_max_early_data s0 => 0',
    'SSL_SESSION_get_max_fragment_length s0 => 0',
    'SSL_SESSION_get_compress_id s0 => 0',
    'SSL_SESSION_get0_peer s0 => null',
    'SSL_SESSION_get_ticket_lifetime_hint s0 => 0',
    'SSL_SESSION_is_resumable s0 => 0',
    'i2d_SSL_SESSION s0 => null',
    'SSL_SESSION_print_keylog s0 => null',
    'SSL_SESSION_print s0 => "SSL-Session:\\n    Protocol  : unknown\\n…',
  ],

  'every function, for NULL': [
    ...operations
      .filter(({ first }) => first === 'SESSION')
      .map(({ name, second, result }, index) => {
        const target = result === 'NEW_SESSION' ? `s${index} = ` : '';
        return `${target}${name} NULL${argumentsOf[second]} => refused NULL`;
      }),
    'SSL_SESSION_free NULL => void',
    'SSL_SESSION_get_time NULL => 0',
    'SSL_SESSION_set_time NULL 5 => 0',
    'SSL_SESSION_get_timeout NULL => 0',
    'SSL_SESSION_set_timeout NULL 5 => 0',
    'SSL_SESSION_print NULL => null',
    'SSL_SESSION_print_keylog NULL => null',
    'i2d_SSL_SESSION NULL => null',
  ],
  'every function, for a fresh session': [fresh, ...callAll('s0', 1), 'SSL_SESSION_free s0'],
  'every function, for a full session': [decode('s0', full), ...callAll('s0', 1)],
  'every function, after the last free': [
    fresh,
    'SSL_SESSION_free s0 => void',
    's1 = SSL_SESSION_new => session time now',
    ...callAll('s0', 2).map((line) => `${line} => refused freed`),
  ],
  'every function, for a session that d2i did not make': [
    's0 = d2i_SSL_SESSION x => NULL ! …',
    ...callAll('s0', 1),
  ],

  'n references need n + 1 frees': [
    fresh,
    ...Array.from({ length: 50 }, () => 'SSL_SESSION_up_ref s0 => 1'),
    ...Array.from({ length: 50 }, () => 'SSL_SESSION_free s0 => void'),
    'SSL_SESSION_get_timeout s0 => 304',
    'SSL_SESSION_free s0 => void',
    'SSL_SESSION_free s0 => refused freed',
  ],

  'what takes bytes keeps its old value when there are too many': byteFields.flatMap(
    ([set, get, most, errors], index) => {
      const name = `s${index}`;
      const right = [0, 1, 31, 32, 33, 47, 48, 255, 256].filter((length) => length <= most);
      return [
        `${name} = SSL_SESSION_new`,
        ...right.flatMap((length) => [
          `${set} ${name} ${of(length)} => 1`,
          `${get} ${name} => ${of(length)}`,
        ]),
        ...[most + 1, 257, 1000, 65_536, 65_568, 70_000].flatMap((length) => [
          `${set} ${name} ${of(length, 0x62)} => 0${errors}`,
          `${get} ${name} => ${of(most)}`,
        ]),
        `${set} ${name} LAST => 1`,
        `${get} ${name} => ${of(most)}`,
      ];
    },
  ),
  'any long is a time': [
    fresh,
    ...long64.flatMap((value) => [
      `SSL_SESSION_set_time s0 ${value} => ${value}`,
      `SSL_SESSION_get_time s0 => ${value}`,
      'SSL_SESSION_print s0',
    ]),
  ],
  'any long is a timeout': [
    fresh,
    ...long64.flatMap((value) => [
      `SSL_SESSION_set_timeout s0 ${value} => 1`,
      `SSL_SESSION_get_timeout s0 => ${value}`,
      'SSL_SESSION_print s0',
    ]),
  ],
  'any int is a protocol version': [
    ...encodable,
    ...[0, 2, 0x300, 0x301, 0x302, 0x303, 0x304, 0x305, 0xfeff, 0xfefd, 0x100].flatMap((value) => [
      `SSL_SESSION_set_protocol_version s0 ${value} => 1`,
      `SSL_SESSION_get_protocol_version s0 => ${value}`,
      'SSL_SESSION_print s0',
      'i2d_SSL_SESSION s0',
    ]),
    ...[2 ** 31 - 1, -(2 ** 31), -1, 65_536].flatMap((value) => [
      `SSL_SESSION_set_protocol_version s0 ${value} => 1`,
      `SSL_SESSION_get_protocol_version s0 => ${value}`,
      'SSL_SESSION_print s0',
      'i2d_SSL_SESSION s0',
    ]),
  ],
  'any uint32_t is a limit of early data': [
    fresh,
    ...[0, 1, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1].flatMap((value) => [
      `SSL_SESSION_set_max_early_data s0 ${value} => 1`,
      `SSL_SESSION_get_max_early_data s0 => ${value}`,
    ]),
  ],
  'a host name is any bytes but NUL': [
    ...encodable,
    ...['session.example', '', '\xe9\xff\x01\n"\\', 'a'.repeat(300), 'b'.repeat(70_000)].flatMap(
      (name) => [
        `SSL_SESSION_set1_hostname s0 ${hex(name)} => 1`,
        'SSL_SESSION_get0_hostname s0',
        'i2d_SSL_SESSION s0',
      ],
    ),
    'SSL_SESSION_set1_hostname s0 x => 1',
    'SSL_SESSION_get0_hostname s0 => ""',
    'SSL_SESSION_set1_hostname s0 NULL => 1',
    'SSL_SESSION_get0_hostname s0 => null',
  ],
  ...Object.fromEntries(
    [
      ['an ALPN protocol', 'alpn_selected'],
      ['ticket application data', 'ticket_appdata'],
    ].map(([what, field]) => [
      `${what} is any bytes, and none at all is null`,
      [
        ...encodable,
        ...[1, 2, 255, 256, 65_535, 65_536, 70_000].flatMap((length) => [
          `SSL_SESSION_set1_${field} s0 ${of(length)} => 1`,
          `SSL_SESSION_get0_${field} s0 => ${of(length)}`,
          'i2d_SSL_SESSION s0',
          `s${length} = d2i_SSL_SESSION LAST`,
          `SSL_SESSION_get0_${field} s${length} => ${of(length)}`,
          `SSL_SESSION_set1_${field} s0 LAST => 1`,
        ]),
        `SSL_SESSION_set1_${field} s0 x00ff0a => 1`,
        `SSL_SESSION_get0_${field} s0 => x00ff0a`,
        `SSL_SESSION_set1_${field} s0 x => 1`,
        `SSL_SESSION_get0_${field} s0 => null`,
        `SSL_SESSION_set1_${field} s0 x61 => 1`,
        `SSL_SESSION_set1_${field} s0 NULL => 1`,
        `SSL_SESSION_get0_${field} s0 => null`,
      ],
    ]),
  ),
  'it is resumable with an id or a ticket': [
    fresh,
    'SSL_SESSION_is_resumable s0 => 0',
    'SSL_SESSION_set1_id s0 x61 => 1',
    'SSL_SESSION_is_resumable s0 => 1',
    'SSL_SESSION_set1_id s0 x => 1',
    'SSL_SESSION_is_resumable s0 => 0',
    decode('s1', { ticket: Buffer.from('t') }),
    'SSL_SESSION_is_resumable s1 => 1',
    'SSL_SESSION_has_ticket s1 => 1',
  ],

  'a cipher set is the cipher read': [
    fresh,
    'SSL_SESSION_set_cipher s0 1301 => 1',
    'SSL_SESSION_get0_cipher s0 => 1301 "TLS_AES_128_GCM_SHA256" "TLS_AES_128_GCM_SHA256" "TLSv1.3" 128',
    'SSL_SESSION_set_cipher s0 c02f => 1',
    'SSL_SESSION_get0_cipher s0 => c02f "ECDHE-RSA-AES128-GCM-SHA256" "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" "TLSv1.2" 128',
    'SSL_SESSION_set_cipher s0 NULL => 1',
    'SSL_SESSION_get0_cipher s0 => null',
    'SSL_SESSION_print s0',
    'i2d_SSL_SESSION s0 => null',
  ],
  'SSL_CIPHER_find knows suites of any protocol, and no others': [
    'SSL_CIPHER_find 0001 => 0001 "NULL-MD5" "TLS_RSA_WITH_NULL_MD5" "SSLv3" 0',
    'SSL_CIPHER_find ffff => null',
    's0 = d2i_SSL_SESSION x30',
    'SSL_CIPHER_find 1301',
    's1 = d2i_SSL_SESSION x30',
    'SSL_CIPHER_find ffff => null',
  ],

  'a dup has every field, and goes its own way': [
    decode('s0', full),
    's1 = SSL_SESSION_dup s0 => session time 1600000000',
    ...readAll('s0'),
    ...readAll('s1'),
    'SSL_SESSION_set1_id s1 x62 => 1',
    'SSL_SESSION_set_time s1 5 => 5',
    'SSL_SESSION_set1_hostname s1 x62 => 1',
    'SSL_SESSION_set1_alpn_selected s1 x62 => 1',
    'SSL_SESSION_set1_ticket_appdata s1 x62 => 1',
    'SSL_SESSION_set1_master_key s1 x62 => 1',
    'SSL_SESSION_set_cipher s1 1301 => 1',
    ...readAll('s0'),
    'SSL_SESSION_free s0 => void',
    ...readAll('s1'),
  ],
  'dup forgets the lifetime hint of a session without a ticket': [
    decode('s0', { ticketLifetimeHint: 2n ** 64n - 1n }),
    's1 = SSL_SESSION_dup s0',
    'SSL_SESSION_get_ticket_lifetime_hint s1 => 0',
    decode('s2', { ticketLifetimeHint: 2n ** 64n - 1n, ticket: Buffer.of(0) }),
    's3 = SSL_SESSION_dup s2',
    'SSL_SESSION_get_ticket_lifetime_hint s3 => 18446744073709551615',
  ],
  'dup asks for no bytes of an empty field, and takes that for a lack of memory': [
    decode('s0', { alpn: Buffer.alloc(0) }),
    'SSL_SESSION_get0_alpn_selected s0 => x',
    `s1 = SSL_SESSION_dup s0 => ${noMemory}`,
    decode('s2', { ticket: Buffer.alloc(0) }),
    'SSL_SESSION_get0_ticket s2 => x',
    'SSL_SESSION_has_ticket s2 => 0',
    `s3 = SSL_SESSION_dup s2 => ${noMemory}`,
    decode('s4', { ticketAppData: Buffer.alloc(0) }),
    'SSL_SESSION_get0_ticket_appdata s4 => x',
    `s5 = SSL_SESSION_dup s4 => ${noMemory}`,
    decode('s6', { hostname: Buffer.alloc(0) }),
    'SSL_SESSION_get0_hostname s6 => ""',
    's7 = SSL_SESSION_dup s6 => session time 1500000000',
    decode('s8', { pskIdentity: Buffer.alloc(0), srpUsername: Buffer.alloc(0) }),
    's9 = SSL_SESSION_dup s8 => session time 1500000000',
  ],

  'an encoding needs a cipher and nothing else': [
    fresh,
    'i2d_SSL_SESSION s0 => null',
    'PEM_write_bio_SSL_SESSION s0 => null ! …',
    'SSL_SESSION_set1_id s0 x61 => 1',
    'SSL_SESSION_set1_master_key s0 x62 => 1',
    'SSL_SESSION_set_protocol_version s0 771 => 1',
    'i2d_SSL_SESSION s0 => null',
    's1 = SSL_SESSION_new',
    'SSL_SESSION_set_cipher s1 1301 => 1',
    'i2d_SSL_SESSION s1',
    's2 = d2i_SSL_SESSION LAST => NULL ! …',
    'SSL_SESSION_set_protocol_version s1 772 => 1',
    'i2d_SSL_SESSION s1',
    's3 = d2i_SSL_SESSION LAST => session time 1500000000',
    'PEM_write_bio_SSL_SESSION s1',
    's4 = PEM_read_bio_SSL_SESSION LAST => session time 1500000000',
  ],
  'an encoding loses time 0 and timeout 0': [
    ...encodable,
    'SSL_SESSION_set_time s0 0 => 0',
    'SSL_SESSION_set_timeout s0 0 => 1',
    'i2d_SSL_SESSION s0',
    's1 = d2i_SSL_SESSION LAST => session time now',
    'SSL_SESSION_get_timeout s1 => 3',
  ],
  'an encoding holds times of 64 bits': [
    ...encodable,
    ...long64
      .filter((value) => value !== 0n)
      .flatMap((value, index) => [
        `SSL_SESSION_set_time s0 ${value} => ${value}`,
        `SSL_SESSION_set_timeout s0 ${value} => 1`,
        'i2d_SSL_SESSION s0',
        `s${index + 1} = d2i_SSL_SESSION LAST => session time ${value}`,
        `SSL_SESSION_get_timeout s${index + 1} => ${value}`,
      ]),
  ],
  'a decoded number is that number, or an error': [
    ...[
      { time: 2n ** 63n },
      { timeout: 2n ** 64n },
      { ticketLifetimeHint: -1n },
      { ticketLifetimeHint: 2n ** 64n },
      { maxEarlyData: 2n ** 32n },
      { maxEarlyData: -1n },
      { ticketAgeAdd: 2n ** 32n },
      { verifyResult: 2n ** 31n },
      { flags: -1n },
      { version: 0 },
      { version: 2 },
      { protocol: 0 },
      { protocol: 0x0002 },
      { protocol: -1 },
      { protocol: 2n ** 31n },
      { compressionId: Buffer.alloc(0) },
      { compressionId: Buffer.alloc(2) },
      { cipher: Buffer.alloc(0) },
      { cipher: Buffer.alloc(3) },
      { hostname: Buffer.alloc(0), peer: Buffer.from('no certificate') },
    ].map((fields, index) => `${decode(`s${index}`, fields)} => NULL ! …`),
    decode('s100', { ticketLifetimeHint: 2n ** 64n - 1n }),
    'SSL_SESSION_get_ticket_lifetime_hint s100 => 18446744073709551615',
    'SSL_SESSION_print s100',
    decode('s102', { ticketLifetimeHint: 2n ** 53n }),
    'SSL_SESSION_get_ticket_lifetime_hint s102 => 9007199254740992',
    decode('s103', { maxEarlyData: 2n ** 32n - 1n }),
    'SSL_SESSION_get_max_early_data s103 => 4294967295',
    decode('s104', { verifyResult: -(2n ** 31n) }),
    'SSL_SESSION_print s104',
    ...[0, 1, 4, 5, 255, 256, 257].flatMap((mode, index) => [
      decode(`s${200 + index}`, { maxFragmentLength: mode }),
      ...readAll(`s${200 + index}`),
    ]),
    ...[0, 1, 2, 255].flatMap((id, index) => [
      `${decode(`s${300 + index}`, { compressionId: Buffer.of(id) })} => session time now`,
      `SSL_SESSION_get_compress_id s${300 + index} => ${id}`,
      `SSL_SESSION_print s${300 + index}`,
      `SSL_SESSION_set_cipher s${300 + index} NULL`,
      `SSL_SESSION_print s${300 + index}`,
    ]),
  ],
  'a decoded time that is less than a long can be comes out wrong': [
    `${decode('s0', { time: -(2n ** 63n) })} => session time ${-(2n ** 63n)}`,
    `${decode('s1', { time: -(2n ** 63n) - 1n })} => session time ${2n ** 63n - 1n}`,
  ],
  'a field that is too long, or an unknown cipher, leaves an empty queue': [
    `${decode('s0', { id: Buffer.alloc(33) })} => NULL`,
    `${decode('s1', { idContext: Buffer.alloc(33) })} => NULL`,
    `${decode('s2', { masterKey: Buffer.alloc(257) })} => NULL`,
    `${decode('s3', { cipher: Buffer.from('ffff', 'hex') })} => NULL`,
    `${decode('s4', { id: Buffer.alloc(32), idContext: Buffer.alloc(32) })} => session time now`,
    `${decode('s5', { masterKey: Buffer.alloc(256) })} => session time now`,
    ...readAll('s4'),
    ...readAll('s5'),
  ],
  'what is no text stays bytes; a NUL ends a host name': [
    decode('s0', {
      hostname: Buffer.from('a\0b', 'latin1'),
      pskIdentity: Buffer.from('\xff\n\0x', 'latin1'),
      pskIdentityHint: Buffer.from('hint\n'),
      srpUsername: Buffer.from('%s%n'),
      alpn: Buffer.from('h\0\xff', 'latin1'),
      ticket: Buffer.from('\0'),
    }),
    'SSL_SESSION_get0_hostname s0 => "a"',
    'SSL_SESSION_get0_alpn_selected s0 => x6800ff',
    ...readAll('s0'),
    'i2d_SSL_SESSION s0',
    's1 = d2i_SSL_SESSION LAST',
    ...readAll('s1'),
  ],
  'every field comes back as it was written': [
    decode('s0', full),
    ...readAll('s0'),
    'i2d_SSL_SESSION s0',
    's1 = d2i_SSL_SESSION LAST',
    ...readAll('s1'),
    'PEM_write_bio_SSL_SESSION s1',
    's2 = PEM_read_bio_SSL_SESSION LAST',
    ...readAll('s2'),
  ],

  'key logs': [
    ...encodable,
    'SSL_SESSION_set1_id s0 x0102 => 1',
    'SSL_SESSION_print_keylog s0 => null',
    'SSL_SESSION_set1_master_key s0 x0304 => 1',
    'SSL_SESSION_print_keylog s0 => "RSA Session-ID:0102 Master-Key:0304\\n"',
    'SSL_SESSION_set1_id s0 x => 1',
    'SSL_SESSION_print_keylog s0 => null',
  ],
  'text of odd sessions': [
    fresh,
    'SSL_SESSION_set_protocol_version s0 772',
    'SSL_SESSION_print s0',
    `SSL_SESSION_set1_id s0 ${of(32, 0xff)}`,
    `SSL_SESSION_set1_master_key s0 ${of(256, 0x80)}`,
    `SSL_SESSION_set1_id_context s0 ${of(32, 0)}`,
    'SSL_SESSION_print s0',
    decode('s1', { protocol: 0x0304, ticket: Buffer.alloc(1), maxEarlyData: 2n ** 32n - 1n }),
    'SSL_SESSION_print s1',
    decode('s2', { protocol: 0x0305, ticket: Buffer.alloc(0), flags: 2n ** 64n - 1n }),
    'SSL_SESSION_print s2',
    decode('s3', { protocol: 0xfefd, ticket: Buffer.alloc(10_000, 0x41) }),
    'SSL_SESSION_print s3',
  ],

  ...Object.fromEntries(realSessions.map(({ name, der }) => [`the session ${name}`, real(der)])),
  'sessions of node:tls end with fields of OpenSSL 3': readdirSync(
    new URL('../fixtures', import.meta.url),
  )
    .filter((name) => name.endsWith('.bin'))
    .sort()
    .map((name, index) => `s${index} = d2i_SSL_SESSION ${hex(fixture(name))} => NULL ! …`),

  PEM: readPems([
    ['', 'NULL ! …'],
    ['no PEM', 'NULL ! …'],
    [pem(sessionDer(full)), 'session time 1600000000'],
    [`text before\n${pem(sessionDer(full))}text after`, 'session time 1600000000'],
    [pem(sessionDer(full)).replaceAll('\n', '\r\n'), 'session time 1600000000'],
    [pem(Buffer.from('another'), 'X') + pem(sessionDer(full)), 'session time 1600000000'],
    [pem(sessionDer(full)) + pem(sessionDer({ time: 5 })), 'session time 1600000000'],
    [pem(sessionDer(full)).slice(0, -2), 'NULL ! …'],
    [pem(sessionDer(full)).slice(0, 200), 'NULL ! …'],
    [pem(sessionDer(full)).replace('M', '*'), 'NULL ! …'],
    [pem(sessionDer(full)).replace('-----END SSL', '-----END TLS'), 'NULL ! …'],
    [pem(sessionDer(full), 'CERTIFICATE'), 'NULL ! …'],
    [pem(Buffer.from('no session')), 'NULL ! …'],
    [
      pem(sessionDer({ id: Buffer.alloc(33) })),
      'NULL ! 0906700d "PEM routines" "PEM_ASN1_read_bio" "ASN1 lib" ""',
    ],
    [pem(Buffer.alloc(0)), 'NULL'],
    [pem(Buffer.concat([sessionDer(full), Buffer.from('more')])), 'session time 1600000000'],
    [pem(sessionDer(full), undefined, 'Comment: text\n\n'), 'NULL ! …'],
    [
      pem(
        sessionDer(full),
        undefined,
        'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n',
      ),
      'NULL ! …',
    ],
    [pem(sessionDer(full), undefined, 'Proc-Type: 4,ENCRYPTED\nDEK-Info: NO,00\n\n'), 'NULL ! …'],
  ]),
};

/** A real session: all of it, its encodings, with bytes after it, and each proper prefix of it. */
function real(der: Buffer): string[] {
  const prefixes = Array.from({ length: der.length }, (_, length) => der.subarray(0, length));
  return [
    `s0 = d2i_SSL_SESSION ${hex(der)}`,
    ...readAll('s0'),
    `i2d_SSL_SESSION s0 => ${hex(der)}`,
    's1 = SSL_SESSION_dup s0',
    ...readAll('s1'),
    `i2d_SSL_SESSION s1 => ${hex(der)}`,
    'PEM_write_bio_SSL_SESSION s0',
    's2 = PEM_read_bio_SSL_SESSION LAST',
    `i2d_SSL_SESSION s2 => ${hex(der)}`,
    `s3 = d2i_SSL_SESSION ${hex(Buffer.concat([der, Buffer.from('more')]))}`,
    `i2d_SSL_SESSION s3 => ${hex(der)}`,
    ...prefixes.map(
      (prefix, length) => `s${length + 10} = d2i_SSL_SESSION ${hex(prefix)} => NULL …`,
    ),
  ];
}

function readPems(pems: readonly (readonly [text: string, fact: string])[]): string[] {
  return pems.flatMap(([text, fact], index) => [
    `s${index} = PEM_read_bio_SSL_SESSION ${hex(text)} => ${fact}`,
    `SSL_SESSION_get_time s${index}`,
  ]);
}
