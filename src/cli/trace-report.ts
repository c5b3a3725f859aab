// What `trace` writes for eyes: a ladder of messages.

import { bytes, displayWidth, printable, type Terminal, wrap } from './terminal.js';
import type { TimedMessage, TracedConnection, TraceReport } from './trace-run.js';

const by = { id: 'by id', ticket: 'by ticket', psk: 'by PSK' } as const;

/** `Full handshake`, `Resumption by PSK`. */
export function titleOf({ offered, resumed }: TracedConnection): string {
  if (offered === null) return 'Full handshake';
  return resumed
    ? `Resumption ${by[offered]}`
    : `A session offered ${by[offered]}, and not resumed`;
}

/** Version, cipher suite, time and sizes. */
export function factsOf({ protocol, cipher, handshake, ...connection }: TracedConnection): string {
  return [
    ...(protocol === null ? [] : [`${protocol}, ${cipher}`]),
    ...(handshake === null ? [] : [`${handshake} ms`]),
    `${bytes(connection.bytesSent)} sent, ${bytes(connection.bytesReceived)} received`,
  ].join(' · ');
}

export const noSession = 'the server gave no session';

/** What a message says, a field or an extension on each line. */
export function saidBy({ fields, extensions, malformed }: TimedMessage): string[] {
  return [
    ...fields.map(({ name, value }) => `${name} ${value}`),
    ...extensions.map(
      ({ name, length, value, malformed: wrong }) =>
        `${name}(${length}) ${value}${wrong === null ? '' : ` MALFORMED: ${wrong}`}`,
    ),
    ...(malformed === null ? [] : [`MALFORMED: ${malformed}`]),
  ].map((line) => printable(line.trimEnd()));
}

export function renderTrace(out: Terminal, report: TraceReport, verbose: boolean): string {
  const parts = report.connections.map((connection) => renderConnection(out, connection, verbose));
  if (report.connections.length === 1) parts.push(` ${out.paint('yellow', `! ${noSession}`)}\n`);
  const text = parts.join('\n');
  return out.spaced ? `\n${text}\n` : text;
}

function renderConnection(out: Terminal, connection: TracedConnection, verbose: boolean): string {
  const { paint, width } = out;
  const { offered, resumed, error, messages } = connection;
  const style = offered !== null && !resumed ? 'yellow' : 'bold';
  const lines = [
    paint(style, titleOf(connection)),
    ...wrap(factsOf(connection), width - 2).map((line) => paint('dim', line)),
  ];
  const nameWidth = Math.max(...messages.map(({ name }) => printable(name).length));
  for (const message of messages) {
    const sent = message.from === 'client';
    const arrow = paint(sent ? 'cyan' : 'green', sent ? '────▶' : '◀────');
    const time = `${message.at.toFixed(1)} ms`.padStart(10);
    const name = printable(message.name).padEnd(nameWidth);
    const size = message.length.toLocaleString('en-US').padStart(6);
    lines.push(`${time}  ${arrow}  ${name}  ${paint('dim', size)}`);
    if (!verbose) continue;
    for (const said of saidBy(message)) {
      const [first = '', ...rest] = wrap(said, width - 24);
      for (const line of [first, ...rest.map((each) => `  ${each}`)]) {
        lines.push(`${' '.repeat(19)}${paint('dim', line)}`);
      }
    }
  }
  if (error !== null) lines.push(...wrap(paint('red', `✗ ${printable(error)}`), width - 2));
  lines.push(
    `${' '.repeat(12)}${paint('dim', '▶ client to server, ◀ server to client; in bytes')}`,
  );
  return lines.map((line) => (displayWidth(line) === 0 ? '\n' : ` ${line}\n`)).join('');
}
