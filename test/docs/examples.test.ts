// Each program of examples/ shows what it says it shows, gives every session back, and ends by itself.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runNode } from '../support/valgrind.mjs';
import { noVsftpd } from '../support/vsftpd.mjs';

const directory = new URL('../../examples/', import.meta.url);
const counting = new URL('programs/counting.mjs', import.meta.url).href;

/** What each prints; `…` stands for what differs from run to run. */
const output: Readonly<Record<string, string>> = {
  'conformance.mjs': `
ok     a new session is good for 304 seconds: 304
ok     set_timeout returns 1: 1
ok     get_timeout gives it back: 60
ok     set_time returns the time: 1000
ok     set_time to 0 returns 0, as a failure does: 0
ok     get_time of NULL is 0: 0
ok     an id of 32 bytes is taken: 1
ok     one of 33 bytes is not: 0
ok     and OpenSSL says why: ssl session id too long
ok     the old id is still there: 1
ok     up_ref returns 1: 1
ok     after one free of two it is alive: 60
ok     one free too many is an exception: ERR_LIBSSL_INVALID_HANDLE
`,
  'dtls-over-udp.mjs': `
you said: hello; DTLSv1.2; datagrams were lost: true
`,
  'early-data.mjs': `
the session allows 1024 bytes of early data
the server reads in state 'handshake': GET /
early data was accepted; resumed: true
the client reads in state 'open': 200 OK
`,
  'inspect-node-session.mjs': `
node:tls gave … opaque bytes; in them is:
protocol:    TLSv1.3
cipher:      TLS_AES_256_GCM_SHA384
made:        …Z
good until:  …Z
ticket:      … bytes, for … s
peer:        CN=localhost
resumable:   true
master key:  48 secret bytes; toJSON() shows none of them
`,
  'probe-ticket-keys.mjs': `
ok: the key was first seen 0 hours ago
ok: the key was first seen 0 hours ago
ok: the key was first seen 24 hours ago
too old: the key was first seen 48 hours ago
`,
  'psk-session.mjs': `
TLSv1.3, TLS_AES_256_GCM_SHA384; certificate: none
the PSK was used, as a resumed session is: true
the server reads: 21.5 degrees
With a server that does not know the identity, and has no certificate:
no handshake: ERR_SSL_NO_SHARED_CIPHER
`,
  'resume-over-socket.mjs': `
first:  TLSv1.3, resumed: false. Server: Who are you?
second: TLSv1.3, resumed: true. Server: I know you.
`,
  'server-with-store.mjs': `
at the first server:  resumed: false; sessions stored: 2
at the second server: resumed: true
sessions that the second had from the store: 1
`,
  'share-with-worker.mjs': `
main thread: resumed: false; its session is … bytes of DER
worker:      resumed: true
`,
  'tls-ftps.mjs': `
control connection: TLSv1.3
data connection, resumed: true
hello.txt, 5 bytes
data connection, resumed: true
downloaded: hello
`,
  'tls-http.mjs': `
200 /one over TLSv1.3
200 /two over TLSv1.3 (resumed: false)
200 /three over TLSv1.3 (same connection)
200 /four over TLSv1.3 (resumed: true)
`,
  'tls-http2.mjs': `
TLSv1.3, h2
you asked for /one
you asked for /two
`,
  'tls-smtp-starttls.mjs': `
in the clear, STARTTLS is offered: true
from here TLSv1.3, authorized: true
a mail came, encrypted: true. How are you?
`,
  'tls-undici.mjs': `
200 /page over HTTP/1.1
200 /page over HTTP/2.0
`,
  'tls-websocket.mjs': `
hello, over TLSv1.3
closed: 1000
`,
  'tour.mjs': `
…1. A TLS handshake of libssl 1.1.1 with a node:tls server, on loopback
…libssl 1.1.1 resumed it: true
…node:tls resumed another copy of it: true
…All given back: native sessions alive: 0
…first: status 200, resumed: false
…second: status 200, resumed: true
…kept apart from Node’s OpenSSL │ yes, proved…
`,
};

const pattern = (text: string) => text.trim().replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

test('each example has its output here', () => {
  expect(readdirSync(directory).sort()).toEqual(Object.keys(output).sort());
});

test.for(Object.keys(output))(
  '%s prints what it shows, frees its sessions, and ends',
  async (name, { skip }) => {
    if (name === 'tls-ftps.mjs') skip(noVsftpd !== undefined, noVsftpd);
    const script = fileURLToPath(new URL(name, directory));
    const result = await runNode(['--import', counting, script]);
    expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
    const expected = pattern(output[name] ?? '').replaceAll('…', '[\\s\\S]*?');
    expect(result.stdout.trim()).toMatch(new RegExp(`^${expected}$`));
  },
);

// The guided run is the one that may be longer.
test.each(Object.keys(output).filter((name) => name !== 'tour.mjs'))('%s is small', (name) => {
  const lines = readFileSync(new URL(name, directory), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(lines[0]).toMatch(/^\/\/ /);
});
