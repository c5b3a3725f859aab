// Full handshakes and the connections that offer their sessions: what most observations are made of.

import type { SslSession } from '../../session/session.js';
import type { ProbeObservations, ProbeVersion, ResumptionKind } from '../result.js';
import { Counter, kindOf, type Made, type Run, resumedOf, type Wish } from '../run.js';
import { type FirstHandshakes, probedVersions } from './versions.js';

/** A full handshake, and what came of its session. */
export interface Sample {
  full: Made;
  /** Of the kind that was looked for. */
  session: SslSession | null;
  /** The connection that offered it. */
  resumed: Made | null;
}

/** All samples of a version and kind. */
export interface Samples {
  version: ProbeVersion;
  by: ResumptionKind;
  all: Sample[];
  /** Whether any was resumed. */
  works: boolean;
}

/** A session of this kind that can be offered, in what a connection brought. */
export const sessionOf = (made: Made, by: ResumptionKind): SslSession | null =>
  made.sessions.find((session) => session.isResumable && kindOf(session) === by) ?? null;

/** Asks for sessions of a kind. */
export function wishFor(
  run: Run,
  version: ProbeVersion,
  by: ResumptionKind,
): Omit<Wish, 'purpose'> {
  const request = version === 'TLSv1.3' ? run.requestForTickets : null;
  return {
    version,
    ...(by === 'id' && { noTicket: true }),
    ...(request !== null && { request }),
  };
}

const kinds: Readonly<Record<ProbeVersion, readonly ResumptionKind[]>> = {
  'TLSv1.3': ['psk'],
  'TLSv1.2': ['ticket', 'id'],
  'TLSv1.1': ['ticket', 'id'],
  TLSv1: ['ticket', 'id'],
};

// The old versions have the sessions of TLS 1.2: once is enough to see whether they are resumed.
const attemptsFor = (run: Run, version: ProbeVersion) =>
  version === 'TLSv1.3' || version === 'TLSv1.2' ? run.settings.attempts : 1;

/** Full handshakes and resumptions, of every version that is spoken and every kind of session. */
export async function observeResumption(
  run: Run,
  observations: ProbeObservations,
  first: FirstHandshakes,
): Promise<Samples[]> {
  const samples: Samples[] = [];
  for (const version of probedVersions) {
    if (!first.has(version)) continue;
    for (const by of kinds[version]) {
      samples.push(await sample(run, observations, version, by, first.get(version)));
    }
  }
  return samples;
}

async function sample(
  run: Run,
  observations: ProbeObservations,
  version: ProbeVersion,
  by: ResumptionKind,
  first: Made | undefined,
): Promise<Samples> {
  run.doing = `${version}: resumption by ${by}`;
  const samples: Samples = { version, by, all: [], works: false };
  const count = new Counter();
  let given = 0;
  const attempts = attemptsFor(run, version);
  const wish = wishFor(run, version, by);
  // The first handshake is a sample, too, if it was made in the same way.
  let before = by === 'id' || wish.request !== undefined ? null : (first ?? null);
  for (let i = 0; i < attempts; i++) {
    const purpose = `${version}: a full handshake, ${i + 1} of ${attempts}`;
    const full = before ?? (await run.connect({ ...wish, purpose }));
    before = null;
    const session = sessionOf(full, by);
    const one: Sample = { full, session, resumed: null };
    samples.all.push(one);
    if (session === null) {
      count.add(full.error === null ? false : null, full.number);
      if (given === 0 && i >= 1) break; // there are none
      continue;
    }
    given += 1;
    const offers = `${version}: offers its session by ${by}, ${i + 1} of ${attempts}`;
    one.resumed = await run.connect({ ...wish, purpose: offers, session });
    count.add(resumedOf(one.resumed), full.number, one.resumed.number);
    samples.works ||= one.resumed.resumed;
  }
  observations.resumption.push({ version, by, given, ...count.tally });
  return samples;
}

/**
 * The sessions that were resumed and that more is asked about: those of TLS 1.3, and of TLS 1.2 with
 * tickets or, where there are none, with ids. The versions before are asked no more.
 */
export function workingSamples(samples: readonly Samples[]): Samples[] {
  const works = samples.filter((each) => each.works);
  const tls12 = works.filter(({ version }) => version === 'TLSv1.2');
  const best = tls12.find(({ by }) => by === 'ticket') ?? tls12[0];
  return works.filter((each) => each.by === 'psk' || each === best);
}

/** Of a list of numbers; 0 of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** The least and the most of numbers. */
export const rangeOf = (numbers: readonly number[]): { least: number; most: number } => ({
  least: Math.min(...numbers),
  most: Math.max(...numbers),
});
