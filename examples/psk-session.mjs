// An external PSK of TLS 1.3: a session made by hand, known to both sides, in place of a certificate.

import { handshake, SslConnection, SslContext, SslSession } from 'libssl-session';

const secret = Buffer.alloc(48, 'a secret that both sides have'); // a real one: random bytes

function pskSession() {
  const session = new SslSession();
  session.protocolVersion = 'TLSv1.3';
  session.cipher = 'TLS_AES_256_GCM_SHA384'; // the suite chosen must have its hash
  session.masterKey = secret;
  return session;
}

function connect(known) {
  const [mine, yours] = [pskSession(), pskSession()];
  const pskSessions = known ? [['sensor-7', yours]] : [];
  const client = new SslContext({
    role: 'client',
    pskSession: { identity: 'sensor-7', session: mine },
  });
  const server = new SslContext({ role: 'server', pskSessions });
  const [a, b] = [new SslConnection(client, { host: null }), new SslConnection(server)];
  try {
    handshake(a, b);
    a.write(Buffer.from('21.5 degrees'));
    b.receive(a.take());
    const { protocol, cipher, peerCertificate, sessionReused } = a;
    console.log(`${protocol}, ${cipher.name}; certificate: ${peerCertificate ?? 'none'}`);
    console.log(`the PSK was used, as a resumed session is: ${sessionReused}`);
    console.log(`the server reads: ${b.read()}`);
  } catch (error) {
    console.log(`no handshake: ${error.code}`);
  } finally {
    for (const each of [a, b, client, server, mine, yours]) each.free();
  }
}

connect(true);
console.log('With a server that does not know the identity, and has no certificate:');
connect(false);
