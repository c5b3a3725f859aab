// Looks for parts of a secret, in every form in which one is likely to be written.

// Eight bytes of a random secret turn up by chance once in 2 ** 64.
const part = 8;

/** The forms in which some part of `secret` is in `text`. */
export function formsOf(secret: Buffer, text: string): string[] {
  const forms: Record<string, { normal: string; needles: (piece: Buffer) => string[] }> = {
    bytes: { normal: text, needles: (piece) => [piece.toString('latin1'), piece.toString()] },
    escaped: { normal: unescaped(text), needles: (piece) => [piece.toString('latin1')] },
    // Also with separators: 0a:0b, <0a 0b>, "0a 0b-0c".
    hex: {
      normal: text.replace(/0x|[^0-9a-f]/gi, '').toLowerCase(),
      needles: (piece) => [piece.toString('hex')],
    },
    decimal: {
      normal: `,${text.replace(/\D+/g, ',')},`,
      needles: (piece) => [`,${piece.join(',')},`],
    },
    base64: {
      normal: text
        .replaceAll('-', '+')
        .replaceAll('_', '/')
        .replace(/[^A-Za-z0-9+/]/g, ''),
      needles: (piece) =>
        // Whole groups of three bytes, wherever the groups begin.
        [0, 1, 2].map((start) => piece.subarray(start, start + 6).toString('base64')),
    },
  };
  return Object.entries(forms)
    .filter(([, { normal, needles }]) => {
      const all = new Set(pieces(secret, part, 1).flatMap(needles));
      return [...all].some((needle) => normal.includes(needle));
    })
    .map(([name]) => name);
}

/** The parts of so many bytes, one for each `step` bytes. */
function pieces(secret: Buffer, size: number, step: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + size <= secret.length; at += step) {
    found.push(secret.subarray(at, at + size));
  }
  return found;
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u00|x)([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
