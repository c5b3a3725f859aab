// Over streams that are no sockets, and over sockets that were used before.

import { once } from 'node:events';
import net from 'node:net';
import { Duplex, duplexPair } from 'node:stream';

/** A server that does not listen. */
const injected = (t, options, peer) =>
  t.watchServer(t.keep(t.s.tls.createServer({ ...t.ids.a, ...t.versions, ...options })), peer);

async function overPair(t, { client: options, server: serverOptions, peer, watch, wrap } = {}) {
  const server = injected(t, serverOptions, peer);
  // Of half open ones node:tls cannot end the second direction.
  const ends = duplexPair({ allowHalfOpen: false });
  const [near, far] = wrap?.(...ends) ?? ends;
  const accepted = once(server, 'secureConnection');
  server.emit('connection', far);
  const client = t.connect(undefined, { ...options, socket: near }, watch);
  const [[there]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  return { client, peer: there, near, far, server };
}

/** Gives what a stream gives, a byte at a time. */
class Drip extends Duplex {
  #stream;
  constructor(stream) {
    super({ allowHalfOpen: false });
    this.#stream = stream;
    stream.on('data', (chunk) => {
      for (const byte of chunk) this.push(Buffer.of(byte));
    });
    stream.on('end', () => this.push(null));
  }
  _read() {}
  _write(chunk, encoding, done) {
    this.#stream.write(chunk, encoding, done);
  }
  _final(done) {
    this.#stream.end(done);
  }
  _destroy(error, done) {
    this.#stream.destroy();
    done(error);
  }
}

const mute = { without: ['error', 'end', 'finish', 'close'] };

/** Cleartext first: both sides say a line, then TLS. */
async function startTls(t, how) {
  const server = injected(t, {});
  const plain = await t.plainServer((socket) => {
    socket.once('data', (chunk) => {
      t.say('server', 'said', String(chunk));
      socket.removeAllListeners('data');
      server.emit('connection', socket);
      socket.write('220 go ahead\r\n');
    });
  });
  const socket = t.plainClient(plain);
  await once(socket, 'connect');
  socket.write('STARTTLS\r\n');
  const [answer] = await once(socket, 'data');
  t.say('client', 'said', String(answer));
  const accepted = once(server, 'secureConnection');
  const client = t.connect(undefined, { socket });
  const [[peer]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  await how(client, peer);
  await t.closed();
}

export const scripts = {
  'over a pair of streams': async (t) => {
    const { client, peer } = await overPair(t);
    await t.exchange(client, peer);
    t.say('client', 'state', { connecting: client.connecting, readyState: client.readyState });
    client.end('bye');
    await t.closed();
  },

  'over a pair of streams, the server ends': async (t) => {
    const { client, peer, near, far } = await overPair(t);
    await t.exchange(client, peer);
    peer.end('bye');
    await t.closed();
    await t.quiet();
    t.say('client', 'its stream', { destroyed: near.destroyed });
    t.say('peer', 'its stream', { destroyed: far.destroyed });
  },

  'over a pair of streams, much data': async (t) => {
    const { client, peer } = await overPair(t);
    client.end(Buffer.alloc(500_000, 'x'));
    await once(peer, 'end');
    await t.closed();
  },

  'over a pair of streams, the client is destroyed': async (t) => {
    const { client, peer, near } = await overPair(t, { peer: mute });
    await t.exchange(client, peer);
    client.destroy();
    await t.closed(client);
    await t.quiet();
    t.say('client', 'its stream', { destroyed: near.destroyed });
    peer.destroy();
    await t.closed();
  },

  'over a pair of streams, the stream is destroyed': async (t) => {
    const { client, peer, near } = await overPair(t, { peer: mute });
    await t.exchange(client, peer);
    near.destroy();
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },

  'over a pair of streams, the stream has an error': async (t) => {
    const { client, peer, near } = await overPair(t, { peer: mute });
    await t.exchange(client, peer);
    near.destroy(new Error('of the stream'));
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },

  'over a pair of streams, which ends without a close_notify': async (t) => {
    const { client, peer, far } = await overPair(t, { peer: mute });
    await t.exchange(client, peer);
    far.end();
    await t.closed(client);
    peer.destroy();
    await t.closed();
  },

  'over a pair of streams, which ends before the connection is open': async (t) => {
    const [near, far] = duplexPair();
    const client = t.connect(undefined, { socket: near });
    await once(far, 'readable');
    far.resume();
    far.end();
    await t.closed(client);
  },

  'over a stream that gives a byte at a time': async (t) => {
    const { client, peer } = await overPair(t, { wrap: (near, far) => [new Drip(near), far] });
    await t.exchange(client, peer);
    client.end('slowly');
    await t.closed();
  },

  'over a stream of objects': async (t) => {
    const stream = new Duplex({ objectMode: true, read() {}, write: (_c, _e, done) => done() });
    t.keep(stream);
    const client = t.connect(undefined, { socket: stream }, { without: ['close'] });
    const failed = once(client, 'error').catch(() => {});
    stream.push('no bytes');
    await failed;
    client.destroy();
    await t.closed();
  },

  'TLS within TLS': async (t) => {
    const outer = await t.open({ peer: { data: false }, watch: { data: false } });
    const server = injected(t, {}, mute);
    const accepted = once(server, 'secureConnection');
    server.emit('connection', outer.peer);
    const inner = t.connect(undefined, { socket: outer.client }, { as: 'inner', ...mute });
    const [[peer]] = await Promise.all([accepted, once(inner, 'secureConnect')]);
    await t.exchange(inner, peer);
    t.say('inner', 'authorized', inner.authorized);
    inner.destroy();
    peer.destroy();
    outer.client.destroy();
    outer.peer.destroy();
  },

  'after cleartext, the client ends': (t) =>
    startTls(t, async (client, peer) => {
      await t.exchange(client, peer);
      client.end('bye');
    }),

  'after cleartext, the server ends': (t) =>
    startTls(t, async (client, peer) => {
      await t.exchange(client, peer);
      peer.end('bye');
    }),

  'the socket given has data that was not read': async (t) => {
    const server = injected(t, {});
    const plain = await t.plainServer(async (socket) => {
      // The ClientHello is there before TLS is.
      await once(socket, 'readable');
      t.say('server', 'waits', socket.readableLength > 0);
      server.emit('connection', socket);
    });
    const client = t.connect(plain);
    await once(client, 'secureConnect');
    client.end('bye');
    await t.closed(client);
    await t.closed();
  },

  'the socket given has data that was put back': async (t) => {
    const server = injected(t, {});
    const plain = await t.plainServer((socket) => {
      socket.once('data', (chunk) => {
        socket.pause();
        t.say('server', 'looked', chunk[0]);
        socket.unshift(chunk);
        server.emit('connection', socket);
      });
    });
    const client = t.connect(plain);
    await once(client, 'secureConnect');
    client.end('bye');
    await t.closed(client);
    await t.closed();
  },

  'the socket given has a write that is not done': async (t) => {
    const server = injected(t, {});
    const plain = await t.plainServer((socket) => {
      socket.once('data', (chunk) => {
        socket.pause();
        const words = Buffer.from('words first ');
        t.say('server', 'said', String(chunk.subarray(0, words.length)));
        if (chunk.length > words.length) socket.unshift(chunk.subarray(words.length));
        server.emit('connection', socket);
      });
    });
    const socket = t.keep(net.connect(plain.address().port, '127.0.0.1'));
    await once(socket, 'connect');
    socket.write('words first ');
    const client = t.connect(undefined, { socket });
    await once(client, 'secureConnect');
    client.end('bye');
    await t.closed(client);
    await t.closed();
  },

  'allowHalfOpen is that of the socket given': async (t) => {
    const server = await t.serve();
    const socket = t.keep(
      net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true }),
    );
    await once(socket, 'connect');
    const client = t.connect(server, { socket, allowHalfOpen: false });
    t.say('client', 'allowHalfOpen', client.allowHalfOpen);
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },
};
