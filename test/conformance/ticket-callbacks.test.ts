// test_ticket_callbacks: what a server stores in its tickets, reads from them, and does with them.
// What the callbacks return is given in advance, and the observers count them.

import { randomBytes } from 'node:crypto';
import { sessionCounts, startCounting } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, firstSession, sessionOf } from './sslapitest.js';

beforeAll(startCounting);
afterAll(() => expect(sessionCounts().live, 'sessions left behind').toBe(0));

const appData = Buffer.from('Hello World');

interface Case {
  name: string;
  /** What the decrypt callback returns; without it what the ticket's key says. */
  action?: number;
  reused: boolean;
  renewed: boolean;
}

const cases: readonly Case[] = [
  { name: 'IGNORE', action: C.SSL_TICKET_RETURN_IGNORE, reused: false, renewed: false },
  { name: 'IGNORE_RENEW', action: C.SSL_TICKET_RETURN_IGNORE_RENEW, reused: false, renewed: true },
  { name: 'USE', action: C.SSL_TICKET_RETURN_USE, reused: true, renewed: false },
  { name: 'USE_RENEW', action: C.SSL_TICKET_RETURN_USE_RENEW, reused: true, renewed: true },
  { name: 'key callback', reused: true, renewed: false },
  { name: 'key callback that renews', reused: true, renewed: true },
];

/** A server whose tickets are counted; one ticket for each handshake. */
class TicketServer implements Disposable {
  readonly contexts: Contexts;
  readonly keys = [randomBytes(80), randomBytes(80)] as const;
  generated = 0;
  readonly decrypted: { appData: string; status: number }[] = [];

  constructor({ action }: Case, maxVersion: 'TLSv1.2' | 'TLSv1.3') {
    this.contexts = new Contexts({
      server: { maxVersion, sessionCacheMode: C.SSL_SESS_CACHE_OFF, numTickets: 1 },
    });
    const { handle } = this.contexts.server;
    if (action === undefined) C.SSL_CTX_set_tlsext_ticket_keys(handle, [this.keys[0]]);
    C.SSL_CTX_set_session_ticket_cb(
      handle,
      { appData, rules: action === undefined ? [] : [{ action }] },
      () => {
        this.generated += 1;
      },
      (_ssl, data, status) => this.decrypted.push({ appData: data.toString(), status }),
    );
  }

  /** From now on another key encrypts; tickets of the first are to be renewed. */
  changeKey(): void {
    C.SSL_CTX_set_tlsext_ticket_keys(this.contexts.server.handle, [this.keys[1], this.keys[0]]);
  }

  reset(): void {
    this.generated = 0;
    this.decrypted.length = 0;
  }

  [Symbol.dispose](): void {
    this.contexts[Symbol.dispose]();
  }
}

describe.each([...cases.entries()])('1.1 test_ticket_callbacks', (row, each) => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const tls13 = version === 'TLSv1.3';
    const index = 2 * row + (tls13 ? 1 : 0);
    const fact = (what: string) =>
      `1.1 test_ticket_callbacks ${index} (${version}, ${each.name}): ${what}`;
    const { reused } = each;
    // OpenSSL's key callback of 9 answers 1, and then a TLS 1.3 client that resumes gets no new
    // ticket. Keys that are given in advance answer 2 there: cases 9 and 11 are one here.
    const renewed = each.renewed || (tls13 && each.action === undefined);

    const first = tls13 ? 'decrypt 0' : 'decrypt 1, with status EMPTY';
    test(fact(`first handshake: generate 1, ${first}`), () => {
      using server = new TicketServer(each, version);
      using session = firstSession(server.contexts);
      expect(session.hasTicket).toBe(true);
      expect(server.generated).toBe(1);
      const empty = { appData: '', status: C.SSL_TICKET_EMPTY };
      expect(server.decrypted).toEqual(tls13 ? [] : [empty]);
    });

    const second = `reused = ${reused ? 1 : 0}, generate ${renewed ? 1 : 0}, decrypt 1`;
    test(fact(`resumption: ${second}; the ticket holds the 11 bytes`), () => {
      using server = new TicketServer(each, version);
      using session = firstSession(server.contexts);
      server.reset();
      if (each.action === undefined && each.renewed) server.changeKey();
      using pair = server.contexts.connect({ session });
      expect(pair.reused).toBe(reused);
      expect(server.generated).toBe(renewed ? 1 : 0);
      expect(server.decrypted.map((one) => one.appData)).toEqual(['Hello World']);
      using resumed = sessionOf(pair.server);
      if (reused) expect(resumed.ticketAppData).toEqual(appData);
    });
  }
});
