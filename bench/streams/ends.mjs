// How a server is made, and how a client connects to it.

import { once } from 'node:events';
import { contextOptions } from './settings.mjs';

/** A server on a free port of loopback; gives the port. `answer`: what it does with a connection. */
export async function serve(library, operation, certificate, answer) {
  const options = {
    ...contextOptions(operation),
    ...certificate,
    sessionIdContext: 'bench',
    noDelay: true,
  };
  const server = library.tls.createServer(options);
  if (operation.resumes && operation.secureOptions !== 0) library.keepSessions(server);
  const onConnection = answer(operation);
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {}); // of a client that has gone
    onConnection(socket);
  });
  server.on('tlsClientError', (error) => {
    throw error;
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return server.address().port;
}

/** The function that opens a client's connection, which may resume a session. */
export function connect(library, operation, certificate, port) {
  const secureContext = library.clientContext(library.tls, {
    ...contextOptions(operation),
    ca: certificate.cert,
  });
  const options = {
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    secureContext,
    noDelay: true,
    ...library.ofClient,
  };
  return (session) =>
    library.tls.connect(session === undefined ? options : { ...options, session });
}

/** A connection that is ready. */
export async function ready(socket) {
  await once(socket, 'secureConnect');
  return socket;
}
