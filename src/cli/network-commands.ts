// The commands that connect to servers, and the one that is one.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { severities } from '../probe/findings.js';
import { starttlsProtocols } from '../probe/starttls.js';
import { type ConnectOptions, connect } from './connect.js';
import { tlsVersions } from './network.js';
import { type ProbeCommandOptions, probe } from './probe.js';
import { type ServeOptions, serve } from './serve.js';
import { type TraceOptions, trace } from './trace.js';

/** Lines of a shell, as the help has them. */
type Examples = (lines: string[]) => string;

const integer = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
};
const seconds = (text: string): number => {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number.');
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

export function addConnect(program: Command, example: Examples): void {
  program
    .command('connect')
    .summary('talk TLS to a server, with a session to offer and to save')
    .description(
      'Joins standard input and output to a server. Each connection is a line on standard error. ' +
        'The certificate is verified. The exit code is 1 if a session was offered and not resumed, ' +
        'and 2 if there is no connection.',
    )
    .argument('<host[:port]>', 'the server; by default port 443, or that of the protocol')
    .option('--session <file>', 'offer this session: DER, PEM, base64 or a buffer of node:tls')
    .option('--save <file>', 'write the newest session to this file, PEM')
    .option('--reconnect <n>', 'connect so many times more, each with the newest session', integer)
    .option('--keylog <file>', 'append the keys of the connections, for Wireshark')
    .addOption(starttls())
    .addOption(tls())
    .option('--sni <name>', 'the server name to ask for; by default the host')
    .option('--no-sni', 'ask for no server name')
    .option('--alpn <protocols>', 'protocols to offer, with commas between them', commas)
    .option('--ca <file>', 'trusted certificates, PEM; by default those of the system')
    .option('--insecure', 'do not verify the certificate')
    .option('--wait <seconds>', 'how long to wait for answers once the input has ended', seconds, 2)
    .option('--cert <file>', 'the certificate of the client, PEM')
    .option('--key <file>', 'its private key, PEM')
    .action(async (target: string, options: ConnectOptions) => {
      if ((await connect(target, options)) !== 0) process.exitCode = 1;
    })
    .addHelpText(
      'after',
      example([
        'libssl-session connect example.org --save s.pem </dev/null',
        'libssl-session connect example.org --session s.pem </dev/null',
        'libssl-session connect example.org --reconnect 5',
      ]),
    );
}

const atMost = (most: number) => (text: string) => {
  const count = integer(text);
  if (count > most) throw new InvalidArgumentError(`It must be at most ${most}.`);
  return count;
};

export function addServe(program: Command, example: Examples): void {
  program
    .command('serve')
    .summary('a server of TLS that says what it did with each session')
    .description(
      'Serves TLS, and writes a line for each connection: who it is, version, cipher, whether it ' +
        'resumed a session. It answers the first data with the same line, as HTTP.',
    )
    .argument('[port]', 'the port; 0 is any that is free', atMost(65_535), 0)
    .requiredOption('--cert <file>', 'the certificate, PEM')
    .requiredOption('--key <file>', 'its private key, PEM')
    .option('--host <address>', 'the address to listen at', '127.0.0.1')
    .option('--session <file>', 'put this session into the cache')
    .option('--save <file>', 'write the newest session to this file, PEM, at the end')
    .option('--keylog <file>', 'append the keys of the connections, for Wireshark')
    .option('--count <n>', 'end after so many connections', integer)
    .option('--tickets <n>', 'tickets of each handshake of TLS 1.3; by default 2', atMost(255))
    .option('--no-tickets', 'keep sessions, and send only their names')
    .option('--ticket-key <file>', '48 or 80 bytes, which other servers may have, too')
    .option('--lifetime <seconds>', 'how long sessions are good for; by default 7200', integer)
    .option('--early-data <bytes>', 'take early data', integer)
    .option('--request-cert', 'ask for certificates of clients; with --ca they are needed')
    .option('--ca <file>', 'trusted certificates of clients, PEM')
    .addOption(tls())
    .action((port: number, options: ServeOptions) => serve(port, options))
    .addHelpText(
      'after',
      example([
        'libssl-session serve 8443 --cert cert.pem --key key.pem',
        'libssl-session serve 8443 --cert cert.pem --key key.pem --no-tickets --count 2',
      ]),
    );
}
