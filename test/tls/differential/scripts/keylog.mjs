// The key log: only its labels are compared, the rest is secret and new each time.

import { once } from 'node:events';
import { label } from '../world.mjs';

export const scripts = {
  'the key log of a client': async (t) => {
    const { client } = await t.open({ watch: { keylog: true } });
    client.end();
    await t.closed();
  },

  'the key log of a server': async (t) => {
    const server = await t.serve();
    server.on('keylog', (line, socket) => {
      t.say('server', 'keylog', label(line), line.at(-1) === 10, socket);
    });
    const client = t.connect(server);
    await once(client, 'secureConnect');
    client.end();
    await t.closed();
  },

  'both sides log the same lines': async (t) => {
    const server = await t.serve();
    const lines = { client: [], server: [] };
    server.on('keylog', (line) => lines.server.push(String(line)));
    const client = t.connect(server);
    client.on('keylog', (line) => lines.client.push(String(line)));
    const accepted = once(server, 'secureConnection');
    await Promise.all([accepted, once(client, 'secureConnect')]);
    await t.exchange(client, (await accepted)[0]);
    const same = JSON.stringify(lines.client.sort()) === JSON.stringify(lines.server.sort());
    t.say('client', 'the same lines', same, lines.client.length);
    client.end();
    await t.closed();
  },

  'the key log of a resumed connection': async (t) => {
    const server = await t.serve({}, { peer: false });
    const first = t.connect(server, {}, { as: 'first' });
    const given = once(first, 'session');
    const [session] = await given;
    t.session(session);
    first.end();
    await t.closed();
    const second = t.connect(server, { session }, { as: 'second', keylog: true });
    await once(second, 'secureConnect');
    t.say('second', 'resumed', second.isSessionReused());
    second.end();
    await t.closed();
  },
};
