// Ends: who ends first, and how.

import { once } from 'node:events';
import net from 'node:net';

/** Passes bytes between a client and a server, and lets the script end either way of it. */
async function between(t, server) {
  const ready = Promise.withResolvers?.() ?? {};
  if (ready.promise === undefined) {
    ready.promise = new Promise((resolve) => {
      ready.resolve = resolve;
    });
  }
  const port = server.address().port;
  const plain = t.keep(
    net.createServer({ allowHalfOpen: true }, (near) => {
      const far = t.keep(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
      t.keep(near);
      for (const socket of [near, far]) socket.on('error', () => {});
      near.pipe(far);
      far.pipe(near);
      ready.resolve({ near, far });
    }),
  );
  await t.listen(plain);
  return { plain, wires: ready.promise };
}

async function overWires(t, { server: options, client: clientOptions, peer } = {}) {
  const server = await t.serve(options, { peer });
  const { plain, wires } = await between(t, server);
  const accepted = once(server, 'secureConnection');
  const client = t.connect(plain, clientOptions);
  const [[far]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  await t.exchange(client, far);
  return { client, peer: far, wires: await wires };
}

const state = ({ readableEnded, writableEnded, writableFinished, destroyed, readyState }) => ({
  readableEnded,
  writableEnded,
  writableFinished,
  destroyed,
  readyState,
});

const mute = { without: ['error', 'end', 'finish', 'close'] };

const changed = Buffer.concat([Buffer.from('1703030030', 'hex'), Buffer.alloc(48)]);

/** An error after the handshake, and what is left of the socket then. */
async function failing(t, as, socket, act, told) {
  const failed = new Promise((resolve) => socket.once('error', resolve));
  act();
  await failed;
  await t.quiet();
  t.say(as, 'after', { destroyed: socket.destroyed, writable: socket.writable });
  await told;
  socket.destroy();
}

export const scripts = {
  'the client ends first': async (t) => {
    const { client } = await t.openAndQuiet();
    client.end('bye', t.saying('client', 'end callback'));
    await t.closed();
    t.say('client', 'state', state(client));
  },

  'the server ends first': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    peer.end('bye', t.saying('peer', 'end callback'));
    await t.closed();
    t.say('client', 'state', state(client));
  },

  'both end at once': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    client.end('from here');
    peer.end('from there');
    await t.closed();
  },

  'a server that may be half open answers after the end': async (t) => {
    const { client, peer } = await t.openAndQuiet({
      server: { allowHalfOpen: true },
    });
    peer.on('end', () => {
      t.say('peer', 'state', state(peer));
      peer.end('an answer');
    });
    client.end('a question');
    await t.closed();
  },

  'a client that may be half open writes after the end': async (t) => {
    const { client, peer } = await t.openAndQuiet({ client: { allowHalfOpen: true } });
    client.on('end', () => {
      t.say('client', 'state', state(client));
      client.end('a last word');
    });
    peer.end('bye');
    await t.closed();
  },

  'the client ends, and its server has much to say yet': async (t) => {
    const { client, peer } = await t.openAndQuiet({ server: { allowHalfOpen: true } });
    client.end();
    await once(peer, 'end');
    peer.end(Buffer.alloc(300_000, 'x'));
    await t.closed();
  },

  'end() twice': async (t) => {
    const { client } = await t.openAndQuiet();
    client.end(t.saying('client', 'first callback'));
    client.end(t.saying('client', 'second callback'));
    await t.closed();
    client.end(t.saying('client', 'third callback'));
    await t.quiet();
  },

  'write() after end()': async (t) => {
    const { client } = await t.openAndQuiet({ peer: mute });
    client.end();
    t.say('client', 'write returns', client.write('late', t.saying('client', 'write callback')));
    await t.closed();
  },

  'end() with data after end()': async (t) => {
    const { client } = await t.openAndQuiet({ peer: mute });
    client.end();
    client.end('late', t.saying('client', 'end callback'));
    await t.closed();
  },

  'end() at once, with nothing to say': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    client.end();
    await t.closed(client);
    await t.closed();
  },

  'end() in secureConnect': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    client.on('secureConnect', () => client.end('only this'));
    await t.closed(client);
    await t.closed();
  },

  'the server ends in secureConnection': async (t) => {
    const server = await t.serve();
    server.on('secureConnection', (socket) => socket.end('only this'));
    const client = t.connect(server);
    await t.closed(client);
    await t.closed();
  },

  'end() with an encoding': async (t) => {
    const { client } = await t.openAndQuiet();
    client.write('68656c6c6f', 'hex');
    client.end('d29ybGQ=', 'base64', t.saying('client', 'end callback'));
    await t.closed();
  },

  'destroySoon() sends what is written': async (t) => {
    const { client } = await t.openAndQuiet();
    client.write(Buffer.alloc(200_000, 'x'), t.saying('client', 'written'));
    client.destroySoon();
    await t.closed();
  },

  'a FIN without a close_notify, to the client': async (t) => {
    const { client, wires } = await overWires(t);
    wires.far.unpipe(wires.near).resume();
    wires.near.end();
    await t.closed(client);
    await t.closed();
  },

  'a FIN without a close_notify, to the server': async (t) => {
    const { peer, wires } = await overWires(t);
    wires.near.unpipe(wires.far).resume();
    wires.far.end();
    await t.closed(peer);
    await t.closed();
  },

  'a FIN in the middle of a record': async (t) => {
    const { client, wires } = await overWires(t);
    wires.far.unpipe(wires.near).resume();
    wires.near.end(Buffer.from('1703030100000000', 'hex'));
    await t.closed(client);
    await t.closed();
  },

  'a record that is not one': async (t) => {
    const { client, wires } = await overWires(t, { peer: mute });
    wires.far.unpipe(wires.near).resume();
    await failing(t, 'client', client, () => wires.near.write(Buffer.alloc(100, 0xff)));
    await t.closed();
  },

  'a record that was changed on its way': async (t) => {
    const { client, wires } = await overWires(t, { peer: mute });
    wires.far.unpipe(wires.near).resume();
    await failing(t, 'client', client, () => wires.near.write(changed));
    await t.closed();
  },

  'a record that was changed on its way, to the server': async (t) => {
    const { peer, client, wires } = await overWires(t);
    wires.near.unpipe(wires.far).resume();
    const told = once(client, 'error').catch(() => {});
    await failing(t, 'peer', peer, () => wires.far.write(changed), told);
    client.destroy();
    await t.closed();
  },

  'the connection is reset': async (t) => {
    const { client, wires } = await overWires(t, { peer: mute });
    wires.near.resetAndDestroy();
    await t.closed(client);
    wires.far.destroy();
    await t.closed();
  },
};
