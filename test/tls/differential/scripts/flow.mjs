// Data: how it is written and read, and what holds it up.

import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const noData = { peer: { data: false }, watch: { data: false } };

/** A connection whose server reads nothing until the script says so. */
async function unread(t, client) {
  const all = await t.open({ client, peer: { data: false } });
  return all;
}

const read = async (stream) => {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
};

export const scripts = {
  'write() returns false when too much waits, and drain comes': async (t) => {
    const { client, peer } = await unread(t);
    const returned = client.write(Buffer.alloc(5_000_000, 'x'), t.saying('client', 'written'));
    t.say('client', 'write returns', returned, client.writableNeedDrain);
    client.on('drain', () => {
      t.say('client', 'drain', client.writableLength);
      client.end();
    });
    let length = 0;
    peer.on('data', (chunk) => {
      length += chunk.length;
    });
    peer.on('end', () => t.say('peer', 'read', length));
    await t.closed();
  },

  'write() of little returns true': async (t) => {
    const { client } = await t.openAndQuiet();
    t.say('client', 'write returns', client.write('little', t.saying('client', 'written')));
    client.end();
    await t.closed();
  },

  'the option highWaterMark': async (t) => {
    const { client } = await t.openAndQuiet({ client: { highWaterMark: 10 } });
    t.say('client', 'marks', client.readableHighWaterMark, client.writableHighWaterMark);
    const returned = client.write('more than ten');
    t.say('client', 'write returns', returned);
    if (!returned) await once(client, 'drain');
    client.end();
    await t.closed();
  },

  'the callbacks of many writes': async (t) => {
    const { client } = await t.openAndQuiet();
    for (let each = 1; each <= 5; each++)
      client.write(`${each} `, t.saying('client', `written ${each}`));
    client.end('end', t.saying('client', 'end callback'));
    await t.closed();
  },

  'cork() and uncork()': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    client.cork();
    client.write('one ', t.saying('client', 'written one'));
    client.write('two ', t.saying('client', 'written two'));
    t.say('client', 'waits', client.writableLength, client.writableCorked);
    await t.quiet();
    t.say('peer', 'nothing yet');
    client.uncork();
    client.end('three', t.saying('client', 'end callback'));
    await t.closed(peer);
    await t.closed();
  },

  'an empty write': async (t) => {
    const { client } = await t.openAndQuiet();
    client.write('', t.saying('client', 'written'));
    client.write(Buffer.alloc(0), t.saying('client', 'written, too'));
    client.end();
    await t.closed();
  },

  'writes of every kind': async (t) => {
    const { client } = await t.openAndQuiet();
    client.write('text ');
    client.write(Buffer.from('a Buffer '));
    client.write(new Uint8Array([66, 121, 116, 101, 115, 32]));
    client.write('ZW5jb2RlZA==', 'base64');
    t.tried('client', 'a number', () => client.write(1));
    t.tried('client', 'null', () => client.write(null));
    t.tried('client', 'an object', () => client.write({}));
    client.end();
    await t.closed();
  },

  'pause() and resume()': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    peer.pause();
    client.write('while it is paused');
    await new Promise((resolve) => client.write(' more', resolve));
    await t.quiet();
    t.say('peer', 'paused', peer.isPaused());
    peer.resume();
    client.end();
    await t.closed();
  },

  'end waits for what is not read': async (t) => {
    const { client, peer } = await t.open({ peer: { data: false } });
    client.end('all of this');
    await once(client, 'finish');
    await t.quiet();
    t.say('peer', 'state', { ended: peer.readableEnded, destroyed: peer.destroyed });
    peer.on('data', (chunk) => t.say('peer', 'read', String(chunk)));
    await t.closed();
  },

  'much data, each way': async (t) => {
    const { client, peer } = await t.open();
    client.end(Buffer.alloc(1_000_000, 'abc'));
    peer.end(Buffer.alloc(1_000_000, 'def'));
    await t.closed();
  },

  'much data in small pieces': async (t) => {
    const { client } = await t.open();
    for (let each = 0; each < 2_000; each++) client.write(`${each};`);
    client.end();
    await t.closed();
  },

  'pipe() to the server and back': async (t) => {
    const { client, peer } = await t.open({ server: { allowHalfOpen: true }, ...noData });
    peer.pipe(peer);
    const back = read(client);
    Readable.from(['one ', 'two ', 'three']).pipe(client);
    t.say('client', 'came back', await back);
    await t.closed();
  },

  'pipeline() of much data': async (t) => {
    const { client, peer } = await t.open(noData);
    const arrived = read(peer);
    const chunks = Array.from({ length: 100 }, (_, each) => String(each % 10).repeat(20_000));
    await pipeline(Readable.from(chunks), client);
    t.say('peer', 'the same', (await arrived) === chunks.join(''));
    await t.closed();
  },

  'pipe() into another stream': async (t) => {
    const { client, peer } = await t.open(noData);
    const through = peer.pipe(new PassThrough());
    client.end('into another');
    t.say('peer', 'piped', await read(through));
    client.resume();
    await t.closed();
  },

  'for await': async (t) => {
    const { client, peer } = await t.open(noData);
    client.resume();
    client.end('one after the other');
    t.say('peer', 'read', await read(peer));
    await t.closed();
  },

  'for await, and the client is destroyed': async (t) => {
    const { client, peer } = await t.open({ peer: { data: false, without: ['error'] }, watch: {} });
    peer.write('something');
    try {
      for await (const chunk of client) {
        t.say('client', 'read', String(chunk));
        client.destroy(new Error('enough'));
      }
    } catch (error) {
      t.say('client', 'caught', error);
    }
    peer.destroy();
    await t.closed(client);
  },

  'for await, left early': async (t) => {
    const { client, peer } = await t.open({
      peer: { data: false, without: ['error', 'end', 'finish', 'close'] },
      watch: { data: false },
    });
    peer.write('something');
    for await (const chunk of client) {
      t.say('client', 'read', String(chunk));
      break;
    }
    t.say('client', 'state', { destroyed: client.destroyed });
    peer.destroy();
    await t.closed(client);
  },

  'a client that is paused from the beginning': async (t) => {
    const server = await t.serve();
    server.on('secureConnection', (socket) => socket.end('all of it'));
    const client = t.connect(server, {}, { data: false });
    client.pause();
    await once(client, 'secureConnect');
    t.say('client', 'paused', client.isPaused());
    client.on('data', (chunk) => t.say('client', 'read', String(chunk)));
    client.resume();
    await t.closed(client);
    await t.closed();
  },

  'write() in secureConnect comes before what is written later': async (t) => {
    const server = await t.serve();
    const client = t.connect(server);
    client.write('one ');
    client.on('secureConnect', () => client.write('two '));
    await once(client, 'secureConnect');
    client.end('three');
    await t.closed(client);
    await t.closed();
  },

  'setEncoding()': async (t) => {
    const { client, peer } = await t.open(noData);
    peer.setEncoding('utf8');
    const bytes = Buffer.from('grün');
    client.resume();
    client.write(bytes.subarray(0, 3));
    await t.quiet();
    client.end(bytes.subarray(3));
    const chunks = [];
    peer.on('data', (chunk) => chunks.push(chunk));
    await t.closed();
    t.say('peer', 'read', chunks.join(''), typeof chunks[0]);
  },

  'read() of so many bytes': async (t) => {
    const { client, peer } = await t.open(noData);
    client.resume();
    client.end('0123456789');
    await once(client, 'finish');
    const parts = [];
    peer.on('readable', () => {
      for (let part = peer.read(4); part !== null; part = peer.read(4)) parts.push(String(part));
    });
    await t.closed();
    t.say('peer', 'read', parts);
  },

  'unshift()': async (t) => {
    const { client, peer } = await t.open(noData);
    client.resume();
    client.end(' behind');
    const [chunk] = await once(peer, 'data');
    peer.pause();
    peer.unshift(chunk);
    peer.unshift(Buffer.from('before'));
    t.say('peer', 'read', await read(peer));
    await t.closed();
  },

  'the option onread': async (t) => {
    const buffer = Buffer.alloc(100);
    let text = '';
    const { client, peer } = await t.open({
      client: {
        onread: {
          buffer,
          callback: (length, into) => {
            text += into.toString('latin1', 0, length);
            return true;
          },
        },
      },
      watch: { data: false },
    });
    peer.end('into memory of its own');
    await t.closed();
    t.say('client', 'read', text, client.bytesRead >= text.length);
  },

  pauseOnConnect: async (t) => {
    const { client, peer } = await t.open({
      server: { pauseOnConnect: true },
      peer: { data: false },
    });
    t.say('peer', 'paused', peer.isPaused(), peer.readableFlowing);
    peer.on('data', (chunk) => t.say('peer', 'read', String(chunk)));
    peer.resume();
    client.end('words');
    await t.closed();
  },
};
