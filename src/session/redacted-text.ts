/**
 * The text of SSL_SESSION_print without the master key, the ticket and what belongs to a PSK. What
 * the peer chose (a PSK's identity and hint, an SRP user name) libssl writes as it is, so it can
 * look like any line of this text: each value is taken to end at the last place where it can, and
 * whatever looks like a ticket is one.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/^( {4}(?:Master-Key|Resumption PSK): ).*$/gm, `$1${blank}`)
    .replace(/^( {4}PSK identity: )([\s\S]*)(?=\n {4}PSK identity hint: )/m, unlessNone)
    .replace(/^( {4}PSK identity hint: )([\s\S]*)(?=\n {4}SRP username: )/m, unlessNone)
    .replace(/^( {4}TLS session ticket:\n)(?: {4}[0-9a-f]{4,} - .*\n)+/gm, `$1    ${blank}\n`);
}

const blank = '(not shown)';

const unlessNone = (_: string, label: string, value: string) =>
  label + (value === 'None' ? value : blank);

/** The options of `toText()`: what is not true shows no secret. */
export const textRows = { secrets: { check: (_: string, value: unknown) => value === true } };
