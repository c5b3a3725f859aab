// Runs sequences in a child process and says how it ended: a finding, or none.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/** Milliseconds that one sequence may take. */
export const mostTime = 20_000;

/**
 * Runs a job of child.mjs. Gives `finding`: { kind, detail }, or null, and `at`: the sequence that
 * was under way, by its seed or place. `show` gets what the child logs.
 */
export function runJob(job, { hangsAfter = mostTime, show = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env;
    const started = spawn(process.execPath, ['--expose-gc', child, JSON.stringify(job)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let at;
    let finding = null;
    let done = false;
    let rest = '';
    let errors = '';
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        finding = { kind: 'hang', detail: `hang: no end after ${hangsAfter} ms` };
        started.kill('SIGKILL');
      }, hangsAfter);
    };
    wait();
    started.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const told = JSON.parse(line);
        if (told.kind !== undefined) finding ??= told;
        else if (told.done) done = true;
        else {
          at = told.begins;
          wait();
        }
      }
    });
    started.stderr.setEncoding('utf8').on('data', (text) => {
      if (job.log) show(text);
      else errors = (errors + text).slice(-2000);
    });
    started.on('error', reject);
    started.on('close', (code, signal) => {
      clearTimeout(timer);
      if (finding === null && !(code === 0 && done)) {
        const kind = signal === null ? `exit ${code}` : `signal ${signal}`;
        finding = { kind, detail: `${kind}${errors && `: ${errors}`}` };
      }
      resolve({ finding, at });
    });
  });
}
