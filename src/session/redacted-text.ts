/**
 * The text of SSL_SESSION_print without the master key, the ticket and the fields of a PSK. The
 * peer chooses some values (a PSK's identity and hint, an SRP user name), and libssl writes them
 * unescaped, so they can look like any lines of this text. Therefore each value is taken to end at
 * the last place that is possible, and everything that looks like a ticket is removed.
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

/** The options of `toText()`: only `true` shows secrets. */
export const textRows = { secrets: { check: (_: string, value: unknown) => value === true } };
