import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { libraryInfo, SslSession } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { nodeWraps } from '../../src/session/node-session.js';
import {
  environment,
  fixtures,
  main,
  root,
  run,
  sessionFixtures,
  spawn,
  temporary,
} from '../support/cli.js';
import { fixture } from '../support/fixture.js';

const pem12 = join(fixtures, 'openssl-1.1.1-tls12.pem');
const pem13 = join(fixtures, 'openssl-1.1.1-tls13.pem');
const openssl3 = join(fixtures, 'cli-openssl3-tls13.pem');
const names = sessionFixtures();
const nodeNames = names.filter((name) => name.startsWith('node-'));
const openssl111 = join(root, '.libssl', 'openssl');
const hasScript = spawn('sh', ['-c', 'script --version']).stdout.includes('util-linux');
const esc = '\x1b';

/** DER of a session that is different from the fixture. */
function altered(change: (session: SslSession) => void, from = pem12): Buffer {
  using session = SslSession.fromPem(readFileSync(from));
  session.time = Math.floor(Date.now() / 1000);
  change(session);
  return session.toDer();
}

function inspectJson(input: string | Uint8Array, ...options: string[]) {
  const { code, stdout, stderr } = run(['inspect', '--json', ...options, '-'], { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** The row of a table. */
function row(table: string, label: string): string {
  const lines = table.split('\n');
  const first = lines.findIndex((line) => line.startsWith(` ${label}  `));
  if (first === -1) return '';
  const next = lines.findIndex((line, i) => i > first && !line.startsWith('              '));
  return lines
    .slice(first, next)
    .map((line) => line.slice(14))
    .join('\n');
}

function expectFailure(result: ReturnType<typeof run>, code: number, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^libssl-session: [^\n]+\n$/);
  expect(result.stderr).not.toMatch(/\n {4}at /);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
}

describe('what is not read', () => {
  test('a second session of a PEM is said, and the first one is read', () => {
    const path = temporary('two.pem');
    writeFileSync(path, readFileSync(pem12, 'utf8') + readFileSync(pem13, 'utf8'));
    const { code, stdout, stderr } = run(['inspect', '--json', path]);
    expect(stderr).toBe(`libssl-session: ${path}: only the first of its 2 sessions is read\n`);
    expect([code, JSON.parse(stdout).protocolVersion]).toEqual([0, 'TLSv1.2']);
  });

  test('of an encoding that is cut off it says how much is missing', () => {
    const der = SslSession.fromPem(readFileSync(pem12)).toDer();
    for (const missing of [1, 100]) {
      const input = der.subarray(0, der.length - missing);
      const words = missing === 1 ? '1 byte of the session is' : '100 bytes of the session are';
      for (const each of [input, input.toString('base64')]) {
        expectFailure(run(['inspect', '-'], { input: each }), 1, new RegExp(`cut off: ${words}`));
      }
    }
    for (const size of [1, 2, 3]) {
      const input = der.subarray(0, size);
      expectFailure(run(['inspect', '-'], { input }), 1, /cut off: its length is missing/);
    }
  });
});

describe('every fixture', () => {
  test('is there: of OpenSSL 1.1.1 and 3', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'cli-openssl3-tls12.pem',
        'cli-openssl3-tls13.pem',
        'openssl-1.1.1-tls12.der',
        'openssl-1.1.1-tls12.pem',
        'openssl-1.1.1-tls13.der',
        'openssl-1.1.1-tls13.pem',
      ]),
    );
  });

  test.skipIf(nodeNames.length === 0)('is there: of each Node line (where any is)', () => {
    for (const line of [20, 22, 24, 26]) {
      for (const version of ['12', '13']) {
        expect(nodeNames).toContain(`node-${line}-tls${version}.bin`);
      }
    }
  });

  test.each(names)('%s is read, in three forms, and shows no secret', (name) => {
    const path = join(fixtures, name);
    const bytes = fixture(name);
    const { masterKey, ticket, ...report } = inspectJson(bytes, '--secrets');
    expect(report.source).toMatchObject({ file: '-', bytes: bytes.length });
    if (name.startsWith('node-') || name.startsWith('cli-openssl3')) {
      expect(report.source.openssl3Fields).toBe(true);
    }
    expect(masterKey).toMatch(/^[0-9a-f]{96}$/);

    const outputs = [['inspect'], ['inspect', '--text'], ['inspect', '--json']].map((args) => {
      const { code, stdout, stderr } = run([...args, path]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const secret of [masterKey, ticket ?? '']) expect(pieces(stdout, secret)).toBe(0);
      return stdout;
    });
    const [, datagram, minor] = /(d?)tls1([0-3])/.exec(name) ?? [];
    if (minor !== undefined) {
      const protocol = `${datagram ? 'D' : ''}TLSv1${minor === '0' ? '' : `.${minor}`}`;
      expect(row(outputs[0] ?? '', 'Protocol')).toBe(protocol);
    }

    if (report.source.format !== 'pem') {
      const again = inspectJson(`${bytes.toString('base64').replace(/.{64}/g, '$&\r\n')}\n`);
      expect(again.source).toMatchObject({ format: 'base64', boundTo: report.source.boundTo });
      expect(again.id).toBe(report.id);
    }
  });

  test.skipIf(!existsSync(openssl111)).each(names)('%s has the text of openssl sess_id', (name) => {
    // In the form that OpenSSL 1.1.1 reads.
    const der = temporary(`${name}.der`);
    expect(run(['convert', '--to', 'der', '--out', der, join(fixtures, name)]).code).toBe(0);
    const LD_LIBRARY_PATH = dirname(libraryInfo().libssl);
    const env = environment({ LD_LIBRARY_PATH, OPENSSL_CONF: '/dev/null' });
    const args = ['sess_id', '-inform', 'DER', '-in', der, '-text'];
    const theirs = spawn(openssl111, args, { env }).bytes;
    expect(theirs.includes('SSL-Session:')).toBe(true);
    const text = run(['inspect', '--text', '--secrets', join(fixtures, name)]);
    const pem = run(['convert', '--to', 'pem', join(fixtures, name)]);
    expect(Buffer.concat([text.bytes, pem.bytes])).toEqual(theirs);
    expect([text.code, pem.code]).toEqual([0, 0]);
  });

  test('a secret is found by what looks for it', () => {
    const { masterKey, ticket } = inspectJson(fixture('openssl-1.1.1-tls12.pem'), '--secrets');
    for (const args of [[], ['--text'], ['--json']]) {
      const { stdout } = run(['inspect', '--secrets', ...args, pem12]);
      for (const secret of [masterKey, ticket]) {
        expect(pieces(stdout, secret), args.join()).toBe(Math.floor(secret.length / 6) - 1);
      }
    }
    const { stdout } = run(['convert', '--to', 'pem', pem12]);
    for (const secret of [masterKey, ticket]) {
      expect(pieces(stdout, secret)).toBe(Math.floor(secret.length / 6) - 1);
    }
  });

  test('what is broken is not told either', () => {
    const der = fixture('openssl-1.1.1-tls12.der');
    const { masterKey, ticket } = inspectJson(der, '--secrets');
    for (const input of [der.subarray(0, -1), der.subarray(1), der.toString('base64').slice(1)]) {
      const { code, stdout, stderr } = run(['inspect', '-'], { input });
      expect(code).toBe(1);
      for (const secret of [masterKey, ticket]) expect(pieces(stdout + stderr, secret)).toBe(0);
    }
  });
});

/**
 * How many pieces of a secret, 6 bytes each, are in an output: in hexadecimal, however it is spaced,
 * or in base64, at whichever of the three places in a group the piece begins.
 */
function pieces(output: string, secret: string): number {
  const bytes = Buffer.from(secret, 'hex');
  // A dump has a column of text at the end of its lines.
  const hex = output
    .replace(/ {3}.{16}$/gm, '')
    .replace(/^ {4}[0-9a-f]{4} - /gm, '')
    .replace(/[\s-]/g, '')
    .toLowerCase();
  const base64 = output.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  let found = 0;
  for (let at = 0; at + 6 <= bytes.length; at += 3) {
    const piece = bytes.subarray(at, at + 6);
    const encoded = [0, 1, 2].map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), piece]).toString('base64');
      return text.slice([0, 2, 3][before], [8, 9, 10][before]);
    });
    if (hex.includes(piece.toString('hex')) || encoded.some((text) => base64.includes(text))) {
      found++;
    }
  }
  return found;
}

describe('inspect', () => {
  test('shows what is in a session', () => {
    const input = altered((session) => {
      session.timeout = 7200;
      session.alpnProtocol = 'h2';
      session.idContext = Buffer.from('ctx');
      session.ticketAppData = Buffer.from('data');
    });
    const { stdout } = run(['inspect', '-'], { input });
    expect(stdout).toMatch(/^ standard input {2}DER · \d+ bytes\n ─+\n/);
    expect(row(stdout, 'Cipher')).toBe('ECDHE-ECDSA-AES256-GCM-SHA384, 256 bits');
    using session = SslSession.fromDer(input);
    expect(row(stdout, 'Session id').replace(/\s/g, '')).toBe(session.id.toString('hex'));
    expect(row(stdout, 'Id context')).toBe('637478');
    expect(row(stdout, 'Server name')).toBe('session.example');
    expect(row(stdout, 'ALPN')).toBe('h2');
    expect(row(stdout, 'Made')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d s ago$/);
    expect(row(stdout, 'Expires')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expect(row(stdout, 'Time left')).toMatch(/^█+░? {2}(1 h 59 min|2 h) of 2 h$/);
    expect(row(stdout, 'Ticket')).toBe(`${session.ticket?.length} bytes, good for 2 h`);
    expect(row(stdout, 'Ticket data')).toBe('64617461');
    expect(row(stdout, 'Early data')).toBe('none');
    expect(row(stdout, 'Peer').split('\n')).toEqual([
      'CN=session.example',
      'issued by itself',
      expect.stringMatching(/^\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, .* left$/),
      'verified when the session was made',
    ]);
    expect(row(stdout, 'Resumable')).toBe('✓ yes, by its ticket');
  });

  test('shows what is not in a session', () => {
    using session = new SslSession();
    session.cipher = 'AES128-SHA';
    session.protocolVersion = 'TLSv1.2';
    const { stdout } = run(['inspect', '-'], { input: session.toDer() });
    for (const label of ['Session id', 'Server name', 'ALPN', 'Ticket', 'Early data', 'Peer']) {
      expect(row(stdout, label), label).toBe('none');
    }
    expect(stdout).not.toMatch(/Id context|Fragments|Compression|Bound to/);
    expect(row(stdout, 'Resumable')).toBe('✗ no: it has neither an id nor a ticket');
  });

  test('says how much of its time is left', () => {
    const timeLeft = (age: number, timeout: number) => {
      const input = altered((session) => {
        session.time -= age;
        session.timeout = timeout;
      });
      return row(run(['inspect', '-'], { input }).stdout, 'Time left');
    };
    expect(timeLeft(0, 86400 * 365)).toMatch(/^█+░? {2}364 d 23 h of 365 d$|365 d of 365 d$/);
    expect(timeLeft(3600, 7200)).toMatch(/^(█+)░+ {2}(59 min|1 h)/);
    const half = timeLeft(3600, 7200);
    expect(
      Math.abs((half.match(/█/g)?.length ?? 0) - (half.match(/░/g)?.length ?? 0)),
    ).toBeLessThan(4);
    expect(timeLeft(7199, 7200)).toMatch(/^█?░+ {2}\d s of 2 h$/);
    expect(timeLeft(7200 + 90000, 7200)).toMatch(/^░+ {2}expired 1 d 1 h ago, after 2 h$/);
    expect(timeLeft(-100, 7200)).toMatch(/^█+ {2}2 h 1 min of 2 h$/);
  });

  test('says whether libssl would offer it', () => {
    const resumption = (change: (session: SslSession) => void, from = pem12) => {
      const input = altered(change, from);
      const { resumption } = inspectJson(input);
      return { ...resumption, shown: row(run(['inspect', '-'], { input }).stdout, 'Resumable') };
    };
    expect(resumption(() => {})).toEqual({
      offered: true,
      reason: 'by its ticket',
      shown: '✓ yes, by its ticket',
    });
    expect(resumption((session) => (session.time -= 9000))).toMatchObject({
      offered: true,
      shown: '! perhaps, by its ticket: it expired, and the server decides',
    });
    expect(resumption((session) => (session.time -= 9000), pem13)).toMatchObject({
      offered: false,
      reason: 'its ticket was good for 2 h only',
    });
    expect(resumption((session) => (session.time += 9000), pem13)).toMatchObject({
      offered: false,
      reason: expect.stringMatching(/^it was made 2 h (29|30) min in the future$/),
    });
    expect(resumption((session) => (session.masterKey = Buffer.alloc(0)))).toMatchObject({
      offered: false,
      reason: 'it has no master key',
    });
  });

  test('writes JSON of all that toJSON has, and more', () => {
    const input = altered((session) => (session.time -= 60));
    using session = SslSession.fromDer(input);
    const report = inspectJson(input);
    expect(report).toMatchObject(JSON.parse(JSON.stringify(session)));
    expect(report).toMatchObject({
      source: {
        file: '-',
        format: 'der',
        bytes: input.length,
        boundTo: null,
        openssl3Fields: false,
      },
      expiresAt: session.expiresAt.toISOString(),
      ticketLength: session.ticket?.length,
      masterKeyLength: 48,
      extendedMasterSecret: true,
      verifyResult: { code: 0, text: 'ok' },
      peer: {
        subject: 'CN=session.example',
        issuer: 'CN=session.example',
        expired: false,
        notYetValid: false,
        fingerprint256: session.peerCertificate?.fingerprint256,
      },
    });
    expect(report.age).toBeGreaterThanOrEqual(60);
    expect(report.timeLeft).toBe(session.timeout - report.age);
    expect(Object.keys(report)).not.toContain('masterKey');
    expect(Object.keys(report)).not.toContain('ticket');
    expect(inspectJson(input, '--secrets')).toMatchObject({
      masterKey: session.masterKey.toString('hex'),
      ticket: session.ticket?.toString('hex'),
    });
  });

  test('tells the form by content, not by name', () => {
    const path = temporary('session.pem');
    writeFileSync(path, fixture('openssl-1.1.1-tls12.der'));
    expect(run(['inspect', path]).stdout).toContain(
      'DER · 641 bytes'.replace('641', String(statSync(path).size)),
    );
    const text = `0 of what was there\n${fixture('openssl-1.1.1-tls12.pem')}and after it\n`;
    expect(inspectJson(text).source.format).toBe('pem');
    expect(inspectJson(text.replaceAll('\n', '\r\n')).source.format).toBe('pem');
  });

  test('tells the name that Node bound a session to', () => {
    const name = Buffer.from('exämple.org');
    const input = Buffer.concat([
      Buffer.from('\0nodejs:tls:session:1\0'),
      Buffer.from([0, name.length]),
      name,
      fixture('openssl-1.1.1-tls12.der'),
    ]);
    expect(inspectJson(input).source).toMatchObject({ format: 'node', boundTo: 'exämple.org' });
    expect(row(run(['inspect', '-'], { input }).stdout, 'Bound to')).toBe('exämple.org, by Node');
  });

  test('gives 64-bit times as they are', () => {
    // INTEGER 7200 of [2] timeout becomes one of 8 bytes, by hand.
    const der = altered((session) => {
      session.timeout = 7200;
    });
    const at = der.indexOf(Buffer.from('a20402021c20', 'hex'));
    const longer = Buffer.concat([
      der.subarray(0, at),
      Buffer.from('a20a02087fffffffffffffff', 'hex'),
      der.subarray(at + 6),
    ]);
    longer.writeUInt16BE(longer.readUInt16BE(2) + 6, 2);
    expect(inspectJson(longer)).toMatchObject({
      timeout: '9223372036854775807',
      timeLeft: null,
      expiresAt: null,
    });
    const { stdout } = run(['inspect', '-'], { input: longer });
    expect(row(stdout, 'Time left')).toBe('timeout of 9223372036854775807 seconds');
    expect(row(stdout, 'Expires')).toBe('');
    const far = altered((session) => (session.time = 2 ** 50));
    expect(row(run(['inspect', '-'], { input: far }).stdout, 'Made')).toMatch(
      /seconds after 1970$/,
    );
  });

  test('a certificate with a date that is none is still shown', () => {
    const der = fixture('openssl-1.1.1-tls12.der');
    const at = der.indexOf(Buffer.from([0x17, 0x0d]));
    der.write('XX', at + 4, 'latin1');
    const { peer } = inspectJson(der);
    expect(peer).toMatchObject({ validFrom: null, expired: false, notYetValid: false });
    expect(row(run(['inspect', '-'], { input: der }).stdout, 'Peer')).toContain('no date to ');
  });

  test('fills 80 columns and no more, with whatever is in it', () => {
    const input = altered((session) => {
      session.hostname = `${'label.'.repeat(40)}org`;
      session.alpnProtocol = 'x'.repeat(255);
      session.ticketAppData = Buffer.alloc(300, 1);
    });
    const { stdout } = run(['inspect', '--secrets', '-'], { input });
    const widths = stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBe(78);
    expect(row(stdout, 'Ticket data')).toMatch(/^(01010101\s){16}… of 300 bytes$/);
    expect(row(stdout, 'Server name').replaceAll('\n', '')).toBe(`${'label.'.repeat(40)}org`);
  });
});

describe('convert', () => {
  using session = SslSession.fromPem(readFileSync(pem13));
  const expected: Record<string, Buffer> = {
    der: session.toDer(),
    pem: Buffer.from(session.toPem()),
    node: session.toNodeSession(),
  };

  test.each(['der', 'pem', 'node'])(
    '--to %s gives what the library gives, which is read again',
    (to) => {
      const { bytes, stderr, code } = run(['convert', pem13, '--to', to]);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(bytes).toEqual(expected[to]);
      expect(run(['convert', '-', '--to', 'der'], { input: bytes }).bytes).toEqual(expected.der);
    },
  );

  test('--to json gives toJSON()', () => {
    using same = SslSession.fromPem(readFileSync(pem13));
    const { stdout } = run(['convert', pem13, '--to', 'json']);
    expect(JSON.parse(stdout)).toEqual(same.toJSON());
  });

  test('--to node --servername binds, where this Node does', () => {
    const { bytes, code, stderr } = run([
      'convert',
      pem13,
      '--to',
      'node',
      '--servername',
      'a.example',
    ]);
    using same = SslSession.fromPem(readFileSync(pem13));
    expect(bytes).toEqual(same.toNodeSession({ servername: 'a.example' }));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      nodeWraps() ? /^$/ : /^libssl-session: Node .* does not bind sessions .*\n$/,
    );
    if (nodeWraps()) expect(inspectJson(bytes).source.boundTo).toBe('a.example');
  });

  test('--out makes a file that only its owner reads, also where another stood', () => {
    const path = temporary('out.der');
    for (const before of ['nothing', 'an open file', 'a link']) {
      if (before === 'an open file') {
        writeFileSync(path, 'x'.repeat(5000));
        chmodSync(path, 0o666);
      }
      const out = before === 'a link' ? temporary('link.der') : path;
      if (before === 'a link') symlinkSync(path, out);
      const { code, stdout, stderr } = run(['convert', pem13, '--to', 'der', '--out', out]);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(path)).toEqual(expected.der);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  test('--out may be the file that is read', () => {
    const path = temporary('in-place');
    writeFileSync(path, readFileSync(pem13));
    expect(run(['convert', path, '--to', 'der', '-o', path]).code).toBe(0);
    expect(readFileSync(path)).toEqual(expected.der);
  });

  test('--out to a device writes to it', () => {
    // Through cat, since what spawn() makes is a socket, which cannot be opened.
    const line = `"$0" "$1" convert ${pem13} --to der --out /dev/stdout | cat`;
    expect(spawn('sh', ['-c', line, process.execPath, main]).bytes).toEqual(expected.der);
  });

  test('--out that cannot be written is an error, and leaves what was there', () => {
    expectFailure(run(['convert', pem13, '--to', 'der', '--out', root]), 1, /is a directory/);
    const missing = temporary('no/such/file');
    expectFailure(run(['convert', pem13, '--to', 'der', '-o', missing]), 1, /no such file/);
    const path = temporary('kept');
    writeFileSync(path, 'kept');
    expect(run(['convert', '/dev/null', '--to', 'der', '-o', path]).code).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  test('wrong options are wrong usage', () => {
    expectFailure(run(['convert', pem13]), 2, /--to <form>.*not specified/);
    expectFailure(run(['convert', pem13, '--to', 'xml']), 2, /invalid.*der, pem, node, json/);
    const named = run(['convert', pem13, '--to', 'pem', '--servername', 'a']);
    expectFailure(named, 2, /--servername is only for --to node/);
    const long = run(['convert', pem13, '--to', 'node', '--servername', 'a'.repeat(65536)]);
    expectFailure(long, 2, /--servername is longer/);
  });
});

describe('what is no session', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const pem = fixture('openssl-1.1.1-tls12.pem').toString();
  const der = fixture('openssl-1.1.1-tls12.der');
  const cases: Record<string, [content: string | Uint8Array, message: RegExp]> = {
    'an empty file': ['', /is empty/],
    text: ['hello, world\n', /is not a session: neither DER, PEM, base64 nor/],
    'base64 of something': [Buffer.from('hello, world').toString('base64'), /is not a session/],
    'bytes of all kinds': [
      Buffer.from(Array.from({ length: 999 }, (_, i) => i * 7)),
      /is not a session/,
    ],
    '10 MB': [Buffer.alloc(10_000_000, 0x30), /too large for a session/],
    'just over the limit': [Buffer.alloc((1 << 20) + 1), /too large/],
    'a MiB of spaces': [`${' '.repeat((1 << 20) - 1)}!`, /is not a session/],
    'many beginnings of PEM': [
      '-----BEGIN SSL SESSION PARAMETERS-----'.repeat(27000),
      /end is missing/,
    ],
    'PEM of something else': [certificate, /is PEM of a CERTIFICATE, not of a session/],
    'PEM without an end': [pem.slice(0, -10), /is broken PEM: its end is missing/],
    'PEM with holes': [pem.replace(/\nM/, '\n*'), /is broken PEM: its content is not base64/],
    'PEM cut short': [pem.replace(/\n.*\n-----END/, '\n-----END'), /is cut off: /],
    'encrypted PEM': [pem.replace('\n', '\nProc-Type: 4,ENCRYPTED\n'), /is encrypted PEM/],
    'DER of something else': [
      '3003020101'.replace(/../g, (h) => String.fromCharCode(Number.parseInt(h, 16))),
      /can decode: \w/,
    ],
    'DER cut short': [der.subarray(0, -1), /is cut off: 1 byte of the session is missing/],
    'DER and more': [
      Buffer.concat([der, Buffer.from('more')]),
      /can decode: .*4 bytes after the end/,
    ],
    'the beginning of a Node buffer': [
      '\0nodejs:tls:session:1\0',
      /is cut off: all of the session is missing/,
    ],
  };

  test.each(Object.entries(cases))('%s', (_, [content, message]) => {
    const path = temporary('no-session');
    writeFileSync(path, content);
    for (const file of [path, '-']) {
      const input = file === '-' ? { input: content } : {};
      const args = file === '-' ? ['convert', '--to', 'der'] : ['inspect'];
      const result = run([...args, file], input);
      expectFailure(result, 1, message);
      expect(result.stderr).toContain(file === '-' ? ': standard input: ' : `: ${path}: `);
    }
  });

  test('a file that is missing, a directory, a name with control characters', () => {
    expectFailure(run(['inspect', temporary('none')]), 1, /none: no such file or directory\n/);
    expectFailure(run(['inspect', fixtures]), 1, /fixtures: is a directory\n/);
    const name = temporary(`a${esc}[31m\nb`);
    expectFailure(run(['inspect', name]), 1, /a\\x1b\[31m\\x0ab: no such file/);
    const endless = run(['inspect', '/dev/zero']);
    expectFailure(endless, 1, /too large/);
    const directory = spawn('sh', [
      '-c',
      `"$0" "$1" inspect - <"$2"`,
      process.execPath,
      main,
      fixtures,
    ]);
    expectFailure(directory, 1, /standard input: is a directory\n/);
  });
});

describe('doctor', () => {
  test('tells the library, its isolation and Node’s own OpenSSL', () => {
    const { code, stdout, stderr } = run(['doctor']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('✓ libssl 1.1.1 is here and works');
    expect(row(stdout, 'Version')).toMatch(/^OpenSSL 1\.1\.1\w* .* \(0x10101[0-9a-f]{3}\)$/);
    expect(row(stdout, 'libssl').replaceAll('\n', '')).toMatch(/^\/.*\/libssl\.so\.1\.1$/);
    expect(row(stdout, 'Isolated')).toMatch(/^✓ proved/);
    expect(row(stdout, 'Works')).toBe('✓ new, up_ref, dup, free');
    expect(row(stdout, 'Node.js')).toContain(process.versions.node);
    expect(row(stdout, 'its OpenSSL')).toContain(process.versions.openssl);
    const { stdout: json } = run(['doctor', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      ok: true,
      library: { version: expect.stringMatching(/^OpenSSL 1\.1\.1/), isolated: true },
      node: { version: process.versions.node, openssl: process.versions.openssl },
      problem: null,
    });
  });

  test('tells every place tried, and what to do', () => {
    const env = environment({ LIBSSL_SESSION_DIR: '/no/such/directory' });
    const { code, stdout, stderr } = run(['doctor'], { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('✗ No usable libssl 1.1.1.');
    expect(row(stdout, 'Tried')).toMatch(/LIBSSL_SESSION_DIR: no \/no\/such\/directory\/libcrypto/);
    expect(row(stdout, 'Remedy')).toMatch(/install|LIBSSL_SESSION_DIR/);
    const json = run(['doctor', '--json'], { env });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      library: null,
      LIBSSL_SESSION_DIR: '/no/such/directory',
      problem: {
        code: 'ERR_LIBSSL_NOT_FOUND',
        message: 'No usable libssl 1.1.1.',
        tried: [
          { place: 'LIBSSL_SESSION_DIR', reason: expect.stringContaining('libcrypto.so.1.1') },
        ],
      },
    });
    const inspect = run(['inspect', pem12], { env });
    expectFailure(inspect, 1, /No usable libssl 1\.1\.1\. See: libssl-session doctor\n/);
  });

  test('tells that the addon is not built', () => {
    const copy = temporary('unbuilt');
    mkdirSync(copy);
    for (const name of ['dist', 'package.json']) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const { LIBSSL_SESSION_PREBUILD, ...env } = environment();
    const runCopy = (...args: string[]) =>
      spawn(process.execPath, [join(copy, 'dist', 'cli', 'main.js'), ...args], { env });
    const { code, stdout, stderr } = runCopy('doctor');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('✗ The addon of libssl-session is not built for this machine (');
    expect(row(stdout, 'Remedy')).toContain('npm run build-addon');
    expectFailure(runCopy('inspect', pem12), 1, /See: libssl-session doctor/);
    expect(runCopy('--help').code).toBe(0);
  });
});

const commands = ['inspect', 'convert', 'probe', 'trace', 'connect', 'serve', 'doctor', 'setup'];

describe('usage', () => {
  const wrong: [args: string[], message: RegExp][] = [
    [['inspect'], /missing required argument 'file'/],
    [['inspect', pem12, pem13], /too many arguments/],
    [['inspect', '--jsn', pem12], /unknown option '--jsn' \(Did you mean --json\?\)/],
    [['inspect', '--json', '--text', pem12], /cannot be used with/],
    [['inspekt', pem12], /unknown command 'inspekt' \(Did you mean inspect\?\)/],
    [['doctor', 'now'], /too many arguments/],
    [['setup', '--force'], /unknown option/],
    [['help', 'nothing'], /./],
  ];

  test.each(wrong.slice(0, -1))('%j is wrong', (args, message) => {
    expectFailure(run(args), 2, message);
  });

  test('without a command, and for help of an unknown one, the help goes to stderr', () => {
    for (const args of [[], ['help', 'nothing']]) {
      const { code, stdout, stderr } = run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/Usage: libssl-session/);
    }
  });

  test.each([[], ...commands.map((name) => [name])])('%s --help has examples', (...command) => {
    const { code, stdout, stderr } = run([...command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: libssl-session/);
    expect(stdout).toMatch(/\nExamples:\n {2}\S/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    if (command[0] !== undefined) expect(run(['help', command[0]]).stdout).toBe(stdout);
  });

  test('--version is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('docs/cli.md names every command and option, and no other', () => {
    const manual = readFileSync(join(root, 'docs', 'cli.md'), 'utf8');
    const help = run(['--help']).stdout;
    const named = [...help.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name]) => name ?? '');
    expect(named).toEqual([...commands, 'help']);
    const section = (name: string) => manual.split(`\n### ${name}\n`)[1]?.split(/\n##/)[0] ?? '';
    const flags = (text: string, form: RegExp) =>
      [...text.matchAll(form)]
        .flatMap(([line]) => line.match(/(?<![a-z-])--[a-z-]+/g) ?? [])
        .sort();
    const inHelp = /^ {2}(?:-\w, )?--[a-z-]+/gm;
    const inManual = /^- `-[^:]*/gm;
    for (const command of commands) {
      const expected = flags(run([command, '--help']).stdout, inHelp);
      expect(expected).toContain('--help');
      expect([...flags(section(command), inManual), '--help'].sort()).toEqual(expected);
      const synopsis = manual.split('## Description')[0] ?? '';
      if (new RegExp(`^libssl-session ${command} .*\\[OPTIONS\\]`, 'm').test(synopsis)) continue;
      for (const flag of expected) {
        if (flag !== '--help') expect(synopsis).toContain(flag);
      }
    }
    expect(section('help')).not.toBe('');
    const general = manual.split('\n## Options\n')[1]?.split('\n## ')[0] ?? '';
    expect(flags(general, inManual)).toEqual(flags(help, inHelp));
  });
});

describe('the outside', () => {
  test('a reader that stops reading is no error', () => {
    for (const command of [
      `inspect ${pem12}`,
      `inspect --json ${pem12}`,
      `convert --to der ${pem12}`,
      'doctor',
      '--help',
    ]) {
      const line = `{ "$0" "$1" ${command}; echo "code $?" >&2; } | true`;
      expect(spawn('sh', ['-c', line, process.execPath, main]).stderr, command).toBe('code 0\n');
    }
    const first = spawn('sh', [
      '-c',
      `"$0" "$1" inspect --json ${pem12} | head -1`,
      process.execPath,
      main,
    ]);
    expect(first).toMatchObject({ stdout: '{\n', stderr: '' });
  });

  test('an output that cannot be written is an error', () => {
    for (const command of [`inspect ${pem12}`, `convert --to pem ${pem12}`, '--help']) {
      const { code, stderr } = spawn('sh', [
        '-c',
        `"$0" "$1" ${command} >/dev/full`,
        process.execPath,
        main,
      ]);
      expect(stderr).toBe('libssl-session: standard output: no space left on device\n');
      expect(code).toBe(1);
    }
  });

  test('there are no colours in a pipe, even if the environment asks for them', () => {
    for (const args of [['inspect', pem12], ['doctor'], ['--help'], ['inspect', '/none']]) {
      const { stdout, stderr } = run(args, { env: environment({ FORCE_COLOR: '1' }) });
      expect(stdout + stderr).not.toContain(esc);
    }
  });
});

// Where script(1) of util-linux is not there, there is no terminal to try it on.
describe.skipIf(!hasScript)('on a terminal', () => {
  const onTerminal = (command: string, more: Record<string, string> = {}, columns = 80) => {
    const line = `stty cols ${columns} rows 50; '${process.execPath}' '${main}' ${command}`;
    const { stdout, code } = spawn('script', ['-qec', line, '/dev/null'], {
      env: environment(more),
    });
    return { stdout: stdout.replaceAll('\r\n', '\n'), code };
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const plain = (text: string) => text.replace(/\x1b\[\d+m/g, '');

  test('there are colours, which change nothing else', () => {
    const { stdout, code } = onTerminal(`inspect ${pem13}`);
    expect(code).toBe(0);
    expect(stdout).toContain(`${esc}[36mProtocol`);
    expect(row(plain(stdout), 'Protocol')).toBe('TLSv1.3');
    expect(
      Math.max(
        ...plain(stdout)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(80);
    expect(onTerminal('--help').stdout).toContain(esc);
  });

  test('there are none with NO_COLOR, or on a dumb one', () => {
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      for (const command of [`inspect ${pem13}`, 'doctor', '--help']) {
        expect(onTerminal(command, env).stdout).not.toContain(esc);
      }
    }
    expect(onTerminal('doctor', { NO_COLOR: '' }).stdout).toContain(esc);
  });

  test('the table is as wide as the terminal, up to 120 columns', () => {
    for (const [columns, width] of [
      [20, 18],
      [34, 32],
      [40, 38],
      [80, 78],
      [120, 118],
      [300, 118],
      [0, 78],
    ] as const) {
      const { stdout } = onTerminal(`inspect ${openssl3}`, {}, columns);
      const rule = plain(stdout)
        .split('\n')
        .find((line) => line.startsWith(' ──'));
      expect(rule?.length, `${columns} columns`).toBe(width);
      const longest = Math.max(
        ...plain(stdout)
          .split('\n')
          .map((line) => line.length),
      );
      expect(longest, `${columns} columns`).toBeLessThanOrEqual(width);
    }
  });

  test('help is no wider than the terminal, and its examples can be copied', () => {
    for (const columns of [20, 25, 34, 40, 80]) {
      for (const command of ['', 'inspect', 'convert', 'doctor', 'setup']) {
        const { stdout } = onTerminal(`help ${command}`, {}, columns);
        const lines = plain(stdout).split('\n');
        const longest = Math.max(...lines.map((line) => line.length));
        expect([command, longest]).toEqual([command, Math.min(longest, columns)]);
      }
    }
    const [, examples = ''] = plain(onTerminal('help convert', {}, 34).stdout).split('Examples:');
    expect(examples.replace(/ \\\n +/g, ' ')).toContain(
      '  libssl-session convert session.bin --to pem --out session.pem\n',
    );
  });

  test('a blank line sets a table apart there, and only there', () => {
    expect(plain(onTerminal('doctor').stdout)).toMatch(/^\n .*\n\n$/s);
    for (const command of [['doctor'], ['inspect', pem12]]) {
      expect(run(command).stdout).toMatch(/^ \S.*[^\n]\n$/s);
    }
  });

  test('what is in a session cannot command it', () => {
    const path = temporary('hostile.der');
    const evil = `a${esc}]0;b\x07\x9b31m\nc`;
    const der = altered((session) => {
      session.hostname = evil;
      session.alpnProtocol = evil;
    });
    writeFileSync(path, der);
    for (const options of ['', '--json', '--text']) {
      const { stdout } = onTerminal(`inspect ${options} ${path}`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(plain(stdout)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    }
    expect(row(plain(onTerminal(`inspect ${path}`).stdout), 'ALPN')).toBe(
      'a\\x1b]0;b\\x07\\x9b31m\\x0ac',
    );
    expect(JSON.parse(onTerminal(`inspect --json ${path}`).stdout).hostname).toBe(evil);
  });

  test('DER is not written to it', () => {
    for (const to of ['der', 'node']) {
      const { stdout, code } = onTerminal(`convert --to ${to} ${pem12}`);
      expect(stdout).toMatch(/^libssl-session: .* not for a terminal; use --out or a pipe\n$/);
      expect(code).toBe(2);
    }
    expect(onTerminal(`convert --to pem ${pem12}`).stdout).toBe(readFileSync(pem12, 'latin1'));
  });
});
