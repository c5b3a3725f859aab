// Servers whose configuration is known, and probes of them.

import { type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import nodeTls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { libraryInfo, SslContext, type SslContextOptions } from 'libssl-session';
import { type ProbeOptions, type ProbeResult, probe } from 'libssl-session/probe';
import * as tls from 'libssl-session/tls';
import { expect } from 'vitest';
import { fixture } from '../support/fixture.js';

export const host = '127.0.0.1';
export const cert = fixture('tls-cert.pem');
export const key = fixture('tls-key.pem');
export const client = {
  cert: fixture('options-good-cert.pem'),
  key: fixture('options-good-key.pem'),
};

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const schema = JSON.parse(readFileSync(path('../../schemas/probe.schema.json'), 'utf8'));
const validate = new Ajv({ allowUnionTypes: true, strict: false }).compile(schema);

/** Probes, without pauses, and compares the result with its schema. */
export async function probeOf(
  { port }: { port: number },
  options: ProbeOptions = {},
  at = host,
): Promise<ProbeResult> {
  const few = { attempts: 3, pause: 0, servername: 'localhost' };
  const result = await probe({ host: at, port }, { ...few, ...options });
  // As a program gets it that reads JSON.
  expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true);
  expect(result.stopped).toBe(null);
  return result;
}

const answer = 'HTTP/1.0 200 OK\r\n\r\n';

type Server = net.Server & { close(done: () => void): unknown };

async function listening(server: net.Server, address: string, port = 0): Promise<Listening> {
  server.listen(port, address);
  await once(server, 'listening');
  const close = () => new Promise<void>((resolve) => (server as Server).close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, close };
}

export interface Where {
  address?: string;
  port?: number;
}

/** A server of this library, which answers any data as HTTP. */
export async function serve(
  options: Partial<SslContextOptions> = {},
  { address = host, port = 0 }: Where = {},
): Promise<Listening> {
  const own = { cert, key, sessionIdContext: 'probe', securityLevel: 0 };
  const context = new SslContext({ ...own, ...options, role: 'server' });
  const server = tls.createServer({ secureContext: context }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.end(answer));
  });
  const { port: its, close } = await listening(server, address, port);
  return { port: its, close: () => close().finally(() => context.free()) };
}

/** A server of the running Node. */
export function serveNode(options: nodeTls.TlsOptions = {}): Promise<Listening> {
  const server = nodeTls.createServer({ cert, key, ...options }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.end(answer));
  });
  return listening(server, host);
}

/** A server of TCP. */
export function serveTcp(onSocket: (socket: net.Socket) => void): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listening(server, host).then(({ port, close }) => ({
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return close();
    },
  }));
}

/** An `openssl` command. */
export interface Openssl {
  name: string;
  program: string;
  env: NodeJS.ProcessEnv;
  /** Why it is not here; undefined when it is. */
  missing: string | undefined;
}

const own = path('../../.libssl/openssl');
export const openssl111: Openssl = {
  name: 'openssl 1.1.1',
  program: own,
  env: { ...process.env, LD_LIBRARY_PATH: dirname(libraryInfo().libssl) },
  missing: existsSync(own)
    ? undefined
    : 'the openssl 1.1.1 command is not in .libssl (npm run setup fetches it where it can)',
};

const its = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '';
/** That of the machine, if it is a 3. */
export const openssl3: Openssl = {
  name: 'openssl 3',
  program: 'openssl',
  env: process.env,
  missing: its.startsWith('OpenSSL 3.') ? undefined : 'the machine has no openssl command of 3.x',
};

/** Its `s_server`. */
export async function serveOpenssl(
  { program, env }: Openssl,
  ...options: string[]
): Promise<Listening> {
  const files = { '-cert': 'tls-cert.pem', '-key': 'tls-key.pem' };
  const credentials = Object.entries(files).flatMap(([option, name]) => [
    option,
    path(`../fixtures/${name}`),
  ]);
  const free = await serveTcp(() => {});
  await free.close();
  const args = ['s_server', '-accept', `${host}:${free.port}`, ...credentials, ...options];
  const stdio: StdioOptions = ['pipe', 'pipe', 'ignore']; // it ends with its input
  const child = spawn(program, args, { stdio, env });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text) => {
      if (String(text).includes('ACCEPT')) resolve();
    });
    child.on('exit', () => reject(new Error('openssl s_server has ended')));
  });
  await ready;
  const close = async () => {
    child.removeAllListeners('exit');
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { port: free.port, close };
}

/** What a probe says of how sessions are resumed: `TLSv1.2 ticket: 3/3`. */
export const resumption = ({ observations }: ProbeResult): string[] =>
  observations.resumption.map(
    ({ version, by, yes, of, given }) => `${version} ${by}: ${yes}/${of}, ${given} given`,
  );

export const findingIds = ({ findings }: ProbeResult): string[] =>
  findings.map(({ id, severity }) => `${severity}: ${id}`);
