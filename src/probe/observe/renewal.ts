// What a resumption gives, and how often a session may be used.

import type { ProbeObservations } from '../result.js';
import { Counter, type Made, type Run, resumedOf } from '../run.js';
import { rangeOf, type Samples, sessionOf, wishFor } from './samples.js';

// How many generations are enough to see that it goes on.
const generations = 3;

/** Whether resumptions bring new tickets, and whether these are resumed, generation by generation. */
export async function observeRenewal(
  run: Run,
  observations: ProbeObservations,
  { version, by, all, works }: Samples,
): Promise<void> {
  if (by === 'id' || !works) return;
  run.doing = `${version}: what a resumption gives`;
  const renewed = new Counter();
  const resumed = all.flatMap((one) => (one.resumed?.resumed === true ? [one] : []));
  for (const { resumed: made } of resumed) {
    if (made !== null) renewed.add(made.tickets.length > 0, made.number);
  }
  const chain = new Counter();
  const start = resumed.find((one) => one.resumed !== null && sessionOf(one.resumed, by) !== null);
  let last = start?.resumed ?? null;
  if (last !== null) chain.add(true, last.number);
  while (last !== null && chain.of < generations) {
    const session = sessionOf(last, by);
    if (session === null) break;
    const purpose = `${version}: offers what generation ${chain.of} was given`;
    const made: Made = await run.connect({ ...wishFor(run, version, by), purpose, session });
    chain.add(resumedOf(made), made.number);
    last = made.resumed ? made : null;
  }
  const first = start?.full.tickets[0]?.lifetime;
  const latest = (last ?? start?.resumed)?.tickets[0]?.lifetime;
  observations.renewal.push({
    version,
    by,
    renewed: renewed.tally,
    number: rangeOf(resumed.map((one) => one.resumed?.tickets.length ?? 0)),
    generations: chain.tally,
    lifetimeHint: first === undefined || latest === undefined ? null : { first, last: latest },
  });
}

/** Whether a session that was used is resumed again, and whether two connections may use it at once. */
export async function observeReuse(
  run: Run,
  observations: ProbeObservations,
  { version, by, all, works }: Samples,
): Promise<void> {
  if (!works) return;
  run.doing = `${version}: whether a session by ${by} is good for one time only`;
  const wish = wishFor(run, version, by);
  const again = new Counter();
  const used = all.find((one) => one.resumed?.resumed === true)?.session ?? undefined;
  for (let i = 0; i < 2; i++) {
    const purpose = `${version}: offers a session by ${by} that was used`;
    const made = await run.connect({ ...wish, purpose, session: used });
    again.add(resumedOf(made), made.number);
  }
  const atOnce = new Counter();
  const full = await run.connect({ ...wish, purpose: `${version}: a session to use at once` });
  const fresh = sessionOf(full, by);
  if (fresh !== null) {
    const purpose = `${version}: offers a session by ${by}, twice at the same time`;
    for (const made of await run.connectTwice({ ...wish, purpose, session: fresh })) {
      atOnce.add(resumedOf(made), made.number);
    }
  }
  observations.reuse.push({ version, by, again: again.tally, atOnce: atOnce.tally });
}
