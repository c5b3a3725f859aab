// Sessions offered under other names and at other addresses than those that they were made with.

import type { ProbeObservations } from '../result.js';
import { Counter, type Made, type Run, resumedOf } from '../run.js';
import { type Samples, sessionOf, wishFor, workingSamples } from './samples.js';

const mostNames = 2;
const mostAddresses = 4;
const attempts = 2;

/** No name, and the names that were given or that the certificate has. */
function otherNames(run: Run, observations: ProbeObservations): (string | null)[] {
  const { servername } = run.target;
  const { otherNames: given } = run.settings;
  const isOther = (name: string) =>
    name.toLowerCase() !== servername?.toLowerCase() && !name.includes('*');
  const names = (given ?? observations.certificate?.names ?? []).filter(isOther);
  const some = given === undefined ? names.slice(0, mostNames) : names;
  return servername === null ? some : [null, ...some];
}

export async function observeOtherNames(
  run: Run,
  observations: ProbeObservations,
  samples: readonly Samples[],
): Promise<Made[]> {
  run.doing = 'other server names';
  const made: Made[] = [];
  for (const servername of otherNames(run, observations)) {
    const name = servername ?? 'no server name';
    for (const { version, by } of workingSamples(samples)) {
      const wish = wishFor(run, version, by);
      const certificate = { withCertificate: false };
      const purpose = `${version}: a full handshake with ${name}`;
      const there = await run.connect({ ...wish, ...certificate, purpose, servername });
      made.push(there);
      const resumed = new Counter();
      let hadCertificate = false;
      for (let i = 0; i < attempts; i++) {
        const here = await run.connect({ ...wish, purpose: `${version}: a session to offer` });
        const session = sessionOf(here, by);
        if (session === null) continue;
        hadCertificate ||= run.settings.certificate !== null && here.certificateRequested;
        const offers = `${version}: offers it with ${name}`;
        const other = { ...wish, ...certificate, purpose: offers, servername, session };
        const offered = await run.connect(other);
        resumed.add(resumedOf(offered), here.number, offered.number);
      }
      observations.otherNames.push({
        servername,
        version,
        by,
        sameCertificate: isSameCertificate(observations, there),
        resumed: resumed.tally,
        withoutClientCertificate: hadCertificate,
      });
    }
  }
  return made;
}

export async function observeOtherAddresses(
  run: Run,
  observations: ProbeObservations,
  samples: readonly Samples[],
): Promise<Made[]> {
  run.doing = 'other addresses';
  const made: Made[] = [];
  const { addresses, address: own } = run.target;
  for (const address of addresses.filter((each) => each !== own).slice(0, mostAddresses)) {
    for (const { version, by } of workingSamples(samples)) {
      const wish = wishFor(run, version, by);
      const there = await run.connect({
        ...wish,
        purpose: `${version}: a full handshake at ${address}`,
        address,
      });
      made.push(there);
      const resumed = new Counter();
      for (let i = 0; i < attempts && there.error === null; i++) {
        const here = await run.connect({ ...wish, purpose: `${version}: a session to offer` });
        const session = sessionOf(here, by);
        if (session === null) continue;
        const purpose = `${version}: offers it at ${address}`;
        const offered = await run.connect({ ...wish, purpose, address, session });
        resumed.add(resumedOf(offered), here.number, offered.number);
      }
      observations.otherAddresses.push({
        address,
        version,
        by,
        sameCertificate: isSameCertificate(observations, there),
        resumed: resumed.tally,
      });
      if (there.error !== null) break; // nobody is there
    }
  }
  return made;
}

function isSameCertificate({ certificate }: ProbeObservations, { certificate: its }: Made) {
  if (certificate === null || its === null) return null;
  return certificate.fingerprint256 === its.fingerprint256;
}
