// Who the client is.

import { once } from 'node:events';

const judged = ({ authorized, authorizationError }) => ({ authorized, authorizationError });

async function accepts(t, serverOptions, clientOptions) {
  const { client, peer } = await t.open({
    server: { requestCert: true, ca: t.cas.a, ...serverOptions },
    client: clientOptions,
  });
  t.say('client', 'judged', judged(client));
  t.say('peer', 'judged', judged(peer));
  const certificate = peer.getPeerCertificate();
  t.say('peer', 'certificate', certificate.subject, certificate.issuer);
  client.end('hello');
  await t.closed();
}

async function refuses(t, clientOptions) {
  const server = await t.serve({ requestCert: true, ca: t.cas.a });
  const failed = once(server, 'tlsClientError');
  const client = t.connect(server, clientOptions);
  const [, socket] = await failed;
  t.say('server', 'judged', judged(socket));
  await t.closed(client);
  await t.closed();
}

export const scripts = {
  'a client certificate that verifies': (t) => accepts(t, {}, t.ids.a),
  'a client certificate that the server has not asked for': (t) =>
    accepts(t, { requestCert: false }, t.ids.a),
  'a client certificate of another CA, to a server that does not mind': (t) =>
    accepts(t, { rejectUnauthorized: false }, t.ids.b),
  'no client certificate, to a server that does not mind': (t) =>
    accepts(t, { rejectUnauthorized: false }, {}),
  'a client certificate of another CA': (t) => refuses(t, t.ids.b),
  'a client certificate that has expired': (t) => refuses(t, t.ids.expired),
  'no client certificate': (t) => refuses(t, {}),
};
