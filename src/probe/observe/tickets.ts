// Tickets and ids: how many there are, when they come, what they look like from outside.

import type {
  ProbeObservations,
  ProbeVersion,
  SessionIdFacts,
  TicketFacts,
  TimingFacts,
} from '../result.js';
import { type Made, type Run, rounded } from '../run.js';
import { median, rangeOf, type Samples } from './samples.js';
import type { FirstHandshakes } from './versions.js';

/**
 * A server of TLS 1.3 may wait with its tickets until the client has sent data. Finds out, so that
 * later handshakes do so.
 */
export async function findWhenTicketsCome(run: Run, first: FirstHandshakes): Promise<void> {
  const made = first.get('TLSv1.3');
  const { request } = run;
  if (made === undefined || made.tickets.length > 0 || request === null) return;
  run.doing = 'when tickets come';
  const purpose = 'TLSv1.3: whether tickets come once there is data';
  const asked = await run.connect({ purpose, version: 'TLSv1.3', request });
  if (asked.tickets.length > 0) run.requestForTickets = request;
}

export function describeTickets(
  run: Run,
  observations: ProbeObservations,
  samples: readonly Samples[],
): void {
  for (const { version, by, all } of samples) {
    const full = all.map((one) => one.full).filter(({ error }) => error === null);
    if (by !== 'id' && full.length > 0) observations.tickets.push(ticketFacts(run, version, full));
  }
}

function ticketFacts(run: Run, version: ProbeVersion, full: readonly Made[]): TicketFacts {
  const tls13 = version === 'TLSv1.3';
  const tickets = full.flatMap((made) => made.tickets);
  const delays = full.flatMap((made) => made.tickets.slice(0, 1).map(({ after }) => after));
  const early = full.flatMap((made) => made.sessions.map((session) => session.maxEarlyData));
  const several = full.filter((made) => made.tickets.length > 1);
  const none = { least: 0, most: 0 };
  const some = tickets.length > 0;
  const when = run.requestForTickets === null ? 'handshake' : 'data';
  return {
    version,
    number: rangeOf(full.map((made) => made.tickets.length)),
    when: some ? (tls13 ? when : 'handshake') : 'never',
    delay: tls13 && some ? rounded(median(delays)) : null,
    size: some ? rangeOf(tickets.map(({ ticket }) => ticket.length)) : none,
    lifetimeHint: some ? rangeOf(tickets.map(({ lifetime }) => lifetime)) : none,
    nonceLength: tickets[0]?.nonce?.length ?? null,
    noncesDistinct:
      tls13 && several.length > 0
        ? several.every((made) => areDistinct(made.tickets.map(({ nonce }) => hex(nonce))))
        : null,
    ageAddsDistinct:
      tls13 && tickets.length > 1 ? areDistinct(tickets.map(({ ageAdd }) => String(ageAdd))) : null,
    maxEarlyData: tls13 && some ? Math.max(0, ...early) : null,
    evidence: full.map(({ number }) => number),
  };
}

const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? '';
const areDistinct = (values: readonly string[]) => new Set(values).size === values.length;

export function describeIds(observations: ProbeObservations, samples: readonly Samples[]): void {
  for (const version of new Set(samples.map((each) => each.version))) {
    const facts = idFacts(version, samples);
    if (facts !== null) observations.sessionIds.push(facts);
  }
}

function idFacts(version: ProbeVersion, samples: readonly Samples[]): SessionIdFacts | null {
  const helloOf = (wanted: 'id' | 'other') =>
    samples
      .filter((each) => each.version === version && (each.by === 'id') === (wanted === 'id'))
      .flatMap(({ all }) => all.map(({ full }) => full))
      .filter(({ hello }) => hello !== null);
  const own = helloOf(version === 'TLSv1.3' ? 'other' : 'id');
  const ids = own.map(({ hello }) => hex(hello?.sessionId ?? null)).filter((id) => id !== '');
  if (own.length === 0) return null;
  const withTicket = helloOf('other').filter(({ tickets }) => tickets.length > 0)[0]?.hello;
  return {
    version,
    length: (ids[0] ?? '').length / 2,
    lengthWithTicket: withTicket?.sessionId.length ?? null,
    distinct: ids.length > 1 ? areDistinct(ids) : null,
    evidence: own.map(({ number }) => number),
  };
}

export function describeTiming(observations: ProbeObservations, samples: readonly Samples[]): void {
  for (const { version, by, all } of samples) {
    const resumed = all.flatMap(({ resumed: made }) => (made?.resumed === true ? [made] : []));
    const full = all.map((one) => one.full).filter((made) => made.handshake !== null);
    if (resumed.length === 0 || full.length === 0) continue;
    observations.timing.push({ version, by, full: timesOf(full), resumed: timesOf(resumed) });
  }
}

function timesOf(made: readonly Made[]): TimingFacts['full'] {
  return {
    milliseconds: rounded(median(made.map(({ handshake }) => handshake ?? 0))),
    bytesSent: Math.round(median(made.map(({ bytesSent }) => bytesSent))),
    bytesReceived: Math.round(median(made.map(({ bytesReceived }) => bytesReceived))),
  };
}
