// What a call costs with many sessions alive: dup+free and get_time on randomly chosen ones, by
// plain C and by our C-named functions, with 1,000 and with 1,000,000 alive. A process of its own:
// node growth.mjs <DER file> <rounds>. Prints { operation: [ratio of the two with few, with many] }.

import {
  SSL_SESSION_dup,
  SSL_SESSION_free,
  SSL_SESSION_get_time,
  SSL_SESSION_new,
} from 'libssl-session/libssl';
import { CProgram } from './c-program.mjs';
import { interleave, ratio, warmUp } from './measure.mjs';

const [derFile, rounds] = process.argv.slice(2);
const now = process.hrtime.bigint;

// The same sequence as in c/bench.c.
const mask = 2 ** 20 - 1;

function randomIndices(count) {
  const indices = new Uint32Array(mask + 1);
  let x = 1;
  for (let i = 0; i <= mask; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    indices[i] = (x >>> 0) % count;
  }
  return indices;
}

function dupFree(handles, indices, n) {
  const start = now();
  for (let i = 0; i < n; i++) SSL_SESSION_free(SSL_SESSION_dup(handles[indices[i & mask]]));
  return Number(now() - start);
}

function getTime(handles, indices, n) {
  let sum = 0;
  const start = now();
  for (let i = 0; i < n; i++) sum += SSL_SESSION_get_time(handles[indices[i & mask]]);
  return Number(now() - start) + (sum < 0 ? 1 : 0);
}

const operations = { 'dup+free': [dupFree, 10_000], get_time: [getTime, 50_000] };
const counts = [1_000, 1_000_000];
const contenders = { 'dup+free': {}, get_time: {} };
const programs = [];
for (const count of counts) {
  const c = await CProgram.start(derFile);
  await c.run('make-alive', count);
  programs.push(c);
  const handles = Float64Array.from({ length: count }, () => SSL_SESSION_new());
  const indices = randomIndices(count);
  for (const [operation, [run]] of Object.entries(operations)) {
    contenders[operation][`c ${count}`] = (n) => c.run(`random-${operation}`, n);
    await warmUp((n) => run(handles, indices, n));
    contenders[operation][`js ${count}`] = (n) => run(handles, indices, n);
  }
}

const result = {};
for (const [operation, [, n]] of Object.entries(operations)) {
  const samples = await interleave(contenders[operation], n, Number(rounds));
  result[operation] = counts.map((count) => ratio(samples[`js ${count}`], samples[`c ${count}`]));
}
for (const c of programs) c.end();
console.log(JSON.stringify(result));
