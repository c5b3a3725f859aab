import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SslSession } from 'libssl-session';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixture.js';
import { formsOf } from '../support/search.js';

const childPath = fileURLToPath(new URL('trace/child.mjs', import.meta.url));

interface Warning {
  name: string;
  message: string;
  detail: string;
  stack: string;
}
interface Result {
  warnings: Warning[];
  value?: unknown;
  /** What the main thread of a child with a Worker saw. */
  outside?: Warning[];
  stderr: string;
}

const der = fixture('openssl-1.1.1-tls13.der');
const pem = fixture('openssl-1.1.1-tls13.pem').toString();

/** What trace/child.mjs does and sees. */
async function child(what: string, trace: string | undefined): Promise<Result> {
  const { LIBSSL_SESSION_TRACE: _, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', childPath, JSON.stringify({ what, der: der.toString('base64'), pem })],
    {
      env: { ...env, ...(trace !== undefined && { LIBSSL_SESSION_TRACE: trace }) },
      maxBuffer: 1 << 26,
    },
  );
  return { ...(JSON.parse(stdout) as Omit<Result, 'stderr'>), stderr };
}

/** The line of child.mjs that makes a session in some way, as a stack names it. */
function lineOf(maker: string): string {
  const lines = readFileSync(childPath, 'utf8').split('\n');
  const index = lines.findIndex((line) => line.endsWith(`// line: ${maker}`));
  return `child.mjs:${index + 1}:`;
}
const makers = ['new', 'dup', 'upRef', 'fromDer', 'fromPem', 'fromNodeSession', 'adopt'];

/** The first frame of the stack that is not of this package. */
function userFrame({ detail }: Warning): string {
  return (
    detail
      .split('\n')
      .find((line) => /^ {4}at /.test(line) && !/\/(dist|src)\/[\w/-]+\.[jt]s:/.test(line)) ?? ''
  );
}

describe('with LIBSSL_SESSION_TRACE=1', () => {
  for (const where of ['', 'worker: ']) {
    test(`${where}a session that only the collector freed is reported, with the line that made it`, async () => {
      const { warnings, outside } = await child(`${where}forget`, '1');
      expect(warnings).toHaveLength(makers.length);
      for (const maker of makers) {
        const line = lineOf(maker);
        const found = warnings.filter((warning) => userFrame(warning).includes(line));
        expect(found, maker).toEqual([
          expect.objectContaining({
            name: 'LibsslSessionLeakWarning',
            message: expect.stringMatching(/never called on an SslSession/),
            detail: expect.stringMatching(/^Created:\n {4}at /),
          }),
        ]);
      }
      if (where !== '') expect(outside).toEqual([]);
    });

    for (const what of ['free', 'free later', 'keep', 'fail']) {
      test(`${where}nothing is reported after: ${what}`, async () => {
        const { warnings, stderr } = await child(where + what, '1');
        expect(warnings).toEqual([]);
        expect(stderr).toBe('');
      });
    }
  }

  test('each of many is reported, once', async () => {
    const { warnings } = await child('many', '1');
    expect(warnings).toHaveLength(3000);
  });

  test('the stack begins where the session was made, without frames of the tracing', async () => {
    const { warnings } = await child('forget', '1');
    for (const { detail } of warnings) {
      expect(detail.split('\n')[1]).toMatch(/^ {4}at .*\/session\/session\.[jt]s:/);
      expect(detail).not.toContain('/reference.');
    }
  });

  test('Node prints it, with the stack', async () => {
    const { stderr } = await child('forget', '1');
    expect(stderr).toMatch(/^\(node:\d+\) LibsslSessionLeakWarning: /m);
    for (const maker of makers) expect(stderr).toContain(lineOf(maker));
  });

  test('no secret is in it', async () => {
    const session = SslSession.fromDer(der);
    const { masterKey, ticket } = session;
    session.free();
    const { warnings, stderr } = await child('forget', '1');
    const text = stderr + warnings.map((warning) => Object.values(warning).join('\n')).join('\n');
    expect(text.length).toBeGreaterThan(1000);
    expect(formsOf(masterKey, text)).toEqual([]);
    expect(formsOf(ticket ?? Buffer.alloc(0), text)).toEqual([]);
  });

  test('a session is made whatever the program does to the stacks of its errors', async () => {
    const { value, warnings } = await child('odd stacks', '1');
    expect(value).toEqual(['made', 'made', 'made', 'made']);
    expect(warnings).toHaveLength(4);
  });

  test('a stack is taken for each session', async () => {
    const { value } = await child('count stacks', '1');
    // The source, one of each kind, and one for Symbol.dispose.
    expect(value).toEqual({ errors: makers.length + 2, captures: 0, formatted: makers.length + 2 });
  });
});

describe.each([
  ['unset', undefined],
  ['0', '0'],
  ['empty', ''],
])('with LIBSSL_SESSION_TRACE %s', (_name, value) => {
  for (const where of ['', 'worker: ']) {
    test(`${where}nothing is reported`, async () => {
      const { warnings, stderr } = await child(`${where}forget`, value);
      expect(warnings).toEqual([]);
      expect(stderr).toBe('');
    });
  }

  test('no stack is taken', async () => {
    const { value: seen } = await child('count stacks', value);
    expect(seen).toEqual({ errors: 0, captures: 0, formatted: 0 });
  });
});
