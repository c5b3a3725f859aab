// The flags of the runner: which connection they are for, and their values. A flag that is not here is
// of something that libssl cannot do, or that the shim does not do: its tests are not passed.

/** A test asks for what is not done here. `what`: by which the expectations name it. */
export class Unimplemented extends Error {
  constructor(what) {
    super(`UNIMPLEMENTED: ${what}`);
  }
}

const booleans = `
  allow-unknown-alpn-protos async check-close-notify decline-alpn enable-early-data
  enable-ocsp-stapling enable-signed-cert-timestamps expect-accept-early-data expect-extended-master-secret expect-no-hrr
  expect-no-offer-early-data expect-no-secure-renegotiation expect-no-session
  expect-no-session-id expect-hrr expect-reject-early-data expect-secure-renegotiation
  expect-session-id expect-session-miss expect-ticket-renewal expect-ticket-supports-early-data
  expect-verify-result export-traffic-secrets fail-cert-callback fail-ocsp-callback
  decline-ocsp-callback dtls fallback-scsv forbid-renegotiation-after-handshake
  handshake-never-done handshake-twice implicit-handshake key-update
  no-op-extra-handshake no-ticket no-tls1 no-tls11 no-tls12 no-tls13 partial-write
  peek-then-read reject-alpn renegotiate-freely renew-ticket require-any-client-certificate
  server server-preference set-ocsp-in-callback shim-shuts-down shim-writes-first tls-unique
  use-custom-verify-callback use-early-callback use-export-context use-exporter-between-reads
  use-ocsp-callback use-old-client-cert-callback use-ticket-callback verify-fail verify-peer
  write-different-record-sizes`;

const numbers = `
  expect-cipher expect-cipher-aes expect-cipher-no-aes expect-curve-id
  expect-peer-signature-algorithm expect-total-renegotiations expect-version
  export-keying-material initial-timeout-duration-ms max-cert-list max-send-fragment max-version min-version mtu port read-size
  resume-count`;

const lists = 'curves expect-peer-verify-pref signing-prefs verify-prefs';

const texts = `
  advertise-alpn cert-file cipher expect-advertised-alpn expect-alpn expect-client-ca-list
  expect-early-data-reason expect-msg-callback expect-peer-cert-file expect-server-name
  export-context export-label host-name key-file psk psk-identity select-alpn srtp-profiles
  use-client-ca-list`;

const base64 = `expect-certificate-types expect-ocsp-response expect-signed-cert-timestamps ocsp-response
  signed-cert-timestamps ticket-key`;

const names = (text) => text.split(/\s+/).filter(Boolean);
const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

// A flag's kind: what it does to a connection's settings.
const kinds = new Map([
  ...names(booleans).map((name) => [name, { takes: false, value: () => true }]),
  ...names(numbers).map((name) => [name, { takes: true, value: (text) => Number(text) }]),
  ...names(lists).map((name) => [
    name,
    { takes: true, value: (text, before = []) => [...before, Number(text)] },
  ]),
  ...names(texts).map((name) => [name, { takes: true, value: (text) => text }]),
  ...names(base64).map((name) => [
    name,
    { takes: true, value: (text) => Buffer.from(text, 'base64') },
  ]),
]);

/** The settings of the first connection, of those that resume, and of one that goes on after rejected early data. */
export function parse(args) {
  const settings = { initial: {}, resume: {}, retry: {} };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [, only, which, name] =
      /^-(?:on-(shim|handshaker)-)?(?:on-(initial|resume|retry)-)?(.+)$/.exec(flag) ?? [];
    const kind = kinds.get(name);
    if (kind === undefined) throw new Unimplemented(`-${name}`);
    const text = kind.takes ? rest.shift() : undefined;
    if (only === 'handshaker') continue;
    for (const [key, target] of Object.entries(settings)) {
      if (which !== undefined && which !== key) continue;
      target[camel(name)] = kind.value(text, target[camel(name)]);
    }
  }
  return settings;
}
