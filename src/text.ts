/** The text of SSL_SESSION_print without the master key, the ticket and what belongs to a PSK. */
export function withoutSecrets(text: string): string {
  return (
    text
      .replace(/^( {4}(?:Master-Key|Resumption PSK): ).*$/gm, `$1${blank}`)
      // A PSK's identity may hold any byte, a line feed too; "None" where there is none.
      .replace(/^( {4}PSK identity: )(?!None\n)[\s\S]*(?=\n {4}PSK identity hint: )/m, `$1${blank}`)
      .replace(/^( {4}PSK identity hint: )(?!None\n)[\s\S]*(?=\n {4}SRP username: )/m, `$1${blank}`)
      .replace(/^( {4}TLS session ticket:\n)(?: {4}[0-9a-f]{4,} - .*\n)+/m, `$1    ${blank}\n`)
  );
}

const blank = '(not shown)';
