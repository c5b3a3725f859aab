// Early data: whether it is accepted, and whether it is accepted again.

import type { ProbeObservations, Tally } from '../result.js';
import { Counter, type Run, type Wish } from '../run.js';
import { type Samples, sessionOf, wishFor } from './samples.js';

const attempts = 2;

export async function observeEarlyData(
  run: Run,
  observations: ProbeObservations,
  { by, all }: Samples,
): Promise<void> {
  if (by !== 'psk') return;
  const limits = all.flatMap(({ full }) => full.sessions.map(({ maxEarlyData }) => maxEarlyData));
  if (limits.length === 0) return;
  const limit = Math.max(...limits);
  observations.earlyData = { limit, accepted: null, replayed: null };
  const { request, settings } = run;
  if (limit === 0 || request === null || request.length > limit) return;
  run.doing = 'early data';
  const accepted = new Counter();
  for (let i = 0; i < attempts; i++) {
    const wish = await wishToSend(run, request);
    if (wish === null) continue;
    const made = await run.connect({ ...wish, purpose: 'TLSv1.3: sends early data' });
    accepted.add(made.error === null ? made.earlyDataAccepted : null, made.number);
  }
  observations.earlyData.accepted = accepted.tally;
  if (settings.replay && accepted.yes > 0) {
    observations.earlyData.replayed = await replay(run, request);
  }
}

/** With a session that allows early data; null if the server gave none. */
async function wishToSend(run: Run, earlyData: Buffer): Promise<Omit<Wish, 'purpose'> | null> {
  const wish = wishFor(run, 'TLSv1.3', 'psk');
  const full = await run.connect({ ...wish, purpose: 'TLSv1.3: a session for early data' });
  const session = sessionOf(full, 'psk');
  if (session === null || session.maxEarlyData < earlyData.length) return null;
  return { version: 'TLSv1.3', session, earlyData };
}

/**
 * The first flight goes to the server on a connection of its own. Then the same bytes go there
 * again, on a connection whose keys are known, so that the server's answer can be read.
 */
async function replay(run: Run, earlyData: Buffer): Promise<Tally> {
  const replayed = new Counter();
  for (let i = 0; i < attempts; i++) {
    const wish = await wishToSend(run, earlyData);
    if (wish === null) continue;
    const prepared = run.prepare(wish);
    const once = 'TLSv1.3: sends a first flight with early data';
    const { answer, number } = await run.exchange(once, prepared.flight);
    if (answer?.kind !== 'hello') {
      prepared[Symbol.dispose]();
      continue;
    }
    const purpose = 'TLSv1.3: sends the same first flight again';
    const made = await run.connect({ ...wish, purpose, prepared });
    replayed.add(made.error === null ? made.earlyDataAccepted : null, number, made.number);
  }
  return replayed.tally;
}
