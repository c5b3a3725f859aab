// Faults on purpose, as steps: the finder has to find each, and to leave out what is around it.

import { SslContext } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { marker, secrets } from './world.mjs';

const kept = [];

export const steps = {
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  hang() {
    for (;;);
  },
  leak: () => void C.SSL_SESSION_new(),
  handle(world) {
    const context = new SslContext({ role: 'client' });
    kept.push(context);
    world.know('ctx', context.handle);
  },
  foreign(world) {
    world.attempt('planted', () => {
      throw new TypeError('without a code');
    });
  },
  secret(world) {
    world.attempt('planted', () => {
      const message = `the key ${secrets.psk.toString('hex')}`;
      throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
    });
  },
  clear(world) {
    const connection = { server: false, outbox: [], tail: Buffer.alloc(0) };
    // In two pieces.
    world.sent(connection, marker.subarray(0, 5));
    world.sent(connection, marker.subarray(5));
  },
};
