// What a probe says of servers of this library, each with another configuration.

import net from 'node:net';
import { SSL_OP_NO_ANTI_REPLAY, SSL_SESS_CACHE_OFF } from 'libssl-session';
import { type ProbeObservations, probe } from 'libssl-session/probe';
import { afterEach, describe, expect, test } from 'vitest';
import { records } from '../../conformance/wire.js';
import { fixture } from '../../support/fixture.js';
import {
  client,
  findingIds,
  host,
  type Listening,
  probeOf,
  resumption,
  serve,
  serveTcp,
} from '../servers.js';

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function started(starting: Promise<Listening>): Promise<Listening> {
  const server = await starting;
  servers.push(server);
  return server;
}

const of = (facts: { version: string }[], version: string) =>
  facts.find((each) => each.version === version);

describe('resumption', () => {
  test('by id and ticket in each version that is spoken', async () => {
    const server = await started(serve({ minVersion: 'TLSv1' }));
    const result = await probeOf(server);
    expect(resumption(result)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 3/3, 3 given',
      'TLSv1.2 id: 3/3, 3 given',
      'TLSv1.1 ticket: 1/1, 1 given',
      'TLSv1.1 id: 1/1, 1 given',
      'TLSv1 ticket: 1/1, 1 given',
      'TLSv1 id: 1/1, 1 given',
    ]);
    expect(result.observations.versions.map(({ supported }) => supported)).toEqual(
      Array(4).fill(true),
    );
    expect(result.compat.sslyze.session_id_resumption_result).toBe('FULLY_SUPPORTED');
    expect(result.compat.ssllabs).toEqual({
      sessionResumption: 2,
      sessionTickets: 1,
      zeroRTTEnabled: 0,
    });
  });

  test('without tickets there are ids, and in TLS 1.3 tickets that are only a name', async () => {
    const server = await started(serve({ noTicket: true }));
    const result = await probeOf(server);
    expect(resumption(result).slice(0, 3)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 0/2, 0 given',
      'TLSv1.2 id: 3/3, 3 given',
    ]);
    expect(result.observations.ticketKeys).toMatchObject({ stateful: true, nameLength: null });
    expect(of(result.observations.tickets, 'TLSv1.2')).toMatchObject({ when: 'never' });
    expect(result.compat.sslyze.tls_ticket_resumption_result).toBe('NOT_SUPPORTED');
  });

  test('without a cache there are tickets, and ids that are never resumed', async () => {
    const server = await started(serve({ sessionCacheMode: SSL_SESS_CACHE_OFF }));
    const result = await probeOf(server);
    expect(resumption(result).slice(0, 3)).toEqual([
      'TLSv1.3 psk: 3/3, 3 given',
      'TLSv1.2 ticket: 3/3, 3 given',
      'TLSv1.2 id: 0/2, 0 given',
    ]);
    expect(of(result.observations.sessionIds, 'TLSv1.2')).toMatchObject({ length: 0 });
    expect(result.compat.ssllabs.sessionResumption).toBe(0);
  });

  test('without both there is none', async () => {
    const options = { sessionCacheMode: SSL_SESS_CACHE_OFF, noTicket: true, numTickets: 0 };
    const result = await probeOf(await started(serve(options)));
    expect(result.observations.resumption.map(({ yes }) => yes)).not.toContain(1);
    expect(findingIds(result)).toEqual(expect.arrayContaining(['info: no-resumption']));
  });

  test('a server of TLS 1.3 alone', async () => {
    const result = await probeOf(await started(serve({ minVersion: 'TLSv1.3' })));
    expect(result.observations.versions).toMatchObject([
      { version: 'TLSv1.3', supported: true },
      { version: 'TLSv1.2', supported: false, error: 'the server refused: protocol version' },
      { version: 'TLSv1.1', supported: false },
      { version: 'TLSv1', supported: false },
    ]);
    expect(result.compat.sslyze.session_id_resumption_result).toBe('SERVER_IS_TLS_1_3_ONLY');
  });

  test('two servers at one address that share nothing resume only sometimes', async () => {
    const own = await Promise.all([serve(), serve()].map(started));
    let next = 0;
    const balancer = net.createServer((socket) => {
      // Full, full, resumed, resumed, …: so that both servers get sessions of both.
      const behind = net.connect(own[(next++ >> 1) % 2]?.port ?? 0, host);
      for (const end of [socket, behind]) end.on('error', () => {});
      socket.pipe(behind).pipe(socket);
    });
    const port = await new Promise<number>((resolve) => {
      balancer.listen(0, host, () => resolve((balancer.address() as { port: number }).port));
    });
    servers.push({ port, close: async () => void balancer.close() });
    const result = await probeOf({ port }, { attempts: 4 });
    expect(result.observations.ticketKeys?.keys.length).toBe(2);
    expect(findingIds(result)).toContain('info: several-ticket-keys');
    const rows = result.observations.resumption;
    expect(rows.some(({ yes, of: attempts }) => yes < attempts)).toBe(true);
  });
});

describe('tickets', () => {
  test.each([0, 1, 4])('%i in a handshake of TLS 1.3', async (numTickets) => {
    const server = await started(serve({ numTickets, sessionTimeout: 300 }));
    const { observations } = await probeOf(server);
    const when = numTickets === 0 ? 'never' : 'handshake';
    expect(of(observations.tickets, 'TLSv1.3')).toMatchObject({
      number: { least: numTickets, most: numTickets },
      when,
    });
    if (numTickets === 0) return;
    expect(of(observations.tickets, 'TLSv1.3')).toMatchObject({
      lifetimeHint: { least: 300, most: 300 },
      nonceLength: 8,
      noncesDistinct: numTickets > 1 ? true : null,
      ageAddsDistinct: true,
      maxEarlyData: 0,
    });
    expect(of(observations.tickets, 'TLSv1.2')).toMatchObject({
      number: { least: 1, most: 1 },
      lifetimeHint: { least: 300, most: 300 },
      nonceLength: null,
    });
  });

  test('that come only after data: the probe sends its request', async () => {
    const { port } = await started(serve());
    const late = await started(ticketsAfterData(port));
    const { observations } = await probeOf(late);
    expect(of(observations.tickets, 'TLSv1.3')).toMatchObject({
      when: 'data',
      number: { least: 2, most: 2 },
    });
    expect(observations.resumption[0]).toMatchObject({ version: 'TLSv1.3', yes: 3, of: 3 });
    const silent = await probeOf(late, { request: null });
    expect(of(silent.observations.tickets, 'TLSv1.3')).toMatchObject({ when: 'never' });
  });

  test('name their key, which is the first 16 bytes of the key that is set', async () => {
    const name = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const ticketKeys = Buffer.concat([name, Buffer.alloc(64, 0x5a)]);
    const result = await probeOf(await started(serve({ ticketKeys })));
    expect(result.observations.ticketKeys).toMatchObject({
      stateful: false,
      nameLength: 16,
      keys: [{ name: name.toString('hex'), versions: expect.arrayContaining(['TLSv1.2']) }],
    });
  });

  test('that are only names have no key, also beside tickets that have one', async () => {
    const ticketKeys = Buffer.alloc(48, 9);
    const server = await started(serve({ ticketKeys, maxEarlyData: 100 }));
    const { observations } = await probeOf(server);
    expect(of(observations.tickets, 'TLSv1.3')).toMatchObject({ size: { least: 32, most: 32 } });
    expect(observations.ticketKeys).toMatchObject({
      stateful: false,
      keys: [{ name: '09'.repeat(16), versions: ['TLSv1.2', 'TLSv1.1', 'TLSv1'] }],
    });
  });

  test('of a lifetime of two days are a finding', async () => {
    const server = await started(serve({ sessionTimeout: 172_800 }));
    const result = await probeOf(server);
    expect(findingIds(result)).toContain('low: ticket-lifetime-long');
    expect(result.compat.testssl.TLS_session_ticket).toEqual({
      severity: 'LOW',
      finding: 'valid for 172800 seconds (>daily)',
    });
  });
});

describe('what a resumption gives', () => {
  test('TLS 1.3 gives new tickets, TLS 1.2 none', async () => {
    const { observations } = await probeOf(await started(serve()));
    expect(observations.renewal).toMatchObject([
      {
        version: 'TLSv1.3',
        renewed: { yes: 3, of: 3 },
        number: { least: 1, most: 1 },
        generations: { yes: 3, of: 3 },
        lifetimeHint: { first: 7200, last: 7200 },
      },
      { version: 'TLSv1.2', renewed: { yes: 0, of: 3 }, generations: { yes: 0, of: 0 } },
    ]);
  });

  test('tickets are renewed where the rule says so', async () => {
    const server = await started(serve({ ticketRules: [{ action: 'renew' }] }));
    const { observations } = await probeOf(server);
    expect(of(observations.renewal, 'TLSv1.2')).toMatchObject({
      renewed: { yes: 3, of: 3 },
      generations: { yes: 3, of: 3 },
    });
  });

  test('sessions are good for more than one time, and with early data for one', async () => {
    const many = await probeOf(await started(serve()));
    expect(many.observations.reuse).toMatchObject([
      { version: 'TLSv1.3', again: { yes: 2, of: 2 }, atOnce: { yes: 2, of: 2 } },
      { version: 'TLSv1.2', again: { yes: 2, of: 2 }, atOnce: { yes: 2, of: 2 } },
    ]);
    const once = await probeOf(await started(serve({ maxEarlyData: 4096 })));
    expect(once.observations.reuse[0]).toMatchObject({
      again: { yes: 0, of: 2 },
      atOnce: { yes: 1, of: 2 },
    });
  });

  test('libssl insists on suite, version and master secret, and in TLS 1.3 on the hash', async () => {
    const { observations } = await probeOf(await started(serve({ minVersion: 'TLSv1' })));
    expect(observations.pinning).toMatchObject([
      { version: 'TLSv1.3', cipher: false, protocol: null, extendedMasterSecret: null },
      { version: 'TLSv1.2', cipher: true, protocol: true, extendedMasterSecret: true },
    ]);
    expect(observations.pskModes).toMatchObject({
      pskDheKe: { yes: 3, of: 3 },
      pskKe: { yes: 0, of: 2 },
    });
  });

  test('it takes less bytes', async () => {
    const { observations } = await probeOf(await started(serve({ minVersion: 'TLSv1.2' })));
    expect(observations.timing.map(({ version, by }) => `${version} ${by}`)).toEqual([
      'TLSv1.3 psk',
      'TLSv1.2 ticket',
      'TLSv1.2 id',
    ]);
    for (const { full, resumed } of observations.timing) {
      expect(resumed.bytesReceived).toBeLessThan(full.bytesReceived);
      expect(resumed.milliseconds).toBeGreaterThan(0);
    }
  });
});

describe('early data', () => {
  const earlyDataOf = async (options: object, replay: boolean) => {
    const server = await started(serve({ ...options, maxEarlyData: 2048 }));
    const result = await probeOf(server, { replay });
    return { facts: result.observations.earlyData, ids: findingIds(result) };
  };

  test('is not accepted where tickets allow none', async () => {
    const { observations } = await probeOf(await started(serve()), { replay: true });
    expect(observations.earlyData).toEqual({ limit: 0, accepted: null, replayed: null });
  });

  test('is accepted once, and a replay is refused', async () => {
    const { facts, ids } = await earlyDataOf({}, true);
    expect(facts).toMatchObject({
      limit: 2048,
      accepted: { yes: 2, of: 2, failed: 0 },
      replayed: { yes: 0, of: 2, failed: 0 },
    });
    expect(ids).toContain('low: early-data-accepted');
  });

  test('is accepted again, byte for byte, where nothing prevents it', async () => {
    const { facts, ids } = await earlyDataOf({ secureOptions: SSL_OP_NO_ANTI_REPLAY }, true);
    expect(facts).toMatchObject({ replayed: { yes: 2, of: 2, failed: 0 } });
    expect(ids).toContain('high: early-data-replayed');
  });

  test('is not replayed unless that is asked for', async () => {
    const { facts, ids } = await earlyDataOf({}, false);
    expect(facts).toMatchObject({ accepted: { yes: 2 }, replayed: null });
    expect(ids).toContain('medium: early-data-accepted');
  });

  test('is rejected where the server does not want it any more', async () => {
    const { facts } = await earlyDataOf({ allowEarlyData: false }, true);
    expect(facts).toMatchObject({ limit: 2048, accepted: { yes: 0, of: 2 }, replayed: null });
  });
});

describe('other names and addresses', () => {
  test('the same certificate for all: names may be resumed, which is no matter', async () => {
    const result = await probeOf(await started(serve()));
    const { otherNames } = result.observations;
    expect(otherNames.map(({ servername, version }) => [servername, version])).toEqual([
      [null, 'TLSv1.3'],
      [null, 'TLSv1.2'],
      ['other.localhost', 'TLSv1.3'],
      ['other.localhost', 'TLSv1.2'],
    ]);
    expect(otherNames.every(({ sameCertificate }) => sameCertificate === true)).toBe(true);
    expect(findingIds(result)).toContain('info: resumed-under-name-of-same-certificate');
  });

  test('shared keys are seen at another address, and so are separate ones', async () => {
    const shared = Buffer.alloc(80, 'a key that two share');
    const probeBoth = async (options: object) => {
      const one = await started(serve(options));
      await started(serve(options, { address: '127.0.0.2', port: one.port }));
      const addresses = [host, '127.0.0.2'];
      return (await probeOf(one, { addresses })).observations;
    };
    const same = await probeBoth({ ticketKeys: shared });
    expect(same.otherAddresses).toMatchObject([
      { address: '127.0.0.2', version: 'TLSv1.3', resumed: { yes: 2, of: 2 } },
      { address: '127.0.0.2', version: 'TLSv1.2', resumed: { yes: 2, of: 2 } },
    ]);
    expect(same.ticketKeys?.keys).toMatchObject([{ addresses: [host, '127.0.0.2'] }]);
    const apart = await probeBoth({});
    expect(apart.otherAddresses).toMatchObject([
      { sameCertificate: true, resumed: { yes: 0, of: 2 } },
      { sameCertificate: true, resumed: { yes: 0, of: 2 } },
    ]);
  });

  test('nobody at the other address is no failure of the probe', async () => {
    const server = await started(serve());
    const { observations } = await probeOf(server, { addresses: [host, '127.0.0.3'] });
    expect(observations.otherAddresses).toMatchObject([
      { address: '127.0.0.3', sameCertificate: null, resumed: { of: 0 } },
    ]);
  });
});

describe('certificates of clients', () => {
  const options = { requestCert: true, ca: fixture('options-ca.pem') };
  const certificates = ({ clientCertificates }: ProbeObservations) => clientCertificates;

  test('none is asked for', async () => {
    const { observations } = await probeOf(await started(serve()), client);
    expect(certificates(observations)).toMatchObject([
      { version: 'TLSv1.3', requested: false, resumedWith: null },
      { version: 'TLSv1.2', requested: false, resumedWith: null },
    ]);
  });

  test('one is asked for, and not needed', async () => {
    const server = await started(serve({ requestCert: true, rejectUnauthorized: false }));
    const { observations } = await probeOf(server, client);
    expect(certificates(observations)).toMatchObject([
      { requested: true, required: false, requestedOnResumption: false },
      { requested: true, required: false, requestedOnResumption: false },
    ]);
  });

  test('one is needed: a session stands for it', async () => {
    const server = await started(serve(options));
    await expect(probe({ host, port: server.port }, { pause: 0 })).rejects.toThrow(/certificate/);
    const { observations } = await probeOf(server, client);
    expect(certificates(observations)).toMatchObject([
      { required: true, resumedWith: { yes: 2, of: 2 }, resumedWithout: { yes: 2, of: 2 } },
      { required: true, resumedWith: { yes: 2, of: 2 }, resumedWithout: { yes: 2, of: 2 } },
    ]);
  });
});

/** In front of a server: keeps back what it sends behind its handshake, until there is data. */
function ticketsAfterData(port: number): Promise<Listening> {
  return serveTcp((socket) => {
    const behind = net.connect(port, host);
    let encrypted = 0;
    let data = false;
    const kept: Buffer[] = [];
    behind.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const { type, body } of records(bytes)) {
        // Behind the client's Finished, and more than an alert.
        if (type === 23 && ++encrypted > 1 && body.length > 30) data = true;
      }
      if (data) for (const each of kept.splice(0)) socket.write(each);
      behind.write(bytes);
    });
    behind.on('data', (bytes) => {
      // Behind the client's Finished there are only tickets, and data.
      if (data || encrypted === 0 || bytes[0] !== 23) socket.write(bytes);
      else kept.push(bytes);
    });
    behind.on('end', () => socket.end());
    socket.on('end', () => socket.end());
    socket.on('close', () => behind.destroy());
  });
}
