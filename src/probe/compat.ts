// Observations in the words of sslyze, testssl.sh and SSL Labs.

import type { ProbeCompat, SslyzeResult } from './compat-names.js';
import type { ProbeObservations, ResumptionFacts } from './result.js';

export function compatOf(observations: ProbeObservations): ProbeCompat {
  const tls12 = (by: 'id' | 'ticket') =>
    observations.resumption.find((each) => each.version === 'TLSv1.2' && each.by === by);
  const only13 = observations.versions.every(
    ({ version, supported }) => supported === (version === 'TLSv1.3'),
  );
  const sslyze = (facts: ResumptionFacts | undefined): SslyzeResult => {
    if (only13) return 'SERVER_IS_TLS_1_3_ONLY';
    if (facts === undefined || facts.yes === 0) return 'NOT_SUPPORTED';
    return facts.yes === facts.of ? 'FULLY_SUPPORTED' : 'PARTIALLY_SUPPORTED';
  };
  return {
    sslyze: {
      session_id_resumption_result: sslyze(tls12('id')),
      tls_ticket_resumption_result: sslyze(tls12('ticket')),
    },
    testssl: testssl(observations, tls12('id'), tls12('ticket')),
    ssllabs: {
      sessionResumption: sessionResumption(tls12('id')),
      sessionTickets: (tls12('ticket')?.given ?? 0) > 0 ? 1 : 0,
      zeroRTTEnabled: zeroRtt(observations),
    },
  };
}

function sessionResumption(facts: ResumptionFacts | undefined): 0 | 1 | 2 {
  if (facts === undefined || facts.given === 0) return 0;
  return facts.yes > 0 ? 2 : 1;
}

function zeroRtt({ earlyData }: ProbeObservations): -1 | 0 | 1 {
  if (earlyData === null) return 0;
  if (earlyData.limit === 0) return 0;
  if (earlyData.accepted === null) return -1;
  return earlyData.accepted.yes > 0 ? 1 : 0;
}

const aDay = 86_400;

function testssl(
  { tickets, earlyData }: ProbeObservations,
  id: ResumptionFacts | undefined,
  ticket: ResumptionFacts | undefined,
): ProbeCompat['testssl'] {
  const yes = (facts: ResumptionFacts | undefined) =>
    (facts?.yes ?? 0) > 0 ? 'supported' : 'not supported';
  const hint = tickets.find(({ version, when }) => version === 'TLSv1.2' && when !== 'never');
  const seconds = hint?.lifetimeHint.most ?? 0;
  const early = earlyData !== null && (earlyData.accepted?.yes ?? 0) > 0;
  const info = (finding: string) => ({ severity: 'INFO', finding });
  return {
    TLS_session_ticket:
      hint === undefined
        ? info('no -- no lifetime advertised')
        : {
            severity: seconds > aDay ? 'LOW' : 'OK',
            finding: `valid for ${seconds} seconds${seconds > aDay ? ' (>daily)' : ' only (<daily)'}`,
          },
    SSL_sessionID_support: info((id?.given ?? 0) > 0 ? 'yes' : 'no'),
    sessionresumption_ticket: info(yes(ticket)),
    sessionresumption_ID: info(yes(id)),
    early_data: early
      ? { severity: 'HIGH', finding: 'supported' }
      : { severity: 'OK', finding: 'no early data' },
  };
}
