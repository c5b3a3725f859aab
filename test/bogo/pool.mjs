// Does the tests of many shims: each connects, says its arguments, and is told how its test went. It
// tells its parent the port.

import { createServer } from 'node:net';
import { outcome } from './shim.mjs';

function serve(socket) {
  let text = '';
  let started = false;
  socket.on('error', () => {}); // the runner has ended a shim
  socket.setEncoding('latin1').on('data', async (data) => {
    text += data;
    const [count, ...args] = text.split('\0');
    // Behind the last there is a 0 byte, too.
    if (started || args.length <= Number(count)) return;
    started = true;
    const { code, text: failure } = await outcome(args.slice(0, -1));
    socket.end(`${code}\n${failure}`);
  });
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  process.send(server.address().port);
});
process.on('disconnect', () => process.exit());
