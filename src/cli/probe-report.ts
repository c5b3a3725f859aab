// What `probe` writes for eyes.

import { severities } from '../probe/findings.js';
import type {
  PinningFacts,
  ProbeFinding,
  ProbeObservations,
  ProbeResult,
  ProbeVersion,
  Severity,
  Tally,
} from '../probe/result.js';
import { bytes, duration, printable, renderTable, type Style, type Terminal } from './terminal.js';

type Row = [label: string, value: string | null];

export function renderProbe(out: Terminal, result: ProbeResult): string {
  const { observations } = result;
  return renderTable(out, heading(out, result), [
    [['Verdict', verdict(out, result)]],
    [['Certificate', certificate(result)], ...versionRows(out, observations)],
    [
      ['Ticket keys', ticketKeys(observations)],
      ['Secrets', ticketContents(out, observations)],
      ['Early data', earlyData(out, observations)],
      ['Other names', otherNames(observations)],
      ['Other hosts', otherAddresses(observations)],
      ['Client certs', clientCertificates(observations)],
      ['Lifetimes', lifetimes(observations)],
    ],
    ...result.findings.map((finding) => [findingRow(out, finding)]),
  ]);
}

function heading({ paint }: Terminal, { target, client, connections, ...result }: ProbeResult) {
  const name = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const facts = [
    ...(target.address === target.host ? [] : [target.address]),
    ...(target.starttls === null ? [] : [`STARTTLS of ${target.starttls}`]),
    ...(target.servername === null ? ['no server name'] : []),
    `${connections.length} connections in ${seconds(result.duration)}`,
    client.library.split('  ')[0] ?? '',
  ];
  return `${paint('bold', printable(name))}\n${paint('dim', printable(facts.join(' · ')))}`;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

const styles: Readonly<Record<Severity, Style>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'yellow',
  info: 'cyan',
};

/** How many findings there are of each severity, the worst first: `1 critical, 2 low`. */
export function countFindings(findings: readonly ProbeFinding[]): string {
  const counts = severities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}`;
  });
  return counts.filter((text) => text !== '').join(', ');
}

const stops = {
  time: 'its time was over',
  connections: 'it had made as many connections as it may',
  unreachable: 'the server did not answer any more',
};

function verdict({ paint }: Terminal, { findings, stopped }: ProbeResult): string {
  const [worst] = findings;
  const text =
    worst === undefined || worst.severity === 'info'
      ? paint(
          'green',
          `✓ nothing to mend${worst === undefined ? '' : `; ${countFindings(findings)}`}`,
        )
      : paint(styles[worst.severity], `✗ ${countFindings(findings)}`);
  if (stopped === null) return text;
  return `${text}\n${paint('yellow', `! not all was looked at: ${stops[stopped]}`)}`;
}

const certificate = ({ observations }: ProbeResult) => {
  const subject = observations.certificate?.subject;
  return subject === undefined ? null : printable(subject);
};

const versionName = (version: ProbeVersion) =>
  version.replace('TLSv', 'TLS ').replace(/ 1$/, ' 1.0');
const ofAttempts = ({ yes, of }: Tally) => `${yes} of ${of}`;
const range = ({ least, most }: { least: number; most: number }, show: (n: number) => string) =>
  least === most ? show(least) : `${show(least)} to ${show(most)}`;

function versionRows(out: Terminal, observations: ProbeObservations): Row[] {
  return observations.versions.map(({ version, supported, cipher, extendedMasterSecret }) => {
    if (!supported) return [versionName(version), out.paint('dim', 'not spoken')];
    const secret = extendedMasterSecret === false ? ', without the extended master secret' : '';
    const lines = [
      `${cipher}${secret}`,
      ...resumptionLines(out, observations, version),
      ...ticketLines(observations, version),
      ...behaviourLines(observations, version),
    ];
    return [versionName(version), lines.join('\n')];
  });
}

function resumptionLines(
  { paint }: Terminal,
  { resumption, timing }: ProbeObservations,
  version: ProbeVersion,
): string[] {
  return resumption
    .filter((each) => each.version === version)
    .map((each) => {
      const { by, yes, of, given } = each;
      const name = { id: 'by id', ticket: 'by ticket', psk: 'by PSK' }[by];
      if (given === 0) return `${name}: ${paint('dim', 'no session is given')}`;
      const times = timing.find((its) => its.version === version && its.by === by);
      const saved =
        times === undefined
          ? ''
          : `; ${times.full.milliseconds} ms full, ${times.resumed.milliseconds} ms resumed`;
      const style = yes === of ? 'green' : yes === 0 ? 'red' : 'yellow';
      return `${name}: ${paint(style, `resumed ${ofAttempts(each)}`)}${saved}`;
    });
}

function ticketLines({ tickets }: ProbeObservations, version: ProbeVersion): string[] {
  const facts = tickets.find((each) => each.version === version);
  if (facts === undefined || facts.when === 'never') return [];
  const { number, size, lifetimeHint, when } = facts;
  const data = when === 'data' ? ', once the client has sent data' : '';
  const good =
    lifetimeHint.most === 0
      ? 'good for no stated time'
      : `good for ${range(lifetimeHint, duration)}`;
  const count = `${range(number, String)} ticket${number.most === 1 ? '' : 's'}`;
  return [`${count} of ${range(size, (n) => bytes(n))}${data}, ${good}`];
}

function behaviourLines(observations: ProbeObservations, version: ProbeVersion): string[] {
  const lines: string[] = [];
  const renewal = observations.renewal.find((each) => each.version === version);
  if (renewal !== undefined) {
    lines.push(`new tickets in ${ofAttempts(renewal.renewed)} resumptions`);
  }
  const reuse = observations.reuse.find((each) => each.version === version);
  if (reuse !== undefined) {
    const { again, atOnce } = reuse;
    lines.push(`a used session: ${ofAttempts(again)}; twice at once: ${ofAttempts(atOnce)}`);
  }
  const { pskModes } = observations;
  if (version === 'TLSv1.3' && pskModes !== null) {
    lines.push(`without a key exchange (psk_ke): ${ofAttempts(pskModes.pskKe)}`);
  }
  const pinned = observations.pinning.find((each) => each.version === version);
  const insists = pinned === undefined ? '' : insistence(pinned);
  return insists === '' ? lines : [...lines, insists];
}

function insistence({ cipher, protocol, extendedMasterSecret }: PinningFacts): string {
  const facts = [
    ['cipher suite', cipher],
    ['version', protocol],
    ['extended master secret', extendedMasterSecret],
  ] as const;
  const of = (wanted: boolean) =>
    facts.flatMap(([name, pinned]) => (pinned === wanted ? [name] : [])).join(', ');
  const parts = [
    of(true) === '' ? '' : `insists on its ${of(true)}`,
    of(false) === '' ? '' : `does not insist on its ${of(false)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function ticketKeys({ ticketKeys: facts }: ProbeObservations): string | null {
  if (facts === null) return null;
  if (facts.stateful) return 'none: tickets are only names of sessions that the server keeps';
  if (facts.nameLength === null) return 'their names are not to be seen';
  const names = facts.keys.map(
    ({ name, tickets }) => `${name}, in ${tickets} ticket${tickets === 1 ? '' : 's'}`,
  );
  return names.join('\n');
}

function ticketContents({ paint }: Terminal, { ticketContents: facts }: ProbeObservations) {
  if (facts.length === 0) return null;
  const wrong = facts.some(
    ({ secretInClear, weakKey, keystreamReused }) =>
      secretInClear || weakKey !== null || keystreamReused === true,
  );
  return wrong
    ? paint('red', '✗ tickets give their secrets away')
    : paint('green', '✓ no ticket gave its secret away');
}

function earlyData({ paint }: Terminal, { earlyData: facts }: ProbeObservations): string | null {
  if (facts === null) return null;
  if (facts.limit === 0) return paint('dim', 'none');
  const accepted = facts.accepted === null ? 'not tried' : `accepted ${ofAttempts(facts.accepted)}`;
  const replayed =
    facts.replayed === null ? 'a replay was not tried' : `a replay ${ofAttempts(facts.replayed)}`;
  return `at most ${bytes(facts.limit)}; ${accepted}; ${replayed}`;
}

const sameness = (same: boolean | null) =>
  same === null ? 'not reached' : same ? 'the same certificate' : 'another certificate';

function otherNames({ otherNames: facts }: ProbeObservations): string | null {
  const lines = facts.map(({ servername, version, sameCertificate, resumed }) => {
    const name = servername === null ? 'no name' : printable(servername);
    return `${name}, ${versionName(version)}: resumed ${ofAttempts(resumed)} (${sameness(sameCertificate)})`;
  });
  return lines.length === 0 ? null : lines.join('\n');
}

function otherAddresses({ otherAddresses: facts }: ProbeObservations): string | null {
  const lines = facts.map(
    ({ address, version, sameCertificate, resumed }) =>
      `${address}, ${versionName(version)}: resumed ${ofAttempts(resumed)} (${sameness(sameCertificate)})`,
  );
  return lines.length === 0 ? null : lines.join('\n');
}

function clientCertificates({ clientCertificates: facts }: ProbeObservations): string | null {
  if (facts.length === 0) return null;
  const asked = facts.filter(({ requested }) => requested);
  if (asked.length === 0) return 'not asked for';
  return asked
    .map(({ version, required, requestedOnResumption, resumedWithout }) => {
      const parts = [
        required === true ? 'needed' : 'asked for',
        ...(requestedOnResumption === false ? ['not in resumptions'] : []),
        ...(resumedWithout === null ? [] : [`resumed without it ${ofAttempts(resumedWithout)}`]),
      ];
      return `${versionName(version)}: ${parts.join('; ')}`;
    })
    .join('\n');
}

function lifetimes({ lifetimes: facts }: ProbeObservations): string | null {
  const lines = facts.map(({ version, by, hint, acceptedAt, refusedAt, prolonged }) => {
    const parts = [
      acceptedAt === null ? 'never accepted' : `accepted after ${acceptedAt} s`,
      ...(refusedAt === null ? [] : [`refused after ${refusedAt} s`]),
      ...(hint === null ? [] : [`the server says ${hint} s`]),
      ...(prolonged === true ? ['prolonged by renewal'] : []),
    ];
    return `${versionName(version)} by ${by}: ${parts.join('; ')}`;
  });
  return lines.length === 0 ? null : lines.join('\n');
}

function findingRow({ paint }: Terminal, finding: ProbeFinding): Row {
  const { severity, title, detail, remedy } = finding;
  const lines = [paint('bold', title), printable(detail), paint('dim', remedy)];
  return [severity, lines.join('\n')];
}
