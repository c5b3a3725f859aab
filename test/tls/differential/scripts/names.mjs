// The names that there are: of the module, of a socket, of a server.

const ofModule = [
  ...['connect', 'createServer', 'createSecureContext', 'checkServerIdentity', 'getCiphers'],
  ...['rootCertificates', 'DEFAULT_CIPHERS', 'DEFAULT_ECDH_CURVE', 'DEFAULT_MIN_VERSION'],
  ...['DEFAULT_MAX_VERSION', 'CLIENT_RENEG_LIMIT', 'CLIENT_RENEG_WINDOW'],
];
const ofTls = [
  ...['authorizationError', 'authorized', 'alpnProtocol', 'servername', 'encrypted'],
  ...['disableRenegotiation', 'enableTrace', 'exportKeyingMaterial', 'getCertificate', 'getCipher'],
  ...['getEphemeralKeyInfo', 'getFinished', 'getPeerCertificate', 'getPeerFinished'],
  ...['getPeerX509Certificate', 'getProtocol', 'getSession', 'getSharedSigalgs', 'getTLSTicket'],
  ...['getX509Certificate', 'isSessionReused', 'renegotiate', 'setKeyCert', 'setMaxSendFragment'],
  ...['setServername', 'setSession'],
];
const ofNet = [
  ...['address', 'autoSelectFamilyAttemptedAddresses', 'bufferSize', 'bytesRead', 'bytesWritten'],
  ...['connect', 'connecting', 'destroy', 'destroyed', 'destroySoon', 'end', 'localAddress'],
  ...['localPort', 'localFamily', 'pause', 'pending', 'ref', 'remoteAddress', 'remoteFamily'],
  ...['remotePort', 'resetAndDestroy', 'resume', 'setEncoding', 'setKeepAlive', 'setNoDelay'],
  ...['setTimeout', 'timeout', 'unref', 'write', 'readyState'],
];
const ofServer = [
  ...['addContext', 'address', 'close', 'getConnections', 'getTicketKeys', 'listen', 'listening'],
  ...['maxConnections', 'ref', 'setSecureContext', 'setTicketKeys', 'unref'],
];

const tell = (t, as, names, object) => {
  for (const name of names) t.tried(as, name, () => typeof object[name]);
};

export const scripts = {
  'the names of the module': async (t) => tell(t, 'client', ofModule, t.c.tls),
  'the names of a socket': async (t) => {
    const { client, peer } = await t.openAndQuiet();
    tell(t, 'client', [...ofTls, ...ofNet], client);
    tell(t, 'peer', [...ofTls, ...ofNet], peer);
    client.end();
    await t.closed();
  },
  'the names of a server': async (t) => {
    const server = await t.serve();
    tell(t, 'server', ofServer, server);
  },
};
