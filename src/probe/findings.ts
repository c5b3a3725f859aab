// What follows from observations.

import type { OtherNameFacts, ProbeFinding, ProbeObservations, Severity, Tally } from './result.js';
import { secretFindings } from './secret-findings.js';

/** From the worst to the least. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** The findings, the worst first. */
export function findingsOf(observations: ProbeObservations): ProbeFinding[] {
  const rules = [
    secretFindings,
    earlyData,
    names,
    clientCertificates,
    lifetimes,
    sometimesResumed,
    notResumed,
    pinning,
    pskKe,
    masterSecret,
    ids,
    reuse,
    keys,
  ];
  const rank = ({ severity }: ProbeFinding) => severities.indexOf(severity);
  return rules.flatMap((rule) => rule(observations)).sort((a, b) => rank(a) - rank(b));
}

const ofAttempts = ({ yes, of }: Tally) => `${yes} of ${of}`;

function earlyData({ earlyData: facts }: ProbeObservations): ProbeFinding[] {
  if (facts?.accepted == null || facts.accepted.yes === 0) return [];
  const { accepted, replayed, limit } = facts;
  if (replayed !== null && replayed.yes > 0) {
    return [
      {
        id: 'early-data-replayed',
        severity: 'high',
        title: 'Early data is accepted again when it is replayed',
        detail: `The same first flight, byte for byte, was accepted a second time in ${ofAttempts(replayed)} attempts.`,
        remedy:
          'Accept each ticket for early data once (RFC 8446, 8), or accept no early data; let nothing but requests that may be repeated pass.',
        evidence: replayed.evidence,
      },
    ];
  }
  const tried =
    replayed === null ? 'Whether a replay is accepted was not tried.' : 'A replay was refused.';
  return [
    {
      id: 'early-data-accepted',
      severity: replayed === null ? 'medium' : 'low',
      title: 'Early data is accepted',
      detail: `In ${ofAttempts(accepted)} attempts; tickets allow ${limit} bytes. ${tried}`,
      remedy: 'Make sure that only requests that may be repeated are answered in early data.',
      evidence: accepted.evidence,
    },
  ];
}

function names({ otherNames, otherAddresses }: ProbeObservations): ProbeFinding[] {
  const resumed = otherNames.filter((facts) => facts.resumed.yes > 0);
  const ofNames = [...new Set(resumed.map(({ servername }) => servername))].map((servername) =>
    otherName(resumed.filter((facts) => facts.servername === servername)),
  );
  const ofAddresses = otherAddresses
    .filter(({ sameCertificate, resumed }) => sameCertificate === false && resumed.yes > 0)
    .map(
      ({ address, version, resumed }): ProbeFinding => ({
        id: 'resumed-at-address-of-other-certificate',
        severity: 'medium',
        title: 'A session is resumed at an address that has another certificate',
        detail: `${version}: at ${address} in ${ofAttempts(resumed)} attempts.`,
        remedy: 'Share ticket keys only among servers that have the same certificate.',
        evidence: resumed.evidence,
      }),
    );
  return [...ofNames, ...ofAddresses];
}

/** What was seen of one name. */
function otherName(facts: readonly OtherNameFacts[]): ProbeFinding {
  const other = facts.some(({ sameCertificate }) => sameCertificate === false);
  const withoutCertificate = facts.some((each) => each.withoutClientCertificate);
  const times = facts.map(
    ({ version, resumed }) => `${version} in ${ofAttempts(resumed)} attempts`,
  );
  const name = facts[0]?.servername ?? 'no server name';
  const without = '; it was made with a certificate of the client, and offered without';
  return {
    id: other ? 'resumed-under-other-name' : 'resumed-under-name-of-same-certificate',
    severity: severityOf(other, withoutCertificate, facts[0]?.servername ?? null),
    title: `A session is resumed under another name${other ? ', which has another certificate' : ''}`,
    detail: `With ${name}: ${times.join(', ')}${withoutCertificate ? without : ''}.`,
    remedy:
      other || withoutCertificate
        ? 'Give each virtual host its own ticket keys and session cache, or let the server compare the name (nginx: CVE-2025-23419, httpd: CVE-2025-23048).'
        : 'Both names have the same certificate: nothing has to be done.',
    evidence: facts.flatMap(({ resumed }) => resumed.evidence),
  };
}

// Another name may stand for another list of those who may come in. No name is the server's own.
function severityOf(other: boolean, withoutCertificate: boolean, name: string | null): Severity {
  if (other) return withoutCertificate ? 'high' : 'medium';
  return withoutCertificate && name !== null ? 'medium' : 'info';
}

function clientCertificates({ clientCertificates: facts }: ProbeObservations): ProbeFinding[] {
  return facts.flatMap(({ version, required, resumedWithout }): ProbeFinding[] =>
    resumedWithout === null || resumedWithout.yes === 0
      ? []
      : [
          {
            id: 'resumed-without-client-certificate',
            severity: required === true ? 'low' : 'info',
            title: 'A session stands for the client’s certificate',
            detail: `${version}: a client without the certificate resumed a session that was made with it, in ${ofAttempts(resumedWithout)} attempts.`,
            remedy:
              'That is how resumption works. Make lifetimes short where certificates are revoked, and check the certificate of resumed sessions again.',
            evidence: resumedWithout.evidence,
          },
        ],
  );
}

const aDay = 86_400;

function lifetimes({ tickets, lifetimes: accepted }: ProbeObservations): ProbeFinding[] {
  const hints = tickets
    .filter(({ lifetimeHint }) => lifetimeHint.most > aDay)
    .map(({ version, lifetimeHint, evidence }): ProbeFinding => {
      const tooLong = lifetimeHint.most > 7 * aDay;
      return {
        id: 'ticket-lifetime-long',
        severity: tooLong && version === 'TLSv1.3' ? 'medium' : 'low',
        title: 'Tickets are said to be good for more than a day',
        detail: `${version}: ${lifetimeHint.most} seconds${tooLong ? '; RFC 8446 allows seven days' : ''}.`,
        remedy: 'Make the lifetime shorter: who gets the key can decrypt what was recorded in it.',
        evidence,
      };
    });
  const prolonged = accepted
    .filter((facts) => facts.prolonged === true)
    .map(
      ({ version, refusedAt, evidence }): ProbeFinding => ({
        id: 'lifetime-prolonged',
        severity: 'low',
        title: 'A session lives on without end, if its tickets are renewed',
        detail: `${version}: the first ticket is refused after ${refusedAt} seconds, and what it was renewed to is not.`,
        remedy: 'Count the lifetime from the full handshake on.',
        evidence,
      }),
    );
  const beyond = accepted
    .filter(({ hint, acceptedAt }) => hint !== null && hint > 0 && (acceptedAt ?? 0) > hint + 1)
    .map(
      ({ version, hint, acceptedAt, evidence }): ProbeFinding => ({
        id: 'accepted-longer-than-hint',
        severity: 'low',
        title: 'Sessions are accepted for longer than the server says',
        detail: `${version}: after ${acceptedAt} seconds, where the server says ${hint}.`,
        remedy: 'Let the server refuse tickets once their time is over.',
        evidence,
      }),
    );
  return [...hints, ...prolonged, ...beyond];
}

function sometimesResumed({ resumption }: ProbeObservations): ProbeFinding[] {
  return resumption
    .filter(({ yes, of, failed, given }) => given > 0 && yes > 0 && yes + failed < of)
    .map((facts) => ({
      id: 'resumption-sometimes',
      severity: 'low',
      title: 'Sessions are resumed only sometimes',
      detail: `${facts.version}, by ${facts.by}: ${ofAttempts(facts)}.`,
      remedy: 'Share ticket keys or the session cache among all servers behind the address.',
      evidence: facts.evidence,
    }));
}

function notResumed({ resumption, versions }: ProbeObservations): ProbeFinding[] {
  return versions.flatMap(({ version, supported }): ProbeFinding[] => {
    const rows = resumption.filter((each) => each.version === version);
    if (!supported || rows.length === 0 || rows.some(({ yes }) => yes > 0)) return [];
    const given = rows.some((each) => each.given > 0);
    return [
      {
        id: given ? 'sessions-given-but-not-resumed' : 'no-resumption',
        severity: 'info',
        title: given ? 'Sessions are given, and never resumed' : 'No session is resumed',
        detail: `${version}: every handshake is a full one.`,
        remedy: 'Resumption saves a signature and certificates in each connection that returns.',
        evidence: rows.flatMap(({ evidence }) => evidence),
      },
    ];
  });
}

function pinning({ pinning: facts }: ProbeObservations): ProbeFinding[] {
  return facts.flatMap(({ version, by, evidence, ...pinned }): ProbeFinding[] => {
    if (version === 'TLSv1.3') return [];
    const loose = [
      ...(pinned.cipher === false ? ['without its cipher suite'] : []),
      ...(pinned.protocol === false ? ['in a lower version'] : []),
      ...(pinned.extendedMasterSecret === false ? ['without its extended master secret'] : []),
    ];
    if (loose.length === 0) return [];
    return [
      {
        id: 'resumption-not-pinned',
        severity: 'medium',
        title: 'A session is resumed in a weaker handshake than its own',
        detail: `${version}, by ${by}: ${loose.join(', ')}.`,
        remedy: 'RFC 5246 (7.4.1.2) and RFC 7627 (5.3) ask the server to refuse that.',
        evidence,
      },
    ];
  });
}

function pskKe({ pskModes }: ProbeObservations): ProbeFinding[] {
  if (pskModes === null || pskModes.pskKe.yes === 0) return [];
  return [
    {
      id: 'resumption-without-key-exchange',
      severity: 'medium',
      title: 'TLS 1.3 resumes without a new key exchange',
      detail: `A client that offers only psk_ke was served in ${ofAttempts(pskModes.pskKe)} attempts: such connections have no forward secrecy.`,
      remedy: 'Allow psk_dhe_ke only.',
      evidence: pskModes.pskKe.evidence,
    },
  ];
}

function masterSecret({ versions }: ProbeObservations): ProbeFinding[] {
  return versions
    .filter(({ extendedMasterSecret }) => extendedMasterSecret === false)
    .map(({ version }) => ({
      id: 'no-extended-master-secret',
      severity: 'low' as const,
      title: 'Sessions are not bound to their handshake',
      detail: `${version}: the server does not know the extended master secret (RFC 7627), without which resumption has to be off to be safe (5.4).`,
      remedy: 'Update the TLS library.',
      evidence: [],
    }));
}

function ids({ sessionIds }: ProbeObservations): ProbeFinding[] {
  return sessionIds
    .filter(({ version, distinct }) => version !== 'TLSv1.3' && distinct === false)
    .map(({ version, evidence }) => ({
      id: 'session-ids-repeat',
      severity: 'high' as const,
      title: 'Different handshakes get the same session id',
      detail: `${version}.`,
      remedy: 'Session ids must not repeat, and nobody may guess them.',
      evidence,
    }));
}

function reuse({ reuse: facts }: ProbeObservations): ProbeFinding[] {
  return facts
    .filter(({ version, again }) => version === 'TLSv1.3' && again.yes > 0)
    .map(({ version, again }) => ({
      id: 'ticket-used-again',
      severity: 'info' as const,
      title: 'A ticket of TLS 1.3 is good for more than one time',
      detail: `${version}: ${ofAttempts(again)} attempts with a ticket that was used. Who sees it twice knows that both connections are from the same client.`,
      remedy: 'It is for clients to use a ticket once (RFC 8446, C.4).',
      evidence: again.evidence,
    }));
}

function keys({ ticketKeys }: ProbeObservations): ProbeFinding[] {
  if (ticketKeys === null || ticketKeys.keys.length < 2) return [];
  return [
    {
      id: 'several-ticket-keys',
      severity: 'info',
      title: 'Tickets are encrypted with several keys',
      detail: `${ticketKeys.keys.length} keys in ${ticketKeys.tickets} tickets.`,
      remedy: 'That is as it should be if all servers know all of them.',
      evidence: ticketKeys.evidence,
    },
  ];
}
