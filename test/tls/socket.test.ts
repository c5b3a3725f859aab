// What SslSocket and SslServer promise beyond node:tls; the rest is compared with it in
// differential.test.ts.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Duplex, duplexPair as nodePair } from 'node:stream';
import nodeTls from 'node:tls';
import { SslConnection, SslContext, SslSession } from 'libssl-session';
import * as tls from 'libssl-session/tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fixture } from '../support/fixture.js';
import { cert, key, next, serversForTests, textOf } from '../support/tls.js';

const { serve, connect, stack } = serversForTests();
const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const coded = (code: string) => expect.objectContaining({ code });

const raw: net.Server[] = [];
afterEach(() => {
  for (const server of raw.splice(0)) server.close();
});

/** A server that speaks in clear first. */
async function serveInClear(listener: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer(listener);
  raw.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Two ends of a stream in memory. */
function pair(): [Duplex, Duplex] {
  if (typeof nodePair === 'function') return nodePair();
  const ends: Duplex[] = [0, 1].map(
    (i) =>
      new Duplex({
        read() {},
        write(chunk, _, done) {
          ends[1 - i]?.push(chunk);
          setImmediate(done);
        },
        final(done) {
          ends[1 - i]?.push(null);
          done();
        },
      }),
  );
  return ends as [Duplex, Duplex];
}

describe('over a stream that somebody else has', () => {
  test('an upgrade takes the bytes from listeners and encodings of the protocol in clear', async () => {
    const port = await serveInClear((socket) => {
      socket.setEncoding('utf8');
      socket.write('220 ready\n');
      const heard: string[] = [];
      socket.on('data', (text: string) => {
        heard.push(text);
        if (text !== 'STARTTLS\n') return;
        socket.write('220 go\n');
        const secure = new tls.SslSocket(socket, { isServer: true, cert, key });
        secure.on('data', (data) => secure.end(`${data}, ${heard.length} in clear`));
      });
    });
    const socket = net.connect(port, '127.0.0.1').setEncoding('utf8');
    const heard: string[] = [];
    socket.on('data', (text: string) => heard.push(text));
    await once(socket, 'data');
    socket.write('STARTTLS\n');
    await once(socket, 'data');
    const secure = connect({ socket, servername: 'localhost', ca: cert });
    secure.write('hello');
    expect(await textOf(secure)).toBe('hello, 1 in clear');
    expect(heard).toEqual(['220 ready\n', '220 go\n']);
    expect(secure.localPort).toBe(socket.localPort);
  });

  test('what was read before goes into TLS first', async () => {
    const { client } = await serve({}, (socket) => socket.end('hello'));
    const [near, far] = pair();
    const transport = net.connect(client.port, '127.0.0.1');
    transport.pipe(far).pipe(transport);
    const socket = connect({ ...client, socket: near });
    expect(await textOf(socket)).toBe('hello');
  });

  test('a paused socket is resumed', async () => {
    const { client } = await serve({}, (socket) => socket.end('hello'));
    const transport = net.connect(client.port, '127.0.0.1');
    await once(transport, 'connect');
    transport.pause();
    expect(await textOf(connect({ ...client, socket: transport }))).toBe('hello');
  });

  test('a server takes any Duplex, and TLS goes through TLS', async () => {
    const { server, client } = await serve({}, (socket) => socket.pipe(socket));
    const [one, other] = pair();
    server.emit('connection', other);
    const outer = connect({ ...client, socket: one });
    outer.end('in memory');
    expect(await textOf(outer)).toBe('in memory');

    const { client: inner } = await serve({}, (socket) => socket.end('inside'));
    const tunnel = await serve({}, (socket) => {
      socket.pipe(net.connect(inner.port, '127.0.0.1')).pipe(socket);
    });
    const through = connect({ ...inner, socket: connect(tunnel.client) });
    expect(await textOf(through)).toBe('inside');
  });

  test('a stream of text is an error', async () => {
    const [one, other] = pair();
    one.setEncoding('utf8');
    const socket = connect({ socket: one, servername: 'localhost', ca: cert });
    other.write('text');
    await expect(once(socket, 'secureConnect')).rejects.toMatchObject({ code: 'ERR_STREAM_WRAP' });
  });

  test('what is no stream is refused', () => {
    for (const socket of [{}, 5, 'x']) {
      expect(() => connect({ socket: socket as never })).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
  });
});

describe.each(versions)('%s: the end', (maxVersion) => {
  test('a FIN without close_notify is truncated, and with requireCloseNotify an error', async () => {
    const { client } = await serve({ maxVersion }, (socket) => {
      socket.write('part', () => setImmediate(() => socket.destroy()));
    });
    const lax = connect(client);
    expect(await textOf(lax)).toBe('part');
    expect(lax.truncated).toBe(true);
    const strict = connect({ ...client, requireCloseNotify: true });
    await expect(textOf(strict)).rejects.toMatchObject({ code: 'ERR_LIBSSL_TRUNCATED' });
    expect(strict.truncated).toBe(true);
  });

  test('with close_notify it is not', async () => {
    const { client } = await serve({ maxVersion }, (socket) => socket.end('whole'));
    const socket = connect({ ...client, requireCloseNotify: true });
    expect(await textOf(socket)).toBe('whole');
    expect(socket.truncated).toBe(false);
  });

  test('the session of a destroyed socket can be resumed', async () => {
    const judged: unknown[] = [];
    const { client } = await serve({ maxVersion }, (socket) => {
      judged.push(socket.resumption);
      socket.write('x');
    });
    const first = connect(client).resume();
    const session = stack.add(await next<SslSession>(first, 'session'));
    first.destroy();
    await once(first, 'close');
    expect(session.isResumable).toBe(true);
    const second = connect({ ...client, session });
    await Promise.all([once(second, 'secureConnect'), once(second, 'data')]);
    expect(second.isSessionReused()).toBe(true);
    const resumption = { offered: 'ticket', resumed: true, reason: null };
    expect(second.resumption).toEqual(resumption);
    expect(judged[1]).toEqual(resumption);
  });

  test('members give null or undefined after it', async () => {
    const { client } = await serve({ maxVersion });
    const socket = connect(client);
    await once(socket, 'secureConnect');
    socket.destroy();
    await once(socket, 'close');
    expect(socket.resumption).toBeNull();
    const names = [
      ...(['getSession', 'getTLSTicket', 'isSessionReused', 'getProtocol', 'getCipher'] as const),
      ...(['getPeerCertificate', 'getPeerX509Certificate', 'getCertificate'] as const),
      ...(['getX509Certificate', 'getEphemeralKeyInfo', 'getFinished', 'getPeerFinished'] as const),
      'getSharedSigalgs' as const,
    ];
    for (const name of names) expect(socket[name]() ?? null, name).toBe(null);
    expect(socket.setMaxSendFragment(512)).toBe(false);
    expect(() => socket.setServername('x')).not.toThrow();
    expect(() => socket.exportKeyingMaterial(8, 'x')).toThrow(coded('ERR_TLS_INVALID_STATE'));
  });
});

test.each(versions)('%s: what both sides told is what node:tls says', async (maxVersion) => {
  const [sigalgs, ecdhCurve] = ['ECDSA+SHA256:RSA-PSS+SHA384:ed25519', 'P-256'];
  const options = { ca: cert, cert, key, host: '127.0.0.1', servername: 'localhost' };
  const told = async (one: typeof nodeTls, other: typeof nodeTls) => {
    // A server with the order of the client, so that both versions of OpenSSL have the same.
    const secure = { maxVersion, cert, key, honorCipherOrder: false };
    const server = one.createServer(secure);
    raw.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const all = { ...options, port, maxVersion, sigalgs, ecdhCurve };
    const client = other.connect(all);
    const accepted = once(server, 'secureConnection');
    await once(client, 'secureConnect');
    const [theirs] = (await accepted) as [nodeTls.TLSSocket];
    expect(client.getPeerFinished()).toEqual(theirs.getFinished());
    expect(client.getFinished()).toEqual(theirs.getPeerFinished());
    const sides = [client, theirs].map((side) => [
      side.getSharedSigalgs(),
      side.getEphemeralKeyInfo(),
    ]);
    client.destroy();
    theirs.destroy();
    return sides;
  };
  // The types differ in names that are not here.
  const here = tls as unknown as typeof nodeTls;
  const node = await told(nodeTls, nodeTls);
  expect(node[1]?.[0]).toContain('RSA-PSS+SHA384');
  expect(await told(here, here)).toEqual(node);
  expect(await told(nodeTls, here)).toEqual(node);
  expect(await told(here, nodeTls)).toEqual(node);
});

describe.each(versions)('%s: sessions', (version) => {
  test('every shape of a session is taken', async () => {
    const { client } = await serve({ maxVersion: version }, (socket) => socket.write('x'));
    const first = connect(client).resume();
    const session = stack.add(await next<SslSession>(first, 'session'));
    const shapes = [
      session.toDer(),
      session.toPem(),
      Buffer.from(session.toPem()),
      session.toNodeSession({ servername: 'localhost' }),
      session.toDer().toString('latin1'),
      session,
    ];
    first.destroy();
    for (const shape of shapes) {
      const socket = connect({ ...client, session: shape });
      await once(socket, 'secureConnect');
      expect(socket.isSessionReused()).toBe(true);
      socket.destroy();
    }
  });

  test('what is no session is refused', () => {
    for (const session of ['x', Buffer.from('x'), new Uint8Array(3)]) {
      expect(() => connect({ port: 1, ca: cert, session })).toThrow();
    }
    expect(() => connect({ port: 1, session: 5 as never })).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });

  test('the name is checked for a resumed session, too', async () => {
    const { client } = await serve({ maxVersion: version }, (socket) => socket.write('x'));
    const first = connect({ ...client, rejectUnauthorized: false }).resume();
    const session = stack.add(await next<SslSession>(first, 'session'));
    first.destroy();
    const other = connect({ ...client, servername: 'other.test', session });
    await expect(once(other, 'secureConnect')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const asked: string[] = [];
    const again = connect({
      ...client,
      session: stack.add(session.dup()),
      checkServerIdentity(name) {
        asked.push(name);
        return new Error('not this one');
      },
    });
    await expect(once(again, 'secureConnect')).rejects.toThrow('not this one');
    expect(asked).toEqual(['localhost']);
  });
});

describe('what a server decides at the ClientHello', () => {
  const contextFor = (name: string) =>
    stack.add(
      new SslContext({
        role: 'server',
        cert: fixture(`${name}-cert.pem`),
        key: fixture(`${name}-key.pem`),
      }),
    );

  test.each(versions)('%s: SNICallback may answer later', async (maxVersion) => {
    const asked: string[] = [];
    const { client } = await serve({
      maxVersion,
      SNICallback(name, done) {
        asked.push(name);
        setTimeout(() => done(null, name === 'other.test' ? contextFor('options-good') : null), 5);
      },
    });
    const names: unknown[] = [];
    for (const servername of ['other.test', 'localhost']) {
      const socket = connect({ ...client, servername, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      names.push(socket.getPeerX509Certificate()?.subject);
    }
    expect(asked).toEqual(['other.test', 'localhost']);
    expect(names[0]).not.toBe(names[1]);
  });

  test('an error of SNICallback is told once, and ends the connection', async () => {
    const errors: Error[] = [];
    const { server, client } = await serve({
      SNICallback: (_, done) => {
        done(new Error('nobody'));
        done(new Error('again'));
      },
    });
    server.on('tlsClientError', (error) => errors.push(error));
    await expect(once(connect(client), 'secureConnect')).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(errors.map(({ message }) => message)).toEqual(['nobody']);
  });

  test('a connection that goes while SNICallback thinks leaves nothing', async () => {
    const errors: Error[] = [];
    let answer = () => {};
    const { server, client } = await serve({
      SNICallback: (_, done) => {
        answer = () => done(null);
      },
    });
    const gone = new Promise<void>((resolve) => {
      server.on('tlsClientError', (error) => {
        errors.push(error);
        resolve();
      });
    });
    const socket = connect(client);
    await expect.poll(() => answer.toString()).toContain('done');
    socket.destroy();
    await gone;
    answer();
    expect(errors).toEqual([coded('ECONNRESET')]);
  });

  test('the last added context that fits a name is taken', async () => {
    const { server, client } = await serve();
    const [one, other] = [contextFor('options-good'), contextFor('tls')];
    const certificateFor = async (servername: string) => {
      const socket = connect({ ...client, servername, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      return socket.getPeerX509Certificate()?.subject;
    };
    server.addContext('a.test', other);
    server.addContext('*.test', one);
    const wild = await certificateFor('a.test');
    server.addContext('a.test', other);
    expect(await certificateFor('a.test')).not.toBe(wild);
    expect(await certificateFor('b.test')).toBe(wild);
    for (const name of ['a*.test', '*', 'a.*.test']) {
      expect(() => server.addContext(name, one)).toThrow(coded('ERR_INVALID_ARG_VALUE'));
    }
    expect(() => server.addContext('', one)).toThrow(coded('ERR_TLS_REQUIRED_SERVER_NAME'));
    server.setSecureContext({ cert, key });
    expect(await certificateFor('b.test')).toBe(wild);
  });

  test('ALPNCallback chooses, and refuses all with undefined', async () => {
    const { server, client } = await serve({
      ALPNCallback: ({ protocols }) => protocols.find((each) => each === 'b'),
    });
    const errors: unknown[] = [];
    server.on('tlsClientError', ({ code }) => errors.push(code));
    const socket = connect({ ...client, ALPNProtocols: ['a', 'b'] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('b');
    await expect(
      once(connect({ ...client, ALPNProtocols: ['a'] }), 'secureConnect'),
    ).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' });
    expect(errors).toEqual(['ERR_SSL_NO_APPLICATION_PROTOCOL']);
  });
});

describe('options', () => {
  test('one that is nearly known is refused, and others of http are not', () => {
    for (const name of ['rejectUnauthorised', 'serverName', 'checkServerIdentiy', 'minVerison']) {
      expect(() => connect({ port: 1, [name]: true })).toThrow(coded('ERR_INVALID_ARG_VALUE'));
    }
    const others = { method: 'GET', headers: {}, path: null, agent: false, auth: null };
    expect(() => connect({ port: 1, ...(others as object) }).on('error', () => {})).not.toThrow();
  });

  test('what is not here says so', () => {
    for (const name of ['pskCallback', 'secureProtocol', 'requestOCSP', 'enableTrace']) {
      expect(() => connect({ port: 1, [name]: 'x' })).toThrow(coded('ERR_INVALID_ARG_VALUE'));
      expect(() => tls.createServer({ [name]: 'x' })).toThrow(coded('ERR_INVALID_ARG_VALUE'));
    }
    const server = tls.createServer({ cert, key });
    for (const event of ['newSession', 'resumeSession', 'OCSPRequest']) {
      expect(() => server.on(event, () => {})).toThrow(coded('ERR_INVALID_ARG_VALUE'));
    }
    server.secureContext.free();
  });

  test("a context's options beside a secureContext are refused", () => {
    const secureContext = stack.add(new SslContext({ role: 'client' }));
    for (const option of [{ ca: cert }, { rejectUnauthorized: false }, { ciphers: 'ALL' }]) {
      expect(() => connect({ port: 1, secureContext, ...option })).toThrow(
        coded('ERR_INVALID_ARG_VALUE'),
      );
    }
    const wrong = stack.add(new SslContext({ role: 'server' }));
    for (const each of [wrong, {}, nodeTls.createSecureContext()]) {
      expect(() => connect({ port: 1, secureContext: each as never })).toThrow(
        coded('ERR_INVALID_ARG_TYPE'),
      );
    }
    const datagrams = stack.add(new SslContext({ role: 'client', protocol: 'dtls' }));
    expect(() => connect({ port: 1, secureContext: datagrams })).toThrow(
      coded('ERR_INVALID_ARG_VALUE'),
    );
  });

  test('a signal must be one', () => {
    for (const signal of [1, 'x', {}, () => {}]) {
      expect(() => connect({ port: 1, signal: signal as never })).toThrow(
        coded('ERR_INVALID_ARG_TYPE'),
      );
    }
  });

  test('the keys of one server decrypt the tickets of another', async () => {
    const one = await serve({}, (socket) => socket.write('x'));
    const other = await serve({ ticketKeys: one.server.getTicketKeys() });
    const first = connect(one.client).resume();
    const session = stack.add(await next<SslSession>(first, 'session'));
    const second = connect({ ...other.client, session });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(true);
    const keys = Buffer.alloc(48, 7);
    other.server.setTicketKeys(keys);
    expect(other.server.getTicketKeys()).toEqual(keys);
    expect(() => other.server.setTicketKeys(Buffer.alloc(47))).toThrow();
  });
});

test('a client that begins handshakes again and again is an attack', async () => {
  const { server, client } = await serve({ maxVersion: 'TLSv1.2' });
  const errors: unknown[] = [];
  server.on('secureConnection', (socket) =>
    socket.on('error', (error: Error) => errors.push(error)),
  );
  const socket = connect(client);
  await once(socket, 'secureConnect');
  const ended = once(socket, 'close');
  socket.on('error', () => {});
  const again = () => socket.renegotiate({}, again);
  again();
  await ended;
  expect(errors).toEqual([coded('ERR_TLS_SESSION_ATTACK')]);
});

test('a server that asks for a certificate in another handshake judges it', async () => {
  const identity = { cert: fixture('options-good-cert.pem'), key: fixture('options-good-key.pem') };
  const seen: unknown[] = [];
  const { client } = await serve(
    { maxVersion: 'TLSv1.2', ca: fixture('options-ca.pem'), rejectUnauthorized: false },
    (socket) => {
      socket.resume();
      seen.push(socket.authorized);
      socket.renegotiate({ requestCert: true }, () => {
        seen.push(socket.authorized, socket.authorizationError);
        socket.end();
      });
    },
  );
  await once(connect({ ...client, ...identity }).resume(), 'close');
  expect(seen).toEqual([false, true, null]);
  await once(connect(client).resume(), 'close');
  expect(seen.slice(3)).toEqual([false, false, 'UNABLE_TO_GET_ISSUER_CERT']);
});

test("a wrong name is node's error, with the names that the certificate has", async () => {
  const { client } = await serve();
  await expect(
    once(connect({ ...client, servername: 'other.test' }), 'secureConnect'),
  ).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    host: 'other.test',
    reason: expect.stringContaining('other.test'),
    cert: expect.objectContaining({ subject: expect.anything() }),
  });
});

test('SslSession is what the event gives, and node takes what getSession() gives', async () => {
  const server = nodeTls.createServer({ cert, key }, (socket) => socket.write('x'));
  raw.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const options = { host: '127.0.0.1', port, servername: 'localhost', ca: cert };
  const socket = connect(options).resume();
  const session = stack.add(await next<SslSession>(socket, 'session'));
  expect(session).toBeInstanceOf(SslSession);
  const bytes = socket.getSession() as Buffer;
  const other = nodeTls.connect({ ...options, session: bytes });
  await once(other, 'secureConnect');
  expect(other.isSessionReused()).toBe(true);
  other.destroy();
  socket.destroy();
});

describe('what a review has found', () => {
  test('a server without a certificate is refused, and authorized is false where it need not be', async () => {
    const ciphers = 'AECDH-AES128-SHA:@SECLEVEL=0';
    const anonymous = { maxVersion: 'TLSv1.2', ciphers } as const;
    const { client } = await serve(anonymous);
    const strict = connect({ ...client, ...anonymous });
    await expect(once(strict, 'secureConnect')).rejects.toMatchObject({
      code: 'UNABLE_TO_GET_ISSUER_CERT',
    });
    const lax = connect({ ...client, ...anonymous, rejectUnauthorized: false });
    await once(lax, 'secureConnect');
    expect(lax.authorized).toBe(false);
    expect(lax.authorizationError).toBe('UNABLE_TO_GET_ISSUER_CERT');
  });

  test("a server's options beside its secureContext are refused", () => {
    const secureContext = stack.add(new SslContext({ role: 'server', cert, key }));
    for (const option of [
      { requestCert: true },
      { ca: cert },
      { minVersion: 'TLSv1.2' as const },
    ]) {
      expect(() => tls.createServer({ secureContext, ...option })).toThrow(
        coded('ERR_INVALID_ARG_VALUE'),
      );
    }
  });

  test('ALPNProtocols beside a secureContext are chosen from', async () => {
    const secureContext = stack.add(new SslContext({ role: 'server', cert, key }));
    const server = tls.createServer({ secureContext, ALPNProtocols: ['b'] }, (socket) => {
      socket.resume();
    });
    raw.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const options = { host: '127.0.0.1', port, servername: 'localhost', ca: cert };
    const socket = connect({ ...options, ALPNProtocols: ['a', 'b'] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('b');
    socket.destroy();
    server.setSecureContext({ cert, key });
    server.setSecureContext({ cert, key });
    expect(secureContext.freed).toBe(false);
  });

  test('checkServerIdentity must return undefined or an error', async () => {
    const { client } = await serve();
    for (const answer of [false, 0, 'no']) {
      const checkServerIdentity = () => answer as never;
      await expect(
        once(connect({ ...client, checkServerIdentity }), 'secureConnect'),
      ).rejects.toMatchObject({ code: 'ERR_INVALID_RETURN_VALUE' });
    }
  });

  test('the name is checked again in another handshake', async () => {
    const asked: string[] = [];
    const { client } = await serve({ maxVersion: 'TLSv1.2' });
    const socket = connect({
      ...client,
      checkServerIdentity(name) {
        asked.push(name);
        return asked.length === 1 ? undefined : new Error('not any more');
      },
    });
    await once(socket, 'secureConnect');
    socket.renegotiate({});
    await expect(once(socket, 'secure')).rejects.toThrow('not any more');
  });

  test('a half-open socket closes with its transport', async () => {
    const { server, client } = await serve({ allowHalfOpen: true });
    const transports: net.Socket[] = [];
    server.on('connection', (transport) => transports.push(transport));
    const closed = new Promise<void>((resolve) => {
      server.on('secureConnection', (its) => {
        its.on('end', () => transports[0]?.destroy());
        its.on('close', resolve);
      });
    });
    const socket = connect(client);
    await once(socket, 'secureConnect');
    socket.destroy();
    await closed;
  });

  test('an option that connect() refuses late, or a signal that was aborted, leaves no socket', async () => {
    const handshakeTimeout = 10;
    expect(() => connect({ port: 70_000, handshakeTimeout } as never)).toThrow();
    const socket = connect({ port: 1, signal: AbortSignal.abort() });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.name).toBe('AbortError');
    expect(socket.connecting).toBe(false);
  });

  test("a server socket's own context ends with it, and none is left of a socket that is none", () => {
    const free = vi.spyOn(SslContext.prototype, 'free');
    const [near, other] = pair();
    const socket = new tls.SslSocket(near, { isServer: true, cert, key });
    socket.destroy();
    expect(free).toHaveBeenCalledTimes(1);
    const wrong = { isServer: true, cert, key, SNICallback: 1 } as never;
    expect(() => new tls.SslSocket(other, wrong)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(free).toHaveBeenCalledTimes(1);
    free.mockRestore();
  });

  test('setSecureContext() with a context takes its keys as they are', async () => {
    const { server } = await serve();
    expect(server.getTicketKeys()).toHaveLength(48);
    const before = server.secureContext;
    const secureContext = stack.add(new SslContext({ role: 'server', cert, key }));
    server.setSecureContext({ secureContext } as never);
    before.free();
    expect(server.secureContext).toBe(secureContext);
    expect(() => server.getTicketKeys()).toThrow(coded('ERR_INVALID_ARG_VALUE'));
  });

  test('addContext() refuses a pattern before it makes a context', async () => {
    const { server } = await serve();
    const add = vi.spyOn(SslContext.prototype, 'addContext');
    // With these options no context could be made.
    expect(() => server.addContext('a.*.b', { cert: 'none', key })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('servername'),
      }),
    );
    expect(add).not.toHaveBeenCalled();
    add.mockRestore();
  });

  test('setSecureContext() that fails changes nothing, and leaves no context', async () => {
    const { server } = await serve();
    const gone = new SslContext({ role: 'server', cert, key });
    server.addContext('gone.example', gone);
    gone.free();
    const { secureContext } = server;
    const keys = server.getTicketKeys();
    const free = vi.spyOn(SslContext.prototype, 'free');
    expect(() => server.setSecureContext({ cert, key, ticketKeys: Buffer.alloc(48, 1) })).toThrow(
      coded('ERR_LIBSSL_FREED'),
    );
    expect(free).toHaveBeenCalledTimes(1);
    free.mockRestore();
    expect(server.secureContext).toBe(secureContext);
    expect(server.getTicketKeys()).toEqual(keys);
  });

  test('a FIN that came before the hand-over is the end', async () => {
    const port = await serveInClear((socket) => socket.end('not TLS'));
    const transport = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(transport, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 20)); // for the FIN
    const socket = connect({ socket: transport, servername: 'localhost', ca: cert });
    await expect(once(socket, 'secureConnect')).rejects.toThrow();
  });
});

test('handshakes that begin and end in one step count, and with data before them', async () => {
  const { server, client } = await serve({ maxVersion: 'TLSv1.2' });
  const errors: unknown[] = [];
  const ended = new Promise<void>((resolve) => {
    server.on('secureConnection', (socket: tls.SslSocket) => {
      socket.disableRenegotiation();
      socket.on('error', (error) => errors.push(error));
      socket.on('close', resolve);
    });
  });
  const transport = net.connect(client.port, '127.0.0.1');
  using context = new SslContext({ role: 'client', ca: cert, maxVersion: 'TLSv1.2' });
  using connection = new SslConnection(context, { servername: 'localhost' });
  connection.handshake();
  transport.write(connection.take());
  transport.on('data', (bytes) => {
    if (connection.receive(bytes) === 'open' && errors.length === 0) {
      connection.write(Buffer.from('data'));
      connection.renegotiate();
    }
    transport.write(connection.take());
  });
  transport.on('error', () => {});
  await ended;
  expect(errors).toEqual([coded('ERR_TLS_RENEGOTIATION_DISABLED')]);
  transport.destroy();
});
