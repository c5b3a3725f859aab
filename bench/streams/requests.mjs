// HTTP/1.1 over connections that are kept alive, with answers of 1 KiB.

import http from 'node:http';
import { lanes, now } from './settings.mjs';

export function answer() {
  const body = Buffer.alloc(1024, 'x');
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  });
  server.keepAliveTimeout = 0;
  return (socket) => server.emit('connection', socket);
}

export function prepare(open) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: lanes });
  agent.createConnection = () => open();
  const get = () =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: 'localhost', agent }, (response) => {
        let size = 0;
        response.on('data', (data) => {
          size += data.length;
        });
        response.on('end', () =>
          size === 1024 ? resolve() : reject(new Error(`${size} bytes of 1024`)),
        );
      });
      request.on('error', reject);
    });
  return async (n) => {
    const start = now();
    let left = n;
    const lane = async () => {
      while (left-- > 0) await get();
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return (now() - start) / n;
  };
}
