#!/usr/bin/env node
// The command `libssl-session`: docs/cli.md is its manual page.

import { createRequire } from 'node:module';
import { Command, CommanderError, Help, Option } from 'commander';
import { LibsslError } from '../common/errors.js';
import { type ConvertOptions, convert, targets } from './convert.js';
import { doctor } from './doctor.js';
import { Failure, systemReason } from './failure.js';
import { type InspectOptions, inspect } from './inspect.js';
import { addConnect, addProbe, addServe, addTrace } from './network-commands.js';
import { setup } from './setup.js';
import { hasColors, printable, terminal, wrap } from './terminal.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

function makeProgram(): Command {
  const { paint, width } = terminal(process.stdout);
  const program = new Command('libssl-session')
    .description('Reads TLS sessions with the real SSL_SESSION of OpenSSL 1.1.1.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureHelp({
      styleTitle: (title) => paint('bold', title),
      styleUsage: (usage) => wrap(usage, width - 7).join('\n       '),
      helpWidth: Math.min(width, 100),
      minWidthToWrap: 20,
      // Commander lets a description run over where there is no room beside its term.
      formatItem(term, termWidth, description, helper) {
        if (width - termWidth >= 30) {
          return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
        }
        return [
          ...wrap(term, width - 2).map((line) => `  ${line}`),
          ...wrap(description, width - 6).map((line) => `      ${line}`),
        ].join('\n');
      },
    })
    .configureOutput({
      getOutHasColors: () => hasColors(process.stdout),
      getErrHasColors: () => hasColors(process.stderr),
      outputError: (text) => complain(text.replace(/^error: /, '')),
    });
  // A command that is too long goes on as a shell reads it.
  const command = (line: string) => wrap(line, width - 6).join(' \\\n    ');
  const example = (lines: string[]) =>
    `\n${paint('bold', 'Examples:')}\n${lines.map((line) => `  ${command(line)}\n`).join('')}`;

  program.addHelpText(
    'after',
    example([
      'libssl-session inspect session.pem',
      'libssl-session convert session.pem --to node --out session.bin',
      'libssl-session probe example.org',
      'libssl-session doctor',
    ]),
  );

  program
    .command('inspect')
    .summary('show what is inside a session')
    .description(
      'Shows what is inside a session: DER, PEM, base64, or a session buffer of node:tls; the ' +
        'content decides which. The master key and the ticket are shown only with --secrets.',
    )
    .argument('<file>', 'the session; - for standard input')
    .option('-s, --secrets', 'show the master key and the ticket too')
    .addOption(new Option('-j, --json', 'write JSON').conflicts('text'))
    .option('-t, --text', 'write what "openssl sess_id -noout -text" writes')
    .action((file: string, options: InspectOptions) => inspect(file, options))
    .addHelpText(
      'after',
      example([
        'libssl-session inspect session.pem',
        'openssl s_client -connect example.org:443 -sess_out s.pem </dev/null',
        'libssl-session inspect --text --secrets s.pem',
        'libssl-session inspect --json - <session.bin | jq .timeLeft',
      ]),
    );

  program
    .command('convert')
    .summary('write a session in another form')
    .description(
      'Writes a session in another form, to standard output or to a file of mode 0600. All ' +
        'forms except json contain the master key.',
    )
    .argument('<file>', 'the session; - for standard input')
    .addOption(
      new Option('-t, --to <form>', 'der, pem, node (for tls.connect) or json')
        .choices(targets)
        .makeOptionMandatory(),
    )
    .option('-o, --out <file>', 'write to this file')
    .option('-n, --servername <name>', 'with --to node: the server name to bind it to')
    .action((file: string, options: ConvertOptions) => convert(file, options))
    .addHelpText(
      'after',
      example([
        'libssl-session convert session.bin --to pem --out session.pem',
        'libssl-session convert s.pem --to node --servername example.org --out s.bin',
        'libssl-session convert - --to der <session.pem | openssl asn1parse -inform DER',
      ]),
    );

  addProbe(program, example);
  addTrace(program, example);
  addConnect(program, example);
  addServe(program, example);

  program
    .command('doctor')
    .summary('say which libssl 1.1.1 is used, or why there is none')
    .description(
      'Says which libssl 1.1.1 is used, and that it is isolated from Node’s own OpenSSL. If there ' +
        'is none, lists every place tried and says how to install it; the exit code is 1 then.',
    )
    .option('-j, --json', 'write JSON')
    .action(async (options: { json?: true }) => {
      if ((await doctor(options)) !== 0) process.exitCode = 1;
    })
    .addHelpText(
      'after',
      example([
        'libssl-session doctor',
        'LIBSSL_SESSION_DIR=/opt/openssl-1.1.1/lib libssl-session doctor',
        'libssl-session doctor --json | jq -r .library.version',
      ]),
    );

  program
    .command('setup')
    .summary('fetch libssl 1.1.1 if the system has none')
    .description(
      'If the system has no libssl 1.1.1, fetches the last package that the distribution published, ' +
        'through the apt sources of this machine, verifies its signature, and puts the two ' +
        'libraries into the user’s cache directory. Nothing is installed; no root is needed. Run ' +
        'it again for a newer package.',
    )
    .action(() => setup())
    .addHelpText('after', example(['libssl-session setup', 'libssl-session doctor']));
  return program;
}

/** One line, whatever the text. */
function complain(text: string): void {
  process.stderr.write(`libssl-session: ${printable(text.trim().replace(/\s*\n\s*/g, ' '))}\n`);
}

/** Says what went wrong, and gives the exit code. */
function report(error: unknown): number {
  // Commander has said it already; 0 is for --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    complain(error.message);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const [first = '', ...more] = message.split('\n');
  // A missing library or addon has more to say than a line.
  const unusable = error instanceof LibsslError && more.length > 0;
  complain(unusable ? `${first.replace(/ Tried:$/, '')} See: libssl-session doctor` : first);
  return 1;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who reads has read enough: `libssl-session inspect … | head -1`
  if (error.code === 'EPIPE') return;
  complain(`standard output: ${systemReason(error)}`);
  process.exitCode = 1;
});
process.stderr.on('error', () => {}); // nobody left to tell

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
