// FTPS against a real vsftpd that takes a data connection only if it resumes the session of the
// control connection: a plain client, and basic-ftp by its hooks.

import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type net from 'node:net';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { SecureVersion } from 'node:tls';
import { Client, type FTPContext } from 'basic-ftp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixture } from '../../support/fixture.js';
import { type Ftp, noVsftpd, startVsftpd } from '../../support/vsftpd.mjs';
import { Dialogue } from './dialogue.js';
import {
  afterTest,
  connected,
  nodeTls,
  type Session,
  type Tls,
  type TlsSocket,
  textOf,
  tlss,
} from './support.js';

const large = Buffer.alloc(3_000_001, 'the quick brown fox ');

/** Where the server's answer says that it waits for the data connection. */
function portOf(answer: string): number {
  const [, high, low] = /(\d+),(\d+)\)/.exec(answer) ?? [];
  return Number(high) * 256 + Number(low);
}

/** Upgrades connections, and resumes the last session that one of them was given. */
class Upgrades {
  #session: Session | undefined;
  readonly reused: (boolean | null)[] = [];
  readonly #tls: Tls;
  readonly #version: SecureVersion;
  /** By which name the server is asked for. */
  servername = 'localhost';
  constructor(tls: Tls, version: SecureVersion) {
    this.#tls = tls;
    this.#version = version;
    afterTest(() => this.forget());
  }
  forget(): void {
    this.#tls.free(this.#session);
    this.#session = undefined;
  }
  upgrade(socket: net.Socket): TlsSocket {
    const secure = this.#tls.connect({
      socket,
      servername: this.servername,
      // The server has one name only, and here it is asked for by others.
      ...(this.servername !== 'localhost' && { checkServerIdentity: () => undefined }),
      ca: fixture('options-ca.pem'),
      minVersion: this.#version,
      maxVersion: this.#version,
      session: this.#session as Buffer | undefined,
    });
    secure.on('session', (session: Session) => {
      this.forget();
      this.#session = session;
    });
    secure.on('secureConnect', () => this.reused.push(secure.isSessionReused()));
    return secure;
  }
}

/** A plain client: commands and their answers, and data connections. */
class Plain {
  readonly upgrades: Upgrades;
  readonly #dialogue: Dialogue;
  private constructor(dialogue: Dialogue, upgrades: Upgrades) {
    this.#dialogue = dialogue;
    this.upgrades = upgrades;
  }
  static async login(socket: net.Socket, upgrades: Upgrades): Promise<Plain> {
    const clear = new Dialogue(socket);
    await clear.answer();
    await clear.ask('AUTH TLS');
    clear.leave();
    const secure = upgrades.upgrade(socket);
    await once(secure, 'secureConnect');
    const dialogue = new Dialogue(secure);
    for (const line of ['USER anonymous', 'PBSZ 0', 'PROT P', 'TYPE I']) await dialogue.ask(line);
    return new Plain(dialogue, upgrades);
  }
  ask(command: string): Promise<string> {
    return this.#dialogue.ask(command);
  }
  /** A data connection for `command`; what it brings, and the control connection's last answer. */
  async transfer(command: string, sent?: Buffer): Promise<[string, string]> {
    const raw = await connected(portOf(await this.ask('PASV')));
    this.#dialogue.say(command);
    const data = this.upgrades.upgrade(raw);
    if (sent !== undefined) data.end(sent);
    const text = await textOf(data).catch((error) => String(error));
    const first = await this.#dialogue.answer();
    return [text, first.startsWith('1') ? await this.#dialogue.answer() : first];
  }
}

const cases = tlss.flatMap((tls) =>
  (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ tls, version })),
);

describe.skipIf(noVsftpd !== undefined).each(cases)('$tls.name, $version:', ({ tls, version }) => {
  let ftp: Ftp;
  beforeEach(async () => {
    ftp = await startVsftpd();
    mkdirSync(join(ftp.files, 'sub'));
    writeFileSync(join(ftp.files, 'large'), large);
  });
  afterEach(() => ftp.close());

  async function login(): Promise<Plain> {
    return Plain.login(await connected(ftp.port), new Upgrades(tls, version));
  }

  test('data connections resume the session of the control connection', async () => {
    const plain = await login();
    const [listing, done] = await plain.transfer('LIST files');
    expect(listing).toMatch(/ large\r\n.* sub\r\n$/s);
    expect(done).toMatch(/^226 /);
    const [text] = await plain.transfer('RETR files/large');
    expect(Buffer.from(text).equals(large)).toBe(true);
    const [, stored] = await plain.transfer('STOR files/sub/copy', large);
    expect(stored).toMatch(/^226 /);
    expect(readFileSync(join(ftp.files, 'sub', 'copy')).equals(large)).toBe(true);
    expect(plain.upgrades.reused).toEqual([false, true, true, true]);
    expect(await plain.ask('QUIT')).toMatch(/^221 /);
  });

  test('the server may have another name for data connections', async ({ skip }) => {
    skip(tls === nodeTls, 'newer releases of node:tls bind a session to the name');
    const plain = await login();
    plain.upgrades.servername = 'data.localhost';
    const [, done] = await plain.transfer('LIST files');
    expect(done).toMatch(/^226 /);
    expect(plain.upgrades.reused).toEqual([false, true]);
  });

  test('the server refuses a data connection with a session of its own', async () => {
    const plain = await login();
    plain.upgrades.forget();
    const [, refused] = await plain.transfer('RETR files/large');
    expect(refused).toBe('522 SSL connection failed: session reuse required\r\n');
    expect(plain.upgrades.reused).toEqual([false, false]);
  });

  test('basic-ftp lists, stores and retrieves over sockets of ours', async () => {
    const upgrades = new Upgrades(tls, version);
    const client = new Client(10_000);
    afterTest(() => client.close());
    await client.connect('127.0.0.1', ftp.port);
    await client.send('AUTH TLS');
    const control = upgrades.upgrade(client.ftp.socket);
    await once(control, 'secureConnect');
    // It is typed for sockets of Node.
    client.ftp.socket = control as unknown as net.Socket;
    client.prepareTransfer = async (context: FTPContext) => {
      const answer = await context.request('PASV');
      const raw = await connected(portOf(answer.message));
      context.dataSocket = upgrades.upgrade(raw) as unknown as net.Socket;
      return answer;
    };
    await client.login();
    await client.useDefaultSettings();
    await client.cd('files');
    await client.uploadFrom(Readable.from([large]), 'sub/copy');
    expect(readFileSync(join(ftp.files, 'sub', 'copy')).equals(large)).toBe(true);
    const names = (await client.list()).map(({ name }) => name);
    expect(names).toEqual(['large', 'sub']);
    const chunks: Buffer[] = [];
    const into = new Writable({
      write(chunk, _, done) {
        chunks.push(chunk);
        done();
      },
    });
    await client.downloadTo(into, 'sub/copy');
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
    expect(upgrades.reused).toEqual([false, true, true, true]);
  });
});
