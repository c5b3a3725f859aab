// Looks for parts of secrets, in every form in which one is likely to be written.

// Eight bytes of a random secret turn up by chance once in 2 ** 64.
const part = 8;

/** A text as it is searched for one form, and what some bytes are in that form. */
const writings: Record<
  string,
  { normal: (text: string) => string; needles: (piece: Buffer) => string[] }
> = {
  bytes: {
    normal: (text) => text,
    needles: (piece) => [piece.toString('latin1'), piece.toString()],
  },
  escaped: { normal: unescaped, needles: (piece) => [piece.toString('latin1')] },
  // Also with separators: 0a:0b, <0a 0b>, "0a 0b-0c".
  hex: {
    normal: (text) => text.replace(/0x|[^0-9a-f]/gi, '').toLowerCase(),
    needles: (piece) => [piece.toString('hex')],
  },
  decimal: {
    normal: (text) => `,${text.replace(/\D+/g, ',')},`,
    needles: (piece) => [`,${piece.join(',')},`],
  },
  base64: {
    normal: (text) =>
      text
        .replaceAll('-', '+')
        .replaceAll('_', '/')
        .replace(/[^A-Za-z0-9+/]/g, ''),
    needles: (piece) =>
      // Whole groups of three bytes, wherever the groups begin.
      [0, 1, 2].map((start) => piece.subarray(start, start + 6).toString('base64')),
  },
};

/** The forms in which some part of each secret is in `text`, by its name; without those that are not. */
export function formsOfEach(
  secrets: Record<string, Buffer>,
  text: string,
): Record<string, string[]> {
  const found = Object.entries(writings).map(([form, { normal, needles }]) => {
    const owners = Object.entries(secrets).flatMap(([name, secret]) =>
      pieces(secret).flatMap((piece) => needles(piece).map((needle) => ({ name, needle }))),
    );
    return { form, names: whoseAreIn(normal(text), owners) };
  });
  const forms = Object.keys(secrets).map((name): [string, string[]] => [
    name,
    found.filter(({ names }) => names.has(name)).map(({ form }) => form),
  ]);
  return Object.fromEntries(forms.filter(([, { length }]) => length > 0));
}

/** The forms in which some part of `secret` is in `text`. */
export function formsOf(secret: Buffer, text: string): string[] {
  return formsOfEach({ secret }, text)['secret'] ?? [];
}

type Owned = { name: string; needle: string };

/** Whose needles are in the text. Reads it once, however many there are: by their first three units. */
function whoseAreIn(text: string, owned: Owned[]): Set<string> {
  const byStart = new Map<number, Owned[]>();
  const starts = new Uint8Array(1 << 16);
  for (const one of owned) {
    const start = startAt(one.needle, 0);
    starts[start] = 1;
    byStart.set(start, [...(byStart.get(start) ?? []), one]);
  }
  const names = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    const start = startAt(text, at);
    if (starts[start] === 0) continue;
    for (const { name, needle } of byStart.get(start) ?? []) {
      if (text.startsWith(needle, at)) names.add(name);
    }
  }
  return names;
}

/** The three units from `at` on, as 16 bits; 0 stands for what is behind the end. */
function startAt(text: string, at: number): number {
  const first = text.charCodeAt(at) * 31 + text.charCodeAt(at + 1);
  return (first * 31 + text.charCodeAt(at + 2)) & 0xffff;
}

function pieces(secret: Buffer): Buffer[] {
  const count = Math.max(0, secret.length - part + 1);
  return Array.from({ length: count }, (_, at) => secret.subarray(at, at + part));
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u00|x)([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
