// The commands that connect to servers.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { severities } from '../probe/findings.js';
import { starttlsProtocols } from '../probe/starttls.js';
import { tlsVersions } from './network.js';
import { type ProbeCommandOptions, probe } from './probe.js';
import { type TraceOptions, trace } from './trace.js';

/** Lines of a shell, as the help has them. */
type Examples = (lines: string[]) => string;

const integer = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
};
const commas = (text: string): string[] => text.split(',');
const more = (text: string, before: string[] = []): string[] => [...before, text];

export function addProbe(program: Command, example: Examples): void {
  program
    .command('probe')
    .summary('see what a server does with sessions')
    .description(
      'Makes about 80 connections to a server, one after the other, and says what it does with ' +
        'sessions, TLS 1.0 to 1.3. It sends handshakes; where a server wants data before it gives ' +
        'tickets, and as early data, it sends “HEAD / HTTP/1.0”. Probe your own servers only. The ' +
        'exit code is 2 if there is nothing to probe.',
    )
    .argument('<host[:port]>', 'the server; by default port 443, or that of the protocol')
    .option('-j, --json', 'write JSON, as libssl-session/probe.schema.json describes it')
    .addOption(starttls())
    .option('--sni <name>', 'the server name to ask for; by default the host')
    .option('--no-sni', 'ask for no server name')
    .option('--resolve <addresses>', 'the addresses of the host, with commas between them', commas)
    .option('--other-name <name>', 'also offer sessions under this name; may be repeated', more)
    .option('--attempts <n>', 'how often each question is asked; by default 5', integer)
    .option('--timeout <seconds>', 'the most time for all; by default 60', integer)
    .option('--lifetime <seconds>', 'look how long sessions are accepted, for so long', integer)
    .option('--replay', 'send early data twice, to see whether it is accepted twice')
    .option('--cert <file>', 'the certificate of the client, PEM')
    .option('--key <file>', 'its private key, PEM')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 if a finding is as bad').choices(severities),
    )
    .action(async (target: string, options: ProbeCommandOptions) => {
      if ((await probe(target, options)) !== 0) process.exitCode = 1;
    })
    .addHelpText(
      'after',
      example([
        'libssl-session probe example.org',
        'libssl-session probe mail.example.org --starttls smtp --json | jq .findings',
        'libssl-session probe localhost:8443 --sni example.org --replay --fail-on medium',
        'libssl-session probe example.org --lifetime 600',
      ]),
    );
}

const starttls = () =>
  new Option('--starttls <protocol>', 'what is spoken before TLS').choices(starttlsProtocols);
const tls = () => new Option('--tls <version>', 'only this version of TLS').choices(tlsVersions);

export function addTrace(program: Command, example: Examples): void {
  program
    .command('trace')
    .summary('show a handshake and its resumption, message by message')
    .description(
      'Makes a full handshake and offers its session, and shows the messages of both with their ' +
        'sizes and times, decrypted; keys and tickets are left out. The exit code is 1 if no ' +
        'session was resumed, and 2 if there is no server of TLS.',
    )
    .argument('<host[:port]>', 'the server; by default port 443, or that of the protocol')
    .option('-j, --json', 'write JSON')
    .option('-v, --verbose', 'also show what each message says')
    .addOption(starttls())
    .addOption(tls())
    .option('--sni <name>', 'the server name to ask for; by default the host')
    .option('--no-sni', 'ask for no server name')
    .option('--resolve <addresses>', 'the addresses of the host, with commas between them', commas)
    .action(async (target: string, options: TraceOptions) => {
      if ((await trace(target, options)) !== 0) process.exitCode = 1;
    })
    .addHelpText(
      'after',
      example([
        'libssl-session trace example.org',
        'libssl-session trace example.org --tls 1.2 --verbose',
      ]),
    );
}
