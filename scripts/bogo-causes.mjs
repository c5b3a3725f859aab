// Why a test does not pass, as the runner and the shim say it: the title of its group.

import { deviations } from './bogo-deviations.mjs';

/** What the shim does not do. */
const notDone = /UNIMPLEMENTED: (.*)/;

/** The group of a whole protocol. */
export const quic = 'libssl 1.1.1 has no QUIC';

const writesEarlyOnce =
  'libssl’s client writes early data before it has read anything, and not later';

// By what the shim names: why it cannot be done with libssl 1.1.1. The first that fits counts.
const lacking = [
  [/^-quic$/, quic],
  [/^-quic-/, 'BoringSSL only: parameters of QUIC in TLS'],
  [/ech-/, 'libssl 1.1.1 has no Encrypted Client Hello'],
  [/channel-id/, 'BoringSSL only: Channel ID'],
  [/application-settings|alps/, 'BoringSSL only: application settings (ALPS)'],
  [/delegated-credential/, 'libssl 1.1.1 has no delegated credentials'],
  [/grease/, 'BoringSSL only: GREASE'],
  [/^-permute-extensions$/, 'BoringSSL only: a ClientHello with its extensions in random order'],
  [/cert-compression/, 'libssl 1.1.1 has no compression of certificates'],
  [/false-start/, 'libssl 1.1.1 has no False Start'],
  [/sha256-client-cert/, 'BoringSSL only: a session that keeps a hash of the peer’s certificate'],
  [/^-jdk11-workaround$/, 'BoringSSL only: a workaround for JDK 11'],
  [/ddos-callback/, 'BoringSSL only: a callback late in a ClientHello’s handling'],
  [/^-fail-early-callback$/, 'BoringSSL only: an early callback that fails without an alert'],
  [/^-reverify-on-resume$/, 'BoringSSL only: the chain of a resumed session is verified again'],
  [/^-enforce-rsa-key-usage$/, 'BoringSSL only: the key usage of RSA certificates is enforced'],
  [/^-cbc-record-splitting$/, 'BoringSSL only: 1/n-1 splitting of CBC records'],
  [/^-verify-peer-if-no-obc$/, 'BoringSSL only: verification that depends on Channel ID'],
  [/^-handoff$|^-handshake-hints$|^-allow-hint-mismatch$/, 'BoringSSL only: a split handshake'],
  [
    /ticket-age-skew|^-resumption-delay$/,
    'needs a clock of the test’s: libssl 1.1.1 asks the system for the time',
  ],
  [/^-renegotiate-(once|ignore|explicit)$/, 'BoringSSL only: these modes of renegotiation'],
  [/npn$|next-proto$/, 'NPN is compiled out of the system’s libssl 1.1.1'],
  [/^-send-alert$/, 'libssl 1.1.1 has no function that sends an alert of the caller’s'],
  [/^-early-write-after-message$/, writesEarlyOnce],
  [/^-read-with-unfinished-write$/, 'the BIOs are in memory, so that no write is left unfinished'],
  [/^groups of equal suites$/, 'libssl 1.1.1 has no groups of equally preferred suites'],
  [/^the suite /, 'libssl 1.1.1 does not have the suite'],
  [/^group 0x/, 'libssl 1.1.1 does not have the group'],
  [/^signature algorithm/, 'libssl 1.1.1 does not have the signature algorithm'],
  [
    /^-select-empty-alpn$/,
    'libssl’s server fails with an internal error at an empty answer to ALPN: the package refuses it',
  ],
];

// What tests ask for, by name. The first that fits counts, before what libssl says.
const kinds = [
  [
    /3DES|^BadRSAClientKeyExchange|^SendV2ClientHello-\d|^Renegotiate-Client-SwitchCiphers/,
    'the system’s libssl 1.1.1 is built without suites of 3DES',
  ],
  [/CECPQ2/, 'BoringSSL only: the group CECPQ2'],
  [/JDK11DowngradeRandom/, 'BoringSSL only: the sentinel of JDK 11 in a random'],
  [/^GREASE-Server/, 'BoringSSL only: GREASE'],
  [/^ALPNClient-AllowUnknown/, 'BoringSSL only: a client takes a protocol that it has not offered'],
  [/^TLS-ECH-Server-ECHInner/, 'libssl 1.1.1 has no Encrypted Client Hello'],
  [/^SRTP-.*-Ignore-TLS/, 'libssl refuses the extension of SRTP outside of DTLS'],
  [
    /^MTUExceeded/,
    'the datagrams of this package are below the MTU, as libssl does not count all of a record',
  ],
  ...deviations,
];

const remote = /^remote error: (.*)/;

// What the shim has seen instead of what it expects.
const results = [
  [/^the peer's signature algorithm is 0/, 'libssl keeps no signature algorithm in a session'],
  [/^the OCSP response is $/, 'libssl keeps no OCSP response in a session'],
  [
    /^whether there is a session is true/,
    'libssl’s server announces the sessions of tickets of TLS 1.3',
  ],
  [/^the trace is /, 'libssl’s message callback leaves out a ChangeCipherSpec that comes'],
  [/^the timestamps are /, 'libssl keeps no list of timestamps in a session'],
  [
    /^SSL_get_extms_support is 0/,
    'libssl does not count TLS 1.3 as having the extended master secret',
  ],
];

/** Whether tests fail because of what libssl does, and not for want of something. */
export const isLibssls = (title) =>
  /^libssl(?! 1\.1\.1)/.test(title) && title !== writesEarlyOnce && title !== 'pass';

/** What comes of a test, in a line; `failure`: what the runner has printed, null if it passed. */
export function outcomeOf(failure) {
  if (failure === null) return 'passed';
  if (failure.startsWith('unexpected success')) return 'libssl accepts it';
  const { alert = '', reason, own } = partsOf(failure);
  const seen = reason ?? own ?? '';
  return notDone.exec(failure)?.[0] ?? [firstLine(alert), seen].filter(Boolean).join('; ');
}

function partsOf(failure) {
  return {
    alert: /local error '(.*?)'/.exec(failure)?.[1],
    reason: /^error:[^:]*:[^:]*:[^:]*:([^:]*):/m.exec(failure)?.[1],
    own: /^stderr:\n(.+)$/m.exec(failure)?.[1],
  };
}

/** `failure`: what the runner has printed. */
export function causeOf(test, failure) {
  const [, what] = notDone.exec(failure) ?? [];
  if (what !== undefined) {
    return lacking.find(([fits]) => fits.test(what))?.[1] ?? `the shim does not do it: ${what}`;
  }
  const kind = kinds.find(([fits]) => fits.test(test));
  if (kind !== undefined) return kind[1];
  const [, name, local = ''] = /^bad error \(wanted '(.*?)' \/ '(.*?)'\)/.exec(failure) ?? [];
  const { alert, reason, own } = partsOf(failure);
  if (alert === 'local error: bad record MAC' && name !== undefined) {
    return 'libssl’s client of TLS 1.3 sends its alert unencrypted before its last flight';
  }
  if (alert?.startsWith('dtls: ChangeCipherSpec not packed')) {
    return 'libssl sends each record again in a datagram of its own';
  }
  const said = reason === undefined ? 'libssl gives no reason' : `libssl says "${reason}"`;
  if (name?.includes('NO_RENEGOTIATION') && reason === undefined) {
    return 'libssl declines a renegotiation with a warning, and goes on';
  }
  const [, got] = remote.exec(alert ?? '') ?? [];
  const [, better = local] = remote.exec(local) ?? [];
  if (got !== undefined && better !== '' && got !== better) {
    return `libssl’s alert is another one: "${got}", expected "${better}"`;
  }
  if (name !== undefined) {
    const wanted = [name.replaceAll(':', ''), local].filter((text) => text !== '').join(', ');
    return `libssl refuses it otherwise: ${said} (runner: ${firstLine(alert)}), expected: ${wanted}`;
  }
  if (failure.startsWith('unexpected success')) return 'libssl accepts what BoringSSL refuses';
  if (reason !== undefined) return `libssl refuses what BoringSSL accepts: ${said}`;
  const asked = results.find(([fits]) => fits.test(own ?? ''));
  if (asked !== undefined) return asked[1];
  if (own !== undefined) return `another result, as the shim sees it: ${own}`;
  return `another result, as the runner sees it: ${firstLine(alert)}`;
}

// Without what differs from run to run.
function firstLine(text = '') {
  const [line = ''] = text.split('\n');
  return line
    .replace(/[0-9a-f]{16,}/g, '…')
    .replace(/read tcp.*?: /, '')
    .replace(/^(bad reply contents).*/, '$1');
}
