// The openssl command of 1.1.1 as a peer that prints its messages and extensions. What it prints with
// -trace has to be compiled in, and Debian's has it not; -msg has the same messages, with all bytes,
// and -tlsextdebug the extensions that come.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo, SslConnection, type SslContext, type SslSession } from 'libssl-session';
import { join, until } from '../support/socket.js';

const program = fileURLToPath(new URL('../../.libssl/openssl', import.meta.url));
export const missing = existsSync(program)
  ? undefined
  : 'the openssl 1.1.1 command is not in .libssl (npm run setup fetches it where it can)';
const host = '127.0.0.1';
export const path = (name: string) =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A message as openssl prints it. */
export interface Printed {
  direction: 'sent' | 'received';
  /** `Handshake`; of the header of a record, nothing. */
  content: string;
  /** `ClientHello`; of other content than a handshake's, nothing. */
  name: string;
  length: number;
  hex: string;
}

/** An extension that came. */
export interface PrintedExtension {
  from: 'client' | 'server';
  type: number;
  length: number;
}

const message =
  /^(>>>|<<<) [^\n[]*?(\w*) \[length ([0-9a-f]+)\](?:, (\w+))?[^\n]*\n((?: {4}[0-9a-f ]+\n)*)/gm;
const extension = /^TLS (client|server) extension "[^"\n]*" \(id=(\d+)\), len=(\d+)$/gm;

export function readMessages(text: string): Printed[] {
  return Array.from(
    text.matchAll(message),
    ([, arrow, content = '', length = '', name = '', bytes = '']) => ({
      direction: arrow === '>>>' ? 'sent' : 'received',
      content,
      name,
      length: Number.parseInt(length, 16),
      hex: bytes.replace(/\s/g, ''),
    }),
  );
}

export function readExtensions(text: string): PrintedExtension[] {
  return Array.from(text.matchAll(extension), ([, from, type, length]) => ({
    from: from as 'client' | 'server',
    type: Number(type),
    length: Number(length),
  }));
}

class Command {
  text = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;

  constructor(...parameters: string[]) {
    const env = { LD_LIBRARY_PATH: dirname(libraryInfo().libssl), OPENSSL_CONF: '/dev/null' };
    this.#child = spawn(program, parameters, { env, stdio: 'pipe' });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (bytes) => {
        this.text += bytes.toString('latin1');
      });
    }
  }

  async match(pattern: RegExp): Promise<string[]> {
    await until(this.#child.stdout, () => pattern.test(this.text)).catch(() => {
      throw new Error(`there is no ${pattern} in what openssl said:\n${this.text}`);
    });
    return this.text.match(pattern) ?? [];
  }

  /** At the end of its standard input it ends. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#closed;
  }

  async kill(): Promise<void> {
    this.#child.kill();
    await this.#closed;
  }
}

const closeNotify = /^<<< .*Alert.*close_notify/m;

/** An s_server that answers backwards. It prints what it sees. */
export class Server {
  readonly #command: Command;
  #port = 0;

  constructor(...parameters: string[]) {
    this.#command = new Command(
      ...['s_server', '-accept', `${host}:0`, '-rev', '-msg', '-tlsextdebug'],
      ...['-cert', path('tls-cert.pem'), '-key', path('tls-key.pem')],
      ...parameters,
    );
  }

  /** One connection from its start to its end; `watch` is called before it begins. What the server printed. */
  async serve(
    context: SslContext,
    session: SslSession | null,
    watch: (connection: SslConnection) => void,
  ): Promise<{ printed: string; session: SslSession | null; reused: boolean }> {
    if (this.#port === 0) {
      this.#port = Number((await this.#command.match(/^ACCEPT .*:(\d+)$/m))[1]);
    }
    this.#command.text = '';
    using connection = new SslConnection(context, { servername: 'localhost', session });
    watch(connection);
    const socket = net.connect(this.#port, host);
    await once(socket, 'connect');
    await join(connection, socket);
    connection.write(Buffer.from('forward\n'));
    socket.write(connection.take());
    let answer = '';
    await until(socket, () => {
      answer += connection.read()?.toString() ?? '';
      return answer.includes('\n');
    });
    const made = connection.session;
    const reused = connection.sessionReused;
    connection.shutdown();
    socket.removeAllListeners('data').resume();
    socket.end(connection.take());
    await this.#command.match(closeNotify);
    if (!socket.destroyed) await once(socket, 'close');
    return { printed: this.#command.text, session: made, reused };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command.kill();
  }
}

/** What an s_client prints of one connection to a server of this library. */
export async function printedByClient(
  context: SslContext,
  watch: (connection: SslConnection) => void,
  ...parameters: string[]
): Promise<{ printed: string; reused: boolean }> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new Command(
    ...['s_client', '-connect', `${host}:${port}`, '-servername', 'localhost'],
    ...['-msg', '-tlsextdebug', ...parameters],
  );
  const [socket] = (await once(server, 'connection')) as [net.Socket];
  using connection = new SslConnection(context);
  watch(connection);
  await join(connection, socket);
  const reused = connection.sessionReused;
  connection.write(Buffer.from('some words\n'));
  socket.write(connection.take());
  await client.match(/^some words$/m);
  connection.shutdown();
  socket.removeAllListeners('data').resume();
  socket.end(connection.take());
  await client.end();
  server.close();
  return { printed: client.text, reused };
}
