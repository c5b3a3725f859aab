// What a server makes of certificates of clients, in full handshakes and in resumptions.

import type { ClientCertificateFacts, ProbeObservations } from '../result.js';
import { Counter, type Run, resumedOf } from '../run.js';
import { type Samples, sessionOf, wishFor, workingSamples } from './samples.js';

const attempts = 2;

export async function observeClientCertificates(
  run: Run,
  observations: ProbeObservations,
  samples: readonly Samples[],
): Promise<void> {
  run.doing = 'certificates of clients';
  const current = samples.filter(
    ({ version, by }) => by === 'psk' || (version === 'TLSv1.2' && by === 'ticket'),
  );
  for (const each of current) {
    const full = each.all.map((one) => one.full).filter(({ error }) => error === null);
    const resumed = each.all.flatMap((one) => (one.resumed?.resumed === true ? [one.resumed] : []));
    const requested = full.some(({ certificateRequested }) => certificateRequested);
    const facts: ClientCertificateFacts = {
      version: each.version,
      requested,
      // Without a certificate the handshakes have succeeded.
      required: requested && run.settings.certificate === null ? false : null,
      requestedOnResumption:
        resumed.length === 0
          ? null
          : resumed.some(({ certificateRequested }) => certificateRequested),
      resumedWith: null,
      resumedWithout: null,
    };
    if (requested && run.settings.certificate !== null) {
      await compare(run, samples, each, facts);
    }
    observations.clientCertificates.push(facts);
  }
}

/** With the certificate, and without. */
async function compare(
  run: Run,
  samples: readonly Samples[],
  { version, by }: Samples,
  facts: ClientCertificateFacts,
): Promise<void> {
  const none = { ...wishFor(run, version, by), withCertificate: false };
  const bare = await run.connect({ ...none, purpose: `${version}: without a certificate` });
  facts.required = bare.error !== null;
  const kind = workingSamples(samples).find((each) => each.version === version)?.by;
  if (kind === undefined) return;
  const wish = wishFor(run, version, kind);
  const resumedWith = new Counter();
  const resumedWithout = new Counter();
  for (let i = 0; i < attempts; i++) {
    for (const withCertificate of [true, false]) {
      const full = await run.connect({ ...wish, purpose: `${version}: with a certificate` });
      const session = sessionOf(full, kind);
      if (session === null) continue;
      const how = withCertificate ? 'with the certificate' : 'without the certificate';
      const purpose = `${version}: offers a session ${how}`;
      const made = await run.connect({ ...wish, purpose, session, withCertificate });
      const counter = withCertificate ? resumedWith : resumedWithout;
      counter.add(resumedOf(made), full.number, made.number);
    }
  }
  facts.resumedWith = resumedWith.tally;
  facts.resumedWithout = resumedWithout.tally;
}
