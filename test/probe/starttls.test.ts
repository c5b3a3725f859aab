// What is said in clear before TLS: each protocol with a server of it, and what servers may do wrong.

import type { Socket } from 'node:net';
import { SslContext } from 'libssl-session';
import { type ProbeResult, probe, type Starttls } from 'libssl-session/probe';
import * as tls from 'libssl-session/tls';
import { afterEach, expect, test } from 'vitest';
import { failure } from '../support/contexts.js';
import { cert, host, key, type Listening, serveTcp } from './servers.js';

// All connections have the same ticket keys.
const context = new SslContext({ role: 'server', cert, key });

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** What is expected: text, or so many bytes; null for nothing. */
type Step = readonly [expected: string | RegExp | number | null, answer: string | Buffer];

const greeting = Buffer.concat([
  Buffer.from([10]),
  Buffer.from('8.0.0-test\0', 'latin1'),
  Buffer.alloc(4, 1), // the thread
  Buffer.alloc(8, 2), // the challenge
  Buffer.from([0, 0xff, 0xff]), // capabilities: all
  Buffer.alloc(20, 3),
]);
const packet = Buffer.concat([Buffer.from([greeting.length, 0, 0, 0]), greeting]);

/** What the server waits for (null: nothing), and says. */
const dialogues: Readonly<Record<Starttls, readonly Step[]>> = {
  smtp: [
    [null, '220-mail.test\r\n220 ready\r\n'],
    [/^EHLO /, '250-mail.test\r\n250-SIZE 1\r\n250 STARTTLS\r\n'],
    ['STARTTLS\r\n', '220 go\r\n'],
  ],
  imap: [
    [null, '* OK hello\r\n'],
    ['a STARTTLS\r\n', '* CAPABILITY IMAP4\r\na OK go\r\n'],
  ],
  pop3: [
    [null, '+OK hello\r\n'],
    ['STLS\r\n', '+OK go\r\n'],
  ],
  ftp: [
    [null, '220-hello\r\n more\r\n220 ready\r\n'],
    ['AUTH TLS\r\n', '234 go\r\n'],
  ],
  ldap: [[/1\.3\.6\.1\.4\.1\.1466\.20037$/, Buffer.from('300c02010178070a010004000400', 'hex')]],
  postgres: [[Buffer.from('0000000804d2162f', 'hex').toString('latin1'), 'S']],
  mysql: [
    [null, packet],
    [36, ''], // the client goes on with TLS at once
  ],
};

/** Whether the client said what is expected; what it said behind it waits. */
async function hear(socket: Socket, expected: string | RegExp | number): Promise<boolean> {
  let heard = Buffer.alloc(0);
  const isAll = () => {
    if (typeof expected === 'number') return heard.length >= expected;
    const text = heard.toString('latin1');
    return typeof expected === 'string' ? text.length >= expected.length : expected.test(text);
  };
  while (!isAll()) {
    const bytes = await new Promise<Buffer | null>((resolve) => {
      socket.once('data', resolve);
      socket.once('close', () => resolve(null));
      socket.resume();
    });
    if (bytes === null) return false;
    socket.pause();
    heard = Buffer.concat([heard, bytes]);
  }
  if (typeof expected === 'string') expect(heard.toString('latin1')).toBe(expected);
  if (typeof expected === 'number') socket.unshift(heard.subarray(expected));
  return true;
}

/** Speaks in clear, byte by byte, then TLS. */
function speak(steps: readonly Step[], chunk = 1) {
  return async (socket: Socket) => {
    socket.setNoDelay(true);
    for (const [expected, answer] of steps) {
      if (expected !== null && !(await hear(socket, expected))) return;
      const bytes = Buffer.from(answer as string, 'latin1');
      for (let at = 0; at < bytes.length; at += chunk) {
        socket.write(bytes.subarray(at, at + chunk));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const secure = new tls.SslSocket(socket, { isServer: true, secureContext: context });
    secure.on('error', () => {});
    secure.on('end', () => secure.end());
    secure.resume();
  };
}

const quick = { attempts: 1, pause: 0, connectionTimeout: 2000 };
const probed = (starttls: Starttls, port: number): Promise<ProbeResult> =>
  probe({ host, port }, { ...quick, starttls });

test.each(Object.keys(dialogues) as Starttls[])('%s', async (starttls) => {
  server = await serveTcp(speak(dialogues[starttls]));
  const { observations, target } = await probed(starttls, server.port);
  expect(target.starttls).toBe(starttls);
  expect(observations.resumption.slice(0, 2)).toMatchObject([
    { version: 'TLSv1.3', yes: 1, of: 1 },
    { version: 'TLSv1.2', yes: 1, of: 1 },
  ]);
});

const refusals: [Starttls, Step[], string][] = [
  ['smtp', [[null, '554 go away\r\n']], 'the server answered the connection with "554 go away"'],
  [
    'smtp',
    [...dialogues.smtp.slice(0, 2), ['STARTTLS\r\n', '454 not now\r\n']],
    'the server answered STARTTLS with "454 not now"',
  ],
  ['imap', [[null, '* BYE\r\n']], 'the server greeted with "* BYE"'],
  [
    'imap',
    [
      [null, '* OK\r\n'],
      ['a STARTTLS\r\n', 'a NO\r\n'],
    ],
    'the server answered STARTTLS with "a NO"',
  ],
  ['pop3', [[null, '-ERR\r\n']], 'the server answered the connection with "-ERR"'],
  [
    'ftp',
    [
      [null, '220 x\r\n'],
      ['AUTH TLS\r\n', '500 no\r\n'],
    ],
    'AUTH TLS with "500 no"',
  ],
  ['ldap', [[/20037$/, Buffer.from('300c02010178070a010204000400', 'hex')]], 'refused StartTLS'],
  ['ldap', [[/20037$/, 'HTTP/1.0 400\r\n']], 'the server does not speak LDAP'],
  ['postgres', [[/^.{8}/s, 'N']], 'the server refused SSLRequest'],
  ['mysql', [[null, Buffer.from('05000000ff15044e6f', 'hex')]], 'does not speak the protocol'],
];

test.each(refusals)('%s: a refusal is said in one line (%#)', async (starttls, steps, text) => {
  server = await serveTcp(speak(steps));
  await expect(probed(starttls, server.port)).rejects.toEqual(failure('ERR_PROBE_STARTTLS', text));
});

test('what is said behind the agreement, in clear, is refused', async () => {
  const steps: Step[] = [
    [null, '+OK hello\r\n'],
    ['STLS\r\n', '+OK go\r\n+OK injected\r\n'],
  ];
  server = await serveTcp(speak(steps, 100));
  await expect(probed('pop3', server.port)).rejects.toEqual(
    failure('ERR_PROBE_STARTTLS', 'spoke on in clear'),
  );
});

test('talk without end is refused', async () => {
  server = await serveTcp((socket) => {
    const write = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(1 << 14, 'x')));
    };
    socket.on('drain', write);
    write();
  });
  await expect(probed('smtp', server.port)).rejects.toEqual(
    failure('ERR_PROBE_STARTTLS', 'does not stop talking'),
  );
});
