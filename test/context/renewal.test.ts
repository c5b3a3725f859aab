// Tickets that a server renews: when it does, and how a client learns of the new session.

import {
  type SslAnswers,
  type SslConnection,
  type SslContext,
  type SslContextOptions,
  SslSession,
} from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { describe, expect, test } from 'vitest';
import * as named from '../support/c-named.js';
import { stackForTests } from '../support/contexts.js';

const stack = stackForTests();

const key = (byte: number, size = 48) => Buffer.alloc(size, byte);

function end(...connections: SslConnection[]): void {
  for (const connection of connections) connection.shutdown();
  for (const connection of connections) connection.free();
}

/** The sessions that a client's event brings as it resumes one, and whether it did. */
function resume(client: SslContext, server: SslContext, session: SslSession) {
  const [ours, theirs] = stack.pair(client, server, { session });
  const sessions: SslSession[] = [];
  ours.on('session', (each) => sessions.push(stack.add(each)));
  join(ours, theirs);
  const { sessionReused, session: current } = ours;
  if (current !== null) stack.add(current);
  end(ours, theirs);
  return { sessions, sessionReused, current };
}

function join(ours: SslConnection, theirs: SslConnection): void {
  for (let i = 0; i < 4; ++i) {
    if (i === 0) ours.handshake();
    theirs.receive(ours.take());
    ours.receive(theirs.take());
  }
}

const tickets: Record<string, Partial<SslContextOptions>> = {
  'keys of libssl': {},
  'keys of 48 bytes': { ticketKeys: key(1) },
  'keys of 80 bytes': { ticketKeys: key(1, 80) },
  'several keys': { ticketKeys: [key(1), key(2)] },
  'stateful tickets': { noTicket: true },
  'stateful tickets, against replay of early data': { ticketKeys: key(1), maxEarlyData: 100 },
  'a rule that renews': { ticketKeys: key(1), ticketRules: [{ action: 'renew' }] },
};
describe('in TLS 1.3 a resumption brings one new ticket, with', () => {
  test.each(Object.keys(tickets))('%s', (name) => {
    const server = stack.server({ minVersion: 'TLSv1.3', ...tickets[name] });
    const client = stack.client();
    let session = stack.session(client, server);
    for (let i = 0; i < 3; ++i) {
      const { sessions, sessionReused } = resume(client, server, session);
      expect(sessionReused).toBe(true);
      expect(sessions).toHaveLength(1);
      session = sessions[0] as SslSession;
    }
  });

  test('keys that were set later, by the class and under the C name', () => {
    for (const set of [
      (server: SslContext) => server.setTicketKeys(key(1)),
      (server: SslContext) => C.SSL_CTX_set_tlsext_ticket_keys(server.handle, [key(1, 80)]),
    ]) {
      const server = stack.server({ minVersion: 'TLSv1.3' });
      const client = stack.client();
      set(server);
      const session = stack.session(client, server);
      expect(resume(client, server, session).sessions).toHaveLength(1);
    }
  });
});

test("in TLS 1.3 a rule that only uses the ticket brings no new one, as libssl's USE", () => {
  const rule = { ticketRules: [{ action: 'use' }] } satisfies SslAnswers;
  for (const options of [rule, { ...rule, ticketKeys: key(1) }]) {
    const server = stack.server({ minVersion: 'TLSv1.3', ...options });
    const client = stack.client();
    const { sessions, sessionReused } = resume(client, server, stack.session(client, server));
    expect(sessionReused).toBe(true);
    expect(sessions).toHaveLength(0);
  }
});

describe('in TLS 1.2', () => {
  const options = { maxVersion: 'TLSv1.2' } as const;

  test('the first key renews no ticket, the others do', () => {
    const client = stack.client();
    const server = stack.server({ ...options, ticketKeys: key(1) });
    const session = stack.session(client, server);
    const first = resume(client, server, session);
    expect(first.sessionReused).toBe(true);
    expect(first.sessions).toHaveLength(0);
    expect(session.isResumable).toBe(true);
    server.setTicketKeys([key(2), key(1)]);
    const second = resume(client, server, session);
    expect(second.sessionReused).toBe(true);
    expect(second.sessions).toHaveLength(1);
  });

  test.each(['tls', 'dtls'] as const)(
    "a ticket that is renewed brings the client's session, as connection.session has it (%s)",
    (protocol) => {
      const client = stack.client({ protocol });
      const server = stack.server({
        ...{ protocol, ticketKeys: key(1) },
        ...(protocol === 'tls' ? options : {}),
      });
      const session = stack.session(client, server);
      const inContext: SslSession[] = [];
      client.on('newSession', (each, connection) => {
        expect(connection).not.toBeNull();
        inContext.push(stack.add(each));
      });
      server.setTicketKeys([key(2), key(1)]);
      const { sessions, current, sessionReused } = resume(client, server, session);
      expect(sessionReused).toBe(true);
      expect(sessions).toHaveLength(1);
      expect(inContext).toHaveLength(1);
      const [renewed] = sessions as [SslSession];
      expect(renewed.isSameSession(inContext[0] as SslSession)).toBe(true);
      expect(renewed.isSameSession(current as SslSession)).toBe(true);
      expect(renewed.isSameSession(session)).toBe(false);
      // As in C: what was offered is done with, and there is one to go on with.
      expect(session.isResumable).toBe(false);
      server.setTicketKeys(key(2));
      expect(resume(client, server, renewed).sessionReused).toBe(true);
    },
  );

  test('a full handshake brings its session once', () => {
    const server = stack.server(options);
    const client = stack.client();
    const fresh = stack.add(new SslSession());
    expect(resume(client, server, fresh).sessions).toHaveLength(1);
  });

  test('a renegotiation, which resumes nothing, brings its session once', () => {
    const client = stack.client();
    const server = stack.server({ ...options, ticketKeys: key(1) });
    const [ours, theirs] = stack.joined(client, server);
    const sessions: SslSession[] = [];
    ours.on('session', (each) => sessions.push(stack.add(each)));
    server.setTicketKeys([key(2), key(1)]);
    ours.renegotiate();
    theirs.receive(ours.take());
    join(ours, theirs);
    expect(ours.sessionReused).toBe(false);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.isSameSession(stack.add(ours.session as SslSession))).toBe(true);
    end(ours, theirs);
  });

  test('the C-named module calls new_session_cb when libssl does: not for it', () => {
    const contexts = named.newContexts(C.TLS1_2_VERSION);
    C.SSL_CTX_set_tlsext_ticket_keys(contexts.server, [key(1, 80)]);
    const session = named.newSession(contexts);
    C.SSL_CTX_set_tlsext_ticket_keys(contexts.server, [key(2, 80), key(1, 80)]);
    let calls = 0;
    C.SSL_CTX_sess_set_new_cb(contexts.client, () => {
      calls += 1;
      return 0;
    });
    const pair = named.connect(contexts, session);
    expect(C.SSL_session_reused(pair.client)).toBe(1);
    const current = C.SSL_get1_session(pair.client);
    expect(C.SSL_SESSION_get0_ticket(current)).not.toEqual(C.SSL_SESSION_get0_ticket(session));
    expect(C.SSL_SESSION_is_resumable(session)).toBe(0);
    expect(calls).toBe(0);
    named.close(pair);
    C.SSL_SESSION_free(current);
    C.SSL_SESSION_free(session);
    named.freeContexts(contexts);
  });
});
