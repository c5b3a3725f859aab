// What a Worker does in test/session/worker.test.ts: workerData.task names it.

import { parentPort, workerData } from 'node:worker_threads';
import { SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';

function codeOf(work) {
  try {
    work();
    return 'none';
  } catch (error) {
    return error.code;
  }
}

/** Counts one more round where the main thread can see it. */
const progress = () => Atomics.add(workerData.progress, 0, 1);

const tasks = {
  /** Every kind of work on sessions, all of them freed; says what came out wrong. */
  mixed({ rounds, der, number }) {
    const wrong = [];
    for (let round = 0; round < rounds; round++) {
      const time = (number + 1) * 1_000_000 + round;
      const session = SslSession.fromDer(der);
      session.time = time;
      const copy = session.dup();
      const owner = session.upRef();
      copy.time = 1;
      owner.id = Buffer.from([number, round & 0xff]);
      if (session.time !== time || !owner.isSameSession(session)) wrong.push(round);
      const again = SslSession.fromDer(session.toDer());
      if (again.time !== time || !again.id.equals(session.id)) wrong.push(round);
      if (!C.i2d_SSL_SESSION(session.handle).equals(session.toDer())) wrong.push(round);
      if (codeOf(() => SslSession.fromDer(der.subarray(1))) === 'none') wrong.push(round);
      for (const each of [session, copy, owner, again]) each.free();
    }
    parentPort.postMessage(wrong);
  },

  /** Tries handles of another environment, with as many sessions of its own. */
  foreign({ handles }) {
    const own = handles.map(() => C.SSL_SESSION_new());
    const codes = handles.flatMap((handle) => [
      codeOf(() => C.SSL_SESSION_get_time(handle)),
      codeOf(() => C.SSL_SESSION_up_ref(handle)),
      codeOf(() => C.SSL_SESSION_dup(handle)),
      codeOf(() => C.SSL_SESSION_free(handle)),
    ]);
    parentPort.postMessage({ codes, own });
    parentPort.once('message', () => {
      const ownCodes = own.map((handle) => codeOf(() => C.SSL_SESSION_free(handle)));
      parentPort.postMessage(ownCodes);
    });
  },

  /** Ends with live ones: class objects, handles, several owners. */
  leave() {
    globalThis.left = Array.from({ length: 100 }, () => new SslSession());
    globalThis.left.push(...globalThis.left.map((session) => session.upRef()));
    for (let i = 0; i < 100; i++) {
      const handle = C.SSL_SESSION_new();
      C.SSL_SESSION_up_ref(handle);
    }
  },

  throw() {
    tasks.leave();
    throw new Error('deliberate');
  },

  exit() {
    tasks.leave();
    process.exit(5);
  },

  /** Never ends by itself: holds some, and calls all that can be in the middle of something. */
  busy({ der }) {
    const held = [];
    for (;;) {
      const session = SslSession.fromDer(der);
      held.push(session.dup(), session.upRef());
      session.toJSON();
      session.toPem();
      codeOf(() => SslSession.fromDer(der.subarray(1)));
      codeOf(() => C.SSL_SESSION_dup(0));
      codeOf(() => C.SSL_SESSION_free(1));
      if (held.length > 100) for (const each of held.splice(0, 50)) each.free();
      progress();
    }
  },

  /** Its first call, which loads; told before it begins. */
  load() {
    progress();
    new SslSession().free();
    for (;;);
  },
};

tasks[workerData.task](workerData);
