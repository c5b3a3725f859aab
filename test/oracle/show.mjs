// Results as oracle.c and peers.c write them. What has another type than it should is shown as that.

export const wrong = (value) => `a wrong ${value === null ? 'null' : typeof value}: ${value}`;

/** A number where that is exact, a bigint elsewhere. */
export function showLong(value) {
  const right =
    typeof value === 'bigint' ? !Number.isSafeInteger(Number(value)) : Number.isSafeInteger(value);
  return right && !Object.is(value, -0) ? String(value) : wrong(value);
}

export function showCipher(cipher) {
  if (cipher === null) return 'null';
  const { id, name, standardName, version, bits, ...others } = cipher;
  if (Object.keys(others).length > 0) return wrong(cipher);
  const texts = [name, standardName, version].map(quoted).join(' ');
  return `${id.toString(16).padStart(4, '0')} ${texts} ${bits}`;
}

export function showError({ code, library, function: name, reason, data }) {
  const number = code.toString(16).padStart(8, '0');
  return ` ! ${number} ${[library, name, reason, data].map(quoted).join(' ')}`;
}

/** A string of bytes, as oracle.c writes it. */
export function quoted(text) {
  const safe = text.replace(/[^ !#-[\]-~]/g, (character) => {
    if (character === '\n') return '\\n';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${safe}"`;
}
