import { libraryInfo } from '../library/library.js';
import { compatOf } from './compat.js';
import { Stopped, type StopReason } from './error.js';
import { findingsOf } from './findings.js';
import { observeClientCertificates } from './observe/client-certificates.js';
import { observeEarlyData } from './observe/early-data.js';
import { observeLifetimes } from './observe/lifetime.js';
import { observeOtherAddresses, observeOtherNames } from './observe/others.js';
import { observePinning, observePskModes } from './observe/pinning.js';
import { observeRenewal, observeReuse } from './observe/renewal.js';
import { observeResumption, type Samples, workingSamples } from './observe/samples.js';
import { describeContents, describeTicketKeys, ticketsOf } from './observe/ticket-keys.js';
import {
  describeIds,
  describeTickets,
  describeTiming,
  findWhenTicketsCome,
} from './observe/tickets.js';
import { observeVersions } from './observe/versions.js';
import { type ProbeOptions, readProbeOptions, type Settings } from './options.js';
import type { ProbeObservations, ProbeResult } from './result.js';
import { type Made, Run, rounded } from './run.js';
import { findTarget, type ProbeHost, readTarget } from './target.js';

/**
 * Looks at what a server does with sessions: makes connections, one after the other, and says what
 * was seen, how often, and what follows from it. Nothing is sent but handshakes, the end of a
 * connection, and `request` where there has to be data; the server's certificate is not verified.
 *
 * Throws a `ProbeError` if there is nothing to probe. What ends the probe later is in `stopped`, and
 * the result has what was found until then. With `signal`, throws its reason.
 */
export async function probe(
  target: string | ProbeHost,
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const settings = readProbeOptions(options);
  const found = await findTarget(readTarget(target, settings.starttls), settings);
  const { version: library } = libraryInfo();
  const startedAt = new Date().toISOString();
  const observations = emptyObservations();
  using run = new Run(found, settings);
  const stopped = await observe(run, observations);
  return {
    schema: 'libssl-session/probe/1',
    target: found,
    client: clientOf(library, settings),
    startedAt,
    duration: rounded(run.elapsed),
    stopped,
    observations,
    findings: findingsOf(observations),
    compat: compatOf(observations),
    connections: run.connections,
  };
}

const clientOf = (library: string, settings: Settings) => ({
  library,
  attempts: settings.attempts,
  lifetime: settings.lifetime,
  replay: settings.replay,
  certificate: settings.certificate !== null,
});

const emptyObservations = (): ProbeObservations => ({
  certificate: null,
  versions: [],
  resumption: [],
  sessionIds: [],
  tickets: [],
  ticketKeys: null,
  ticketContents: [],
  renewal: [],
  reuse: [],
  pinning: [],
  pskModes: null,
  otherNames: [],
  otherAddresses: [],
  clientCertificates: [],
  earlyData: null,
  lifetimes: [],
  timing: [],
});

/** Says why not everything was looked at; null if it was. */
async function observe(run: Run, observations: ProbeObservations): Promise<StopReason | null> {
  try {
    await observeAll(run, observations);
    return null;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return error.reason;
  }
}

async function observeAll(run: Run, observations: ProbeObservations): Promise<void> {
  const progress = (fraction: number) => {
    run.fraction = fraction;
  };
  const first = await observeVersions(run, observations);
  progress(0.06);
  await findWhenTicketsCome(run, first);
  const samples = await observeResumption(run, observations, first);
  progress(0.4);
  describeTickets(run, observations, samples);
  describeIds(observations, samples);
  describeTiming(observations, samples);
  const others: [Samples['version'], Made[]][] = samples
    .filter(({ by }) => by !== 'id')
    .map(({ version, all }) => [version, all.map(({ full }) => full)]);
  const tickets = () => others.flatMap(([version, made]) => ticketsOf(version, made));
  describeTicketKeys(observations, tickets());
  describeContents(observations, tickets());
  for (const each of workingSamples(samples)) {
    await observeRenewal(run, observations, each);
    await observeReuse(run, observations, each);
    await observePinning(run, observations, each);
    await observePskModes(run, observations, each);
    progress(run.fraction + 0.15);
  }
  const psk = samples.find(({ by }) => by === 'psk');
  if (psk !== undefined) await observeEarlyData(run, observations, psk);
  progress(0.8);
  await observeClientCertificates(run, observations, samples);
  for (const look of [observeOtherNames, observeOtherAddresses]) {
    const made = await look(run, observations, samples);
    for (const one of made) {
      const { version } = observations.versions.find((each) => each.version === one.protocol) ?? {};
      if (version !== undefined) others.push([version, [one]]);
    }
    progress(run.fraction + 0.05);
  }
  describeTicketKeys(observations, tickets());
  await observeLifetimes(run, observations, samples);
  progress(1);
}
