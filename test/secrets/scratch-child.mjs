// Works with secrets in one way, overwrites every JavaScript copy of them, and waits for its memory
// to be read (memory.ts). The secrets come masked, so that they are in this process only where the
// work puts them.

import { readFileSync } from 'node:fs';
import { SslContext, SslSession } from 'libssl-session';
import * as C from 'libssl-session/libssl';
import { gc } from '../support/gc.mjs';

const { path, mask, inputs } = await new Promise((resolve) => process.once('message', resolve));

// Over ArrayBuffers of their own: V8 keeps small arrays in its own heap, and moves them about.
const plain = [];
function unmasked(name) {
  const hidden = inputs[name];
  const bytes = new Uint8Array(new ArrayBuffer(Math.max(hidden.length / 2, 4096)));
  for (let i = 0; i < hidden.length / 2; i++) {
    bytes[i] = Number.parseInt(hidden.slice(2 * i, 2 * i + 2), 16) ^ mask;
  }
  plain.push(bytes);
  return bytes.subarray(0, hidden.length / 2);
}

// A session with the key that no decoder has seen.
function withKey() {
  const session = new SslSession();
  session.masterKey = unmasked('key');
  session.cipher = 0xc02f;
  session.protocolVersion = 'TLSv1.2';
  session.id = Buffer.alloc(32, 1);
  return session;
}

const wipe = (bytes) => bytes.fill(0);
const refused = (call) => {
  try {
    call().free();
  } catch {
    return;
  }
  throw new Error(`${path} was not refused`);
};

const paths = {
  nothing: () => [],
  // To see that what is there is found.
  'no free()': () => {
    globalThis.kept = SslSession.fromDer(unmasked('der'));
    globalThis.text = globalThis.kept.toText({ secrets: true }) + globalThis.kept.toPem();
    return [];
  },
  'masterKey =': () => [withKey()],
  masterKey: () => {
    const session = withKey();
    wipe(session.masterKey);
    return [session];
  },
  'dup()': () => {
    const session = withKey();
    return [session.dup(), session, session.upRef()];
  },
  'toDer()': () => {
    const session = withKey();
    wipe(session.toDer());
    return [session];
  },
  // The strings stay in V8's heap until it is collected and used again.
  'toPem()': () => {
    const session = withKey();
    session.toPem();
    return [session];
  },
  'toText()': () => {
    const session = withKey();
    session.toText();
    return [session];
  },
  'toKeylog()': () => {
    const session = withKey();
    session.toKeylog();
    return [session];
  },
  'toJSON()': () => {
    const session = withKey();
    JSON.stringify(session);
    return [session];
  },
  'a key that is too long': () => {
    const session = new SslSession();
    try {
      session.masterKey = unmasked('longKey');
    } catch {
      return [session];
    }
    throw new Error('a long key was taken');
  },
  'fromDer()': () => [SslSession.fromDer(unmasked('der'))],
  'fromNodeSession()': () => [SslSession.fromNodeSession(unmasked('der'))],
  'fromDer(), refused': () => {
    refused(() => SslSession.fromDer(unmasked('cutDer')));
    return [];
  },
  'fromDer(), bytes after it': () => {
    refused(() => SslSession.fromDer(unmasked('longDer')));
    return [];
  },
  'fromPem()': () => [SslSession.fromPem(unmasked('pem'))],
  'fromPem(), refused': () => {
    refused(() => SslSession.fromPem(unmasked('cutPem')));
    return [];
  },
  // As short as what a std::string has room for in itself. The wrong one: libssl has to try it.
  'a short passphrase': () => {
    const options = { role: 'server', passphrase: String.fromCharCode(...unmasked('passphrase')) };
    const file = (name) =>
      readFileSync(new URL(`../fixtures/options-good${name}`, import.meta.url));
    refused(
      () =>
        new SslContext({ ...options, cert: file('-cert.pem'), key: file('-encrypted-key.pem') }),
    );
    refused(() => new SslContext({ ...options, pfx: file('.p12') }));
    return [];
  },
  'the C-named functions': () => {
    const session = C.d2i_SSL_SESSION(unmasked('der'));
    wipe(C.SSL_SESSION_get_master_key(session));
    wipe(C.SSL_SESSION_get0_ticket(session));
    wipe(C.i2d_SSL_SESSION(session));
    C.SSL_SESSION_free(C.SSL_SESSION_dup(session));
    C.SSL_SESSION_free(session);
    C.SSL_SESSION_free(C.PEM_read_bio_SSL_SESSION(unmasked('pem')));
    return [];
  },
  'all of a decoded session': () => {
    const session = SslSession.fromDer(unmasked('der'));
    wipe(session.ticket);
    wipe(session.masterKey);
    wipe(session.toDer());
    wipe(session.toNodeSession());
    session.toPem();
    session.toText();
    session.toText({ secrets: true });
    session.toJSON();
    return [session, session.dup()];
  },
};

// Several at once, so that what is left behind is not all used again at once.
const sessions = [];
for (let i = 0; i < 20; i++) sessions.push(...paths[path]());
for (const session of sessions) session.free();
plain.forEach(wipe);
gc();

process.once('message', () => process.exit());
process.send('done');
