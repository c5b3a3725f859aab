// Runs Node scripts in child processes, plainly or under valgrind, and tells what valgrind found
// that has to do with us: a stack that goes through the addon or through libssl 1.1.1.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const ours = /\/(ssl_session\.node|libssl\.so\.1\.1|libcrypto\.so\.1\.1)$/;

/** Why valgrind is not used; undefined when it is. */
export const noValgrind = whyNoValgrind();

function whyNoValgrind() {
  if (process.env.LIBSSL_SESSION_TEST_VALGRIND === '0') return 'LIBSSL_SESSION_TEST_VALGRIND=0';
  const { status } = spawnSync('valgrind', ['--version']);
  return status === 0 ? undefined : 'valgrind is not installed';
}

/**
 * Runs `node ...args` and gives how it ended and what it wrote. `options.env` is added to the
 * environment; undefined takes a variable out. Three minutes without an end fail the call.
 */
export function runNode(args, options = {}) {
  return run(process.execPath, args, options);
}

function run(command, args, { env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    // What vitest gives its own processes is not for the child.
    const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...inherited } = process.env;
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 180_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

// Each valgrind keeps one processor busy.
let running = 0;
const waiting = [];
async function inTurn(work) {
  if (running >= Math.min(2, availableParallelism())) {
    await new Promise((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/**
 * Runs `node ...args` under valgrind. Beside what runNode gives: `errors`, what must not be (an
 * invalid access, or memory that nothing points to any more), and `reachable`, the memory that was
 * not freed but is still known: both only where a stack goes through our objects.
 */
export function runUnderValgrind(args, options = {}) {
  return inTurn(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'libssl-session-valgrind-'));
    try {
      const file = join(directory, 'report.xml');
      const result = await run(
        'valgrind',
        [
          '--quiet',
          '--leak-check=full',
          '--show-leak-kinds=all',
          // V8's own compiled code gives thousands of these.
          '--undef-value-errors=no',
          '--error-limit=no',
          '--num-callers=40',
          // A thread that never waits would keep the others from running.
          '--fair-sched=try',
          '--xml=yes',
          `--xml-file=${file}`,
          process.execPath,
          ...args,
        ],
        options,
      );
      const report = readFileSync(file, 'utf8');
      if (!report.includes('</valgrindoutput>')) {
        throw new Error(`valgrind did not come to its end: ${JSON.stringify(result)}`);
      }
      const found = parseReport(report).filter(({ frames }) =>
        frames.some(({ object }) => ours.test(object)),
      );
      const isReachable = ({ kind }) => kind === 'Leak_StillReachable';
      return {
        ...result,
        errors: found.filter((error) => !isReachable(error)),
        reachable: found.filter(isReachable),
      };
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

/** What --xml=yes wrote: each error with the frames of all its stacks (access, block, free). */
function parseReport(xml) {
  return [...xml.matchAll(/<error>(.*?)<\/error>/gs)].map(([, error]) => ({
    kind: field(error, 'kind'),
    what: field(error, 'what') || field(error, 'text'),
    frames: [...error.matchAll(/<frame>(.*?)<\/frame>/gs)].map(([, frame]) => ({
      function: field(frame, 'fn'),
      object: field(frame, 'obj'),
    })),
  }));
}

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function field(xml, name) {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
  return text.replace(/&(\w+);/g, (all, entity) => entities[entity] ?? all);
}
