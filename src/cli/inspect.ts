// `libssl-session inspect`

import { readSession, type Source } from './input.js';
import { write } from './output.js';
import { makeReport, type Peer, type Report } from './report.js';
import {
  bar,
  bytes,
  date,
  displayWidth,
  duration,
  printable,
  printableLines,
  renderTable,
  type Terminal,
  terminal,
  toJson,
  valueWidth,
} from './terminal.js';

export interface InspectOptions {
  text?: true;
  json?: true;
  secrets?: true;
}

export async function inspect(file: string, options: InspectOptions): Promise<void> {
  const input = await readSession(file);
  const secrets = options.secrets === true;
  using session = input.session;
  if (options.text) {
    // Exactly OpenSSL's bytes, but for what a terminal would obey.
    const text = session.toText({ secrets });
    return write(process.stdout.isTTY ? printableLines(text) : Buffer.from(text, 'latin1'));
  }
  const report = makeReport(input, { secrets });
  return write(options.json ? toJson(report) : renderReport(terminal(process.stdout), report));
}

export function renderReport(out: Terminal, report: Report): string {
  const { paint } = out;
  const none = paint('dim', 'none');
  const { cipher } = report;
  const { boundTo } = report.source;
  return renderTable(out, heading(out, report.source), [
    [
      ['Protocol', protocol(report)],
      ['Cipher', cipher === null ? none : `${cipher.name}, ${cipher.bits} bits`],
      ['Session id', report.id === '' ? none : spaced(report.id)],
      ['Id context', report.idContext === '' ? null : spaced(report.idContext)],
      ['Server name', report.hostname === null ? none : printable(report.hostname)],
      ['Bound to', boundTo === null ? null : `${printable(boundTo)}, by Node`],
      ['ALPN', report.alpnProtocol === null ? none : printable(report.alpnProtocol)],
      ['Fragments', report.maxFragmentLength && `at most ${bytes(report.maxFragmentLength)}`],
      ['Compression', report.compressionId === 0 ? null : `method ${report.compressionId}`],
    ],
    [
      ['Made', made(report)],
      ['Expires', report.expiresAt === null ? null : date(new Date(report.expiresAt))],
      ['Time left', timeLeft(out, report)],
    ],
    [
      ['Ticket', ticket(out, report)],
      ['Ticket data', report.ticketAppData === null ? null : beginning(report.ticketAppData)],
      [
        'Early data',
        report.maxEarlyData === 0 ? none : `at most ${bytes(report.maxEarlyData)} may be sent`,
      ],
    ],
    [['Peer', peer(out, report)]],
    secretRows(out, report),
    [['Resumable', verdict(out, report)]],
  ]);
}

const formats: Readonly<Record<Source['format'], string>> = {
  der: 'DER',
  pem: 'PEM',
  base64: 'base64',
  node: 'buffer of node:tls',
};

function heading({ paint, width }: Terminal, source: Source): string {
  const name = source.file === '-' ? 'standard input' : printable(source.file);
  const facts = [formats[source.format], bytes(source.bytes)];
  if (source.openssl3Fields) facts.push('with fields of OpenSSL 3');
  const line = facts.join(' · ');
  const apart = displayWidth(name) + displayWidth(line) + 5 > width ? '\n' : '  ';
  return `${paint('bold', name)}${apart}${paint('dim', line)}`;
}

function protocol({ protocolVersion, protocolVersionNumber }: Report): string {
  const number = `0x${protocolVersionNumber.toString(16).padStart(4, '0')}`;
  return protocolVersion === null || protocolVersion === 'unknown'
    ? `unknown (${number})`
    : protocolVersion;
}

/** Hexadecimal in groups of four bytes, which a line can be broken between. */
function spaced(hex: string): string {
  return (hex.match(/.{1,8}/g) ?? []).join(' ');
}

/** Of what may be long, what tells it apart. */
function beginning(hex: string): string {
  const max = 64;
  const all = hex.length / 2;
  return all > max ? `${spaced(hex.slice(0, max * 2))} … of ${bytes(all)}` : spaced(hex);
}

function made({ time, madeAt, age }: Report): string {
  if (madeAt === null || age === null) return `${time} seconds after 1970`;
  const when = age < 0 ? `${duration(age)} in the future` : `${duration(age)} ago`;
  return `${date(new Date(madeAt))}, ${when}`;
}

function timeLeft(out: Terminal, { timeout, timeLeft: left }: Report): string {
  if (left === null || typeof timeout !== 'number') return `timeout of ${timeout} seconds`;
  const fraction = timeout <= 0 ? 0 : Math.min(Math.max(left / timeout, 0), 1);
  const style = left < 0 ? 'red' : fraction > 0.25 ? 'green' : 'yellow';
  const text =
    left < 0
      ? `expired ${duration(left)} ago, after ${duration(timeout)}`
      : `${duration(left)} of ${duration(timeout)}`;
  const columns = Math.max(Math.min(valueWidth(out) - displayWidth(text) - 2, 48), 10);
  return `${bar(out, style, fraction, columns)}  ${left < 0 ? out.paint('red', text) : text}`;
}

function verdict({ paint }: Terminal, { resumption, timeLeft: left }: Report): string {
  const { offered, reason } = resumption;
  if (!offered) return paint('red', `✗ no: ${reason}`);
  return left !== null && left < 0
    ? paint('yellow', `! perhaps, ${reason}: it expired, and the server decides`)
    : paint('green', `✓ yes, ${reason}`);
}

function ticket({ paint }: Terminal, report: Report): string {
  if (!report.hasTicket) return paint('dim', 'none');
  const hint = report.ticketLifetimeHint;
  const lifetime =
    typeof hint === 'string'
      ? `${hint} seconds`
      : hint === 0
        ? 'an unspecified time'
        : duration(hint);
  return `${bytes(report.ticketLength)}, good for ${lifetime}`;
}

function verified(out: Terminal, result: Report['verifyResult']): string {
  if (result === null) return out.paint('dim', 'libssl cannot print whether it was verified');
  if (result.code === 0) return out.paint('green', 'verified when the session was made');
  const why = `${result.text} (${result.code})`;
  return out.paint('yellow', `not verified when the session was made: ${why}`);
}

function peer(out: Terminal, report: Report): string {
  if (report.peer === null) {
    const subject = report.peerCertificate;
    return subject === null ? out.paint('dim', 'none') : printable(subject);
  }
  const { subject, issuer, validFrom, validTo } = report.peer;
  const lines = [
    out.paint('bold', printable(subject)),
    issuer === subject ? 'issued by itself' : `issued by ${printable(issuer)}`,
    `${day(validFrom)} to ${day(validTo)}${validity(out, report.peer)}`,
    verified(out, report.verifyResult),
  ];
  return lines.join('\n');
}

function day(time: string | null): string {
  return time?.slice(0, 10) ?? 'no date';
}

function validity({ paint }: Terminal, { expired, notYetValid, validFrom, validTo }: Peer): string {
  const distance = (when: string | null) => duration((Date.parse(when ?? '') - Date.now()) / 1000);
  if (expired) return paint('red', `, expired ${distance(validTo)} ago`);
  if (notYetValid) return paint('red', `, not valid for ${distance(validFrom)} yet`);
  return validTo === null ? '' : `, ${distance(validTo)} left`;
}

function secretRows(
  { paint }: Terminal,
  { masterKey, ticket: secretTicket }: Report,
): [string, string | null][] {
  if (masterKey === undefined) return [];
  return [
    ['Master key', masterKey === '' ? paint('dim', 'none') : spaced(masterKey)],
    ['Ticket hex', secretTicket == null ? paint('dim', 'none') : spaced(secretTicket)],
  ];
}
