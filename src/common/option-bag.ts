// How an object of options is read: by a table of all known names. Each option is read once, and
// all of them before any is used: so a getter that frees or throws does so while there is nothing
// to lose. An unknown name is an error.

import { invalidType, invalidValue } from './validate.js';

/** Which side a context's connections take. */
export type Side = 'client' | 'server';

/** One option. */
export interface Row<T> {
  /** The value as it is used later; throws one of Node's errors. */
  readonly check: (name: string, value: unknown) => T;
  /** The only side that it means something to. */
  readonly only?: Side;
}

/** A table of options. */
export type Rows = Readonly<Record<string, Row<unknown>>>;

/** What is left of an object of options once it was read. */
export type Checked<R extends Rows> = {
  readonly [K in keyof R]?: Exclude<ReturnType<R[K]['check']>, undefined>;
};

/** Why a name is not known, as the end of a sentence that begins with it. */
export type Elsewhere = (name: string) => string | undefined;

/** Throws if it is no object, and for unknown names and wrong values. `undefined`: not given. */
export function readOptions<R extends Rows>(
  what: string,
  rows: R,
  given: unknown,
  elsewhere: Elsewhere = () => undefined,
): Checked<R> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidType(what, 'of type object', given);
  }
  const options = given as Readonly<Record<string, unknown>>;
  for (const name in options) {
    if (Object.hasOwn(rows, name) || !namesOf(options).includes(name)) continue;
    if (options[name] === undefined) continue;
    throw unknownName(what, name, Object.keys(rows), elsewhere(name));
  }
  const checked: Record<string, unknown> = Object.create(null);
  for (const name of namesOf(options)) {
    if (!Object.hasOwn(rows, name)) continue;
    const value = options[name];
    if (value !== undefined) checked[name] = rows[name]?.check(`${what}.${name}`, value);
  }
  return checked as Checked<R>;
}

/** Throws for an option that is only for the other side, unless it is null or false. */
export function refuseOtherSide<R extends Rows>(
  what: string,
  rows: R,
  checked: Checked<R>,
  side: Side,
): void {
  for (const name in checked) {
    const only = rows[name]?.only ?? side;
    if (only === side || checked[name] === null || checked[name] === false) continue;
    throw invalidValue(`${what}.${name}`, `is only for a ${only}`);
  }
}

// An option may be inherited, but not from where every object inherits.
function namesOf(options: object): readonly string[] {
  const names = Object.getOwnPropertyNames(options);
  const parent = Object.getPrototypeOf(options) as object | null;
  if (parent === null || parent === Object.prototype) return names;
  return [...new Set([...names, ...namesOf(parent)])];
}

/** The members that an object of several has; no other is known. */
export function checkMembers(what: string, value: object, names: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownName(what, unknown, names, undefined);
}

// A name is shown where it looks like one: an object of secrets may have been given by mistake.
function unknownName(
  what: string,
  name: string,
  known: readonly string[],
  why: string | undefined,
): TypeError {
  const shown = /^[A-Za-z]\w{0,39}$/.test(name);
  const full = shown ? `${what}.${name}` : what;
  if (why !== undefined) return invalidValue(full, why);
  const names = [...known].sort((a, b) => distance(name, a) - distance(name, b));
  const is = shown ? 'is not a known option' : 'has an option that is not known';
  return invalidValue(full, `${is}; the nearest is '${names[0]}'`);
}

/** The known name that this one looks like a misspelling of; null if there is none. */
export function nearest(name: string, known: readonly string[]): string | null {
  const shortest = 8; // of short names, others are near
  if (name.length < shortest) return null;
  return known.find((each) => distance(name, each) <= 2) ?? null;
}

// Levenshtein's, where the case of a letter counts less than the letter.
function distance(given: string, known: string): number {
  const one = given.slice(0, 64);
  let row = Array.from({ length: known.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= known.length; j++) {
      const [a, b] = [one.charAt(i - 1), known.charAt(j - 1)];
      const change = a === b ? 0 : a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
      const [above = 0, left = 0, corner = 0] = [row[j], next[j - 1], row[j - 1]];
      next.push(Math.min(above + 1, left + 1, corner + change));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
