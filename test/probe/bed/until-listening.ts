// Waits for servers that do not say when they are ready.

import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '../servers.js';

/** Calls `close` and throws if the server ends instead. */
export async function untilListening(
  child: ChildProcess,
  port: number,
  close: () => Promise<void>,
): Promise<void> {
  while (!(await isListening(port))) {
    if (child.exitCode !== null) {
      await close();
      throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    }
    await sleep(10);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
