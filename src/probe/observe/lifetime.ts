// For how long sessions are accepted. Sessions are gathered while the time passes, each is offered
// once, at the end: so nothing renews them, and one run of the clock shows all ages.

import type { SslSession } from '../../session/session.js';
import type { LifetimeFacts, ProbeObservations } from '../result.js';
import { kindOf, type Made, type Run } from '../run.js';
import { type Samples, sessionOf, wishFor, workingSamples } from './samples.js';

interface Aged {
  session: SslSession;
  /** As `performance.now()` has it. */
  made: number;
  number: number;
}

/** A session that is renewed again and again. */
interface Chain {
  session: SslSession | null;
  alive: boolean;
}

const samplesPerRun = 14;

/** Looks up to `settings.lifetime` seconds. */
export async function observeLifetimes(
  run: Run,
  observations: ProbeObservations,
  samples: readonly Samples[],
): Promise<void> {
  const { lifetime } = run.settings;
  const kinds = workingSamples(samples);
  if (lifetime === null || kinds.length === 0) return;
  run.doing = `how long sessions are accepted, up to ${lifetime} seconds`;
  const hints = kinds.map(({ all }) => hintOf(all.map(({ full }) => full)));
  const ages = agesFor(lifetime, hints);
  const gathered = kinds.map((): Aged[] => []);
  const chains = kinds.map((): Chain => ({ session: null, alive: true }));
  const begins = performance.now();
  const ends = begins + lifetime * 1000;
  for (const age of ages) {
    await run.wait(Math.max(ends - age * 1000 - performance.now(), 0));
    for (const [i, kind] of kinds.entries()) await gather(run, kind, gathered[i], chains[i]);
  }
  await run.wait(Math.max(ends - performance.now(), 0));
  for (const [i, kind] of kinds.entries()) {
    const facts = await findLimit(run, kind, gathered[i] ?? [], hints[i] ?? null);
    const { refusedAt } = facts;
    const chain = chains[i];
    // Renewed since the oldest was made, and the first would not be accepted any more.
    const old = refusedAt !== null && refusedAt < lifetime - 1;
    facts.prolonged = old && chain !== undefined && chain.session !== null ? chain.alive : null;
    observations.lifetimes.push(facts);
  }
}

function hintOf(full: readonly Made[]): number | null {
  const hints = full.flatMap(({ tickets }) => tickets.map(({ lifetime }) => lifetime));
  return hints.length === 0 ? null : Math.max(...hints);
}

/** Ages in seconds, the oldest first: closer to each other the younger they are, and around hints. */
function agesFor(lifetime: number, hints: readonly (number | null)[]): number[] {
  const ages = new Set<number>();
  for (let i = 0; i <= samplesPerRun; i++) {
    ages.add(Math.round(lifetime ** (i / samplesPerRun) * 10) / 10);
  }
  for (const hint of hints) {
    for (const factor of [0.9, 1.1]) {
      const age = Math.round((hint ?? 0) * factor * 10) / 10;
      if (age >= 1 && age <= lifetime) ages.add(age);
    }
  }
  return [...ages].sort((a, b) => b - a);
}

async function gather(
  run: Run,
  { version, by }: Samples,
  gathered: Aged[] | undefined,
  chain: Chain | undefined,
): Promise<void> {
  const wish = wishFor(run, version, by);
  const full = await run.connect({ ...wish, purpose: `${version}: a session to keep` });
  const session = sessionOf(full, by);
  if (session === null || gathered === undefined || chain === undefined) return;
  gathered.push({ session, made: performance.now(), number: full.number });
  if (by === 'id' || !chain.alive) return;
  if (chain.session === null) {
    chain.session = session;
    return;
  }
  const purpose = `${version}: renews the oldest session`;
  const made = await run.connect({ ...wish, purpose, session: asYoung(run, chain.session) });
  chain.alive = made.resumed;
  // A server that gives no new ticket has no chain.
  if (made.resumed) chain.session = sessionOf(made, by) ?? chain.session;
}

/** libssl does not offer a ticket that is older than its hint: the copy says that it is younger. */
function asYoung(run: Run, session: SslSession): SslSession {
  if (kindOf(session) !== 'psk') return session;
  const copy = run.hold(session.dup());
  copy.time = Math.floor(Date.now() / 1000);
  return copy;
}

/** Bisects: a server that accepts a session accepts younger ones, too. */
async function findLimit(
  run: Run,
  { version, by }: Samples,
  gathered: readonly Aged[],
  hint: number | null,
): Promise<LifetimeFacts> {
  const facts: LifetimeFacts = {
    version,
    by,
    hint,
    acceptedAt: null,
    refusedAt: null,
    prolonged: null,
    evidence: [],
  };
  const youngestFirst = [...gathered].reverse();
  let [low, high] = [0, youngestFirst.length];
  while (low < high) {
    // The oldest at once: most servers accept all, or the limit is beyond what is looked at.
    const middle = facts.evidence.length === 0 ? high - 1 : (low + high) >> 1;
    const one = youngestFirst[middle];
    if (one === undefined) break;
    const age = Math.round((performance.now() - one.made) / 100) / 10;
    const purpose = `${version}: offers a session of ${age} seconds`;
    const wish = wishFor(run, version, by);
    const made = await run.connect({ ...wish, purpose, session: asYoung(run, one.session) });
    facts.evidence.push(one.number, made.number);
    if (made.error !== null) break;
    if (made.resumed) {
      facts.acceptedAt = Math.max(facts.acceptedAt ?? 0, age);
      low = middle + 1;
    } else {
      facts.refusedAt = Math.min(facts.refusedAt ?? age, age);
      high = middle;
    }
  }
  return facts;
}
