// Connections that are made and ended, a few at a time: full handshakes, or resumed ones.

import { lanes, now } from './settings.mjs';

// Its end comes by itself, after the client's.
export const answer = () => (socket) => socket.resume();

/** n times, `lanes` of them at the same time; `work` gets the number of its lane. */
async function inLanes(n, work) {
  let left = n;
  const lane = async (i) => {
    while (left-- > 0) await work(i);
  };
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
}

export function prepare(open, { resumes }, library) {
  /** Resolves with a session, where `asks`, once the connection was ready and is closed. */
  const once = (session, asks) =>
    new Promise((resolve, reject) => {
      const socket = open(session);
      let got;
      let awaited = asks ? 2 : 1;
      const arrived = () => {
        if (--awaited === 0) socket.end();
      };
      socket.on('error', reject);
      socket.on('secureConnect', () => {
        if (session !== undefined && !socket.isSessionReused()) reject(new Error('not resumed'));
        arrived();
      });
      if (asks) {
        socket.on('session', (next) => {
          if (got !== undefined) return library.freeSession(next);
          got = next;
          arrived();
        });
      }
      socket.on('close', () => resolve(got));
      socket.resume();
    });

  const full = async (n) => {
    const start = now();
    await inLanes(n, () => once(undefined, false));
    return (now() - start) / n;
  };

  const resume = async (n) => {
    const sessions = [];
    await inLanes(lanes, async (i) => {
      sessions[i] = await once(undefined, true);
    });
    const start = now();
    await inLanes(n, (i) => once(sessions[i], false));
    const time = (now() - start) / n;
    for (const session of sessions) library.freeSession(session);
    return time;
  };
  return resumes ? resume : full;
}
