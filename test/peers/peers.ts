// Those that shake hands in peers.test.ts: this library, openssl 1.1.1, openssl 3 and node:tls. Each
// is a server that answers what it is told backwards, and a client that says something to one.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join as joinPath } from 'node:path';
import type { Readable } from 'node:stream';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { libraryInfo, SslConnection, SslContext, SslSession } from 'libssl-session';
import { fixture } from '../support/fixture.js';
import { join, until } from '../support/socket.js';

export type Version = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export interface Server {
  readonly port: number;
  close(): Promise<void>;
}

export interface Said {
  answer: string;
  reused: boolean;
  /** Yours. */
  session: SslSession | null;
}

export interface Peer {
  readonly name: string;
  /** Why it is not here. */
  readonly missing?: string | undefined;
  serve(version: Version): Promise<Server>;
  /** Says `text` and waits for the answer; the certificate and its name are checked. */
  say(text: string, port: number, version: Version, session: SslSession | null): Promise<Said>;
}

const path = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const cert = fixture('tls-cert.pem');
const key = fixture('tls-key.pem');
const servername = 'localhost';
const host = '127.0.0.1';
const backwards = (text: string) => [...text].reverse().join('');
const answerTo = (text: string) => backwards(text.trimEnd());

// TLS 1.0 and 1.1 are below security level 1 in OpenSSL 3.
const ciphers = (version: Version) => (version < 'TLSv1.2' ? 'DEFAULT@SECLEVEL=0' : 'DEFAULT');
const only = (version: Version) => ({ minVersion: version, maxVersion: version });

// ---- This library.

export const ours: Peer = {
  name: 'libssl-session',

  async serve(version) {
    const context = new SslContext({
      role: 'server',
      cert,
      key,
      securityLevel: 0,
      ...only(version),
    });
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      const connection = new SslConnection(context);
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        connection.free();
      });
      join(connection, socket).catch(() => socket.destroy());
      socket.on('data', () => {
        const text = connection.state === 'open' ? connection.read()?.toString() : undefined;
        if (text === undefined) return;
        connection.write(Buffer.from(`${answerTo(text)}\n`));
        socket.write(connection.take());
      });
    });
    await once(server.listen(0, host), 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        for (const socket of sockets) socket.destroy();
        await once(server.close(), 'close');
        context.free();
      },
    };
  },

  async say(text, port, version, session) {
    using context = new SslContext({
      role: 'client',
      ca: cert,
      securityLevel: 0,
      ...only(version),
    });
    using connection = new SslConnection(context, { servername, session });
    const socket = net.connect(port, host);
    try {
      await once(socket, 'connect');
      await join(connection, socket);
      let answer = '';
      connection.write(Buffer.from(`${text}\n`));
      socket.write(connection.take());
      await until(socket, () => {
        answer += connection.read()?.toString() ?? '';
        return answer.includes('\n');
      });
      const said = {
        answer: answer.trimEnd(),
        reused: connection.sessionReused,
        session: connection.session,
      };
      connection.shutdown();
      socket.end(connection.take());
      return said;
    } finally {
      if (!socket.writableEnded) socket.destroy();
      socket.removeAllListeners('data').resume();
      if (!socket.destroyed) await once(socket, 'close');
    }
  },
};

// ---- node:tls.

export const node: Peer = {
  name: 'node:tls',

  async serve(version) {
    const sockets = new Set<net.Socket>();
    const server = tls.createServer(
      { cert, key, ciphers: ciphers(version), ...only(version) },
      (socket) => {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('data', (text) => socket.write(`${answerTo(text.toString())}\n`));
      },
    );
    await once(server.listen(0, host), 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        for (const socket of sockets) socket.destroy();
        await once(server.close(), 'close');
      },
    };
  },

  async say(text, port, version, session) {
    const socket = tls.connect({
      port,
      host,
      servername,
      ca: cert,
      ciphers: ciphers(version),
      ...only(version),
      ...(session !== null && { session: session.toNodeSession({ servername }) }),
    });
    let newest: Buffer | undefined;
    socket.on('session', (bytes) => {
      newest = bytes;
    });
    await once(socket, 'secureConnect');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString();
    });
    socket.write(`${text}\n`);
    await until(socket, () => answer.includes('\n'));
    const reused = socket.isSessionReused();
    const bytes = newest ?? socket.getSession();
    socket.end();
    await once(socket, 'close');
    return {
      answer: answer.trimEnd(),
      reused,
      session: bytes === undefined ? null : SslSession.fromNodeSession(bytes),
    };
  },
};

// ---- The openssl command.

interface Command {
  name: string;
  program: string;
  env: NodeJS.ProcessEnv;
  missing: string | undefined;
  /** The sessions of OpenSSL 3 have fields that 1.1.1 does not know. */
  read(pem: string): SslSession;
}

/** What a process says, to be waited for. */
class Output {
  text = '';
  readonly #stdout: Readable;

  constructor({ stdout, stderr }: ChildProcessWithoutNullStreams) {
    this.#stdout = stdout;
    for (const stream of [stdout, stderr]) {
      stream.on('data', (bytes) => {
        this.text += bytes.toString();
      });
    }
  }

  /** Waits for what matches, and gives it with its groups. */
  async match(pattern: RegExp): Promise<string[]> {
    await until(this.#stdout, () => pattern.test(this.text)).catch(() => {
      throw new Error(`there is no ${pattern} in what openssl said:\n${this.text}`);
    });
    return this.text.match(pattern) ?? [];
  }
}

const options: Readonly<Record<Version, string>> = {
  TLSv1: '-tls1',
  'TLSv1.1': '-tls1_1',
  'TLSv1.2': '-tls1_2',
  'TLSv1.3': '-tls1_3',
};

function command({ name, program, env, missing, read }: Command): Peer {
  // Its standard input stays open: at its end s_server and s_client end too.
  const start = (...parameters: string[]) => {
    const child = spawn(program, parameters, { env, stdio: 'pipe' });
    return { child, output: new Output(child), closed: once(child, 'close') };
  };
  return {
    name,
    missing,

    async serve(version) {
      const { child, output, closed } = start(
        ...['s_server', '-accept', `${host}:0`, '-rev', options[version]],
        ...['-cert', path('tls-cert.pem'), '-key', path('tls-key.pem')],
        ...['-cipher', ciphers(version)],
      );
      const [, port] = await output.match(/^ACCEPT .*:(\d+)$/m);
      return {
        port: Number(port),
        async close() {
          child.kill();
          await closed;
        },
      };
    },

    async say(text, port, version, session) {
      const directory = mkdtempSync(joinPath(tmpdir(), 'libssl-session-peers-'));
      const saved = joinPath(directory, 'out.pem');
      const offered = joinPath(directory, 'in.pem');
      if (session !== null) writeFileSync(offered, session.toPem());
      try {
        const { child, output, closed } = start(
          ...['s_client', '-connect', `${host}:${port}`, options[version]],
          ...['-CAfile', path('tls-cert.pem'), '-verify_return_error'],
          ...['-servername', servername, '-verify_hostname', servername],
          ...['-cipher', ciphers(version), '-sess_out', saved],
          ...(session === null ? [] : ['-sess_in', offered]),
        );
        const [, kind] = await output.match(/^(New|Reused), /m);
        child.stdin.write(`${text}\n`);
        await output.match(new RegExp(`^${backwards(text)}$`, 'm'));
        child.stdin.end();
        await closed;
        return {
          answer: backwards(text),
          reused: kind === 'Reused',
          session: existsSync(saved) ? read(readFileSync(saved, 'latin1')) : null,
        };
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  };
}

const ofThisLibrary = fileURLToPath(new URL('../../.libssl/openssl', import.meta.url));

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^\n]+-----/g, ''), 'base64');
}

export const peers: readonly Peer[] = [
  command({
    name: 'openssl 1.1.1',
    program: ofThisLibrary,
    env: { LD_LIBRARY_PATH: dirname(libraryInfo().libssl), OPENSSL_CONF: '/dev/null' },
    missing: existsSync(ofThisLibrary)
      ? undefined
      : 'the openssl 1.1.1 command is not in .libssl (npm run setup fetches it where it can)',
    read: SslSession.fromPem,
  }),
  command({
    name: 'openssl 3',
    program: 'openssl',
    env: { PATH: process.env.PATH, OPENSSL_CONF: '/dev/null' },
    missing: spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout?.startsWith('OpenSSL 3')
      ? undefined
      : 'this machine has no openssl 3 command',
    read: (pem) => SslSession.fromNodeSession(derOf(pem)),
  }),
  node,
];
