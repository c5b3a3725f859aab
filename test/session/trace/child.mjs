// Makes sessions and forgets them, or not, as its first argument says; prints the warnings as JSON.
// trace.test.ts looks for the lines that end in "// line: …".

import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { gc } from '../../support/gc.mjs';

const { what, der, pem } = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const bytes = Buffer.from(der, 'base64');

const warnings = [];
process.on('warning', ({ name, message, detail, code, stack }) => {
  warnings.push({ name, message, detail, code, stack });
});

const makers = {
  new: () => new SslSession(), // line: new
  dup: (session) => session.dup(), // line: dup
  upRef: (session) => session.upRef(), // line: upRef
  fromDer: () => SslSession.fromDer(bytes), // line: fromDer
  fromPem: () => SslSession.fromPem(pem), // line: fromPem
  fromNodeSession: () => SslSession.fromNodeSession(bytes), // line: fromNodeSession
  adopt: () => SslSession.adopt(C.SSL_SESSION_new()), // line: adopt
};

// In functions of their own, so that no variable keeps a session.
const work = {
  forget() {
    const source = SslSession.fromDer(bytes);
    for (const make of Object.values(makers)) make(source);
    source.free();
  },
  free() {
    const source = SslSession.fromDer(bytes);
    for (const make of Object.values(makers)) make(source).free();
    {
      const session = new SslSession();
      session[Symbol.dispose]();
    }
    source.free();
  },
  // Registered with the collector first, then freed.
  async 'free later'() {
    const source = SslSession.fromDer(bytes);
    const made = Object.values(makers).map((make) => make(source));
    await new Promise(setImmediate);
    for (const session of made) session.free();
    source.free();
  },
  keep() {
    const source = SslSession.fromDer(bytes);
    globalThis.kept = [source, ...Object.values(makers).map((make) => make(source))];
  },
  many() {
    for (let i = 0; i < 3000; i++) new SslSession();
  },
  fail() {
    for (const call of [
      () => SslSession.fromDer(bytes.subarray(1)),
      () => SslSession.fromPem('none'),
      () => SslSession.fromNodeSession(Buffer.alloc(5)),
      () => SslSession.adopt(0),
    ]) {
      try {
        call();
      } catch {
        continue;
      }
      throw new Error('not refused');
    }
  },
  'count stacks'() {
    const seen = { errors: 0, captures: 0, formatted: 0 };
    const RealError = Error;
    globalThis.Error = new Proxy(RealError, {
      construct(target, args, newTarget) {
        seen.errors++;
        return Reflect.construct(target, args, newTarget);
      },
      apply(target, self, args) {
        seen.errors++;
        return Reflect.apply(target, self, args);
      },
    });
    const capture = RealError.captureStackTrace;
    RealError.captureStackTrace = (...args) => {
      seen.captures++;
      capture(...args);
    };
    RealError.prepareStackTrace = (error, frames) => {
      seen.formatted++;
      return `${error}\n${frames.map((frame) => `    at ${frame}`).join('\n')}`;
    };
    work.free();
    globalThis.Error = RealError;
    RealError.captureStackTrace = capture;
    delete RealError.prepareStackTrace;
    return seen;
  },
  'odd stacks'() {
    const made = [];
    for (const [name, value] of [
      ['prepareStackTrace', (_error, frames) => frames],
      ['prepareStackTrace', () => undefined],
      ['stackTraceLimit', 0],
      ['stackTraceLimit', undefined],
    ]) {
      const before = Error[name];
      Error[name] = value;
      try {
        makers.new();
        made.push('made');
      } catch (error) {
        made.push(String(error));
      }
      Error[name] = before;
    }
    return made;
  },
};

async function collected() {
  // Until two rounds in a row bring nothing.
  for (let quiet = 0, before = 0; quiet < 3; ) {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise(setImmediate);
      gc();
    }
    quiet = warnings.length === before ? quiet + 1 : 0;
    before = warnings.length;
  }
}

if (what.startsWith('worker: ')) {
  const data = { what: what.slice('worker: '.length), der, pem };
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: data, stderr: true });
  worker.on('message', (result) => {
    console.log(JSON.stringify({ ...result, outside: warnings }));
  });
} else {
  const value = await work[what]();
  await collected();
  const result = { warnings, value };
  if (isMainThread) console.log(JSON.stringify(result));
  else parentPort.postMessage(result);
}
