// Lists of rules, as native code takes them and gives them back: numbers, one after the other
// (native/addon/rule_rows.h).

import { invalidType } from '../common/validate.js';

/** A number that may be missing. */
export const optional = (number: number | undefined): [given: number, number: number] =>
  number === undefined ? [0, 0] : [1, number];

/** The rules, each checked and put into numbers. */
export function ruleRows<T>(
  name: string,
  rules: unknown,
  row: (rule: Partial<Record<keyof T, unknown>>, name: string) => readonly number[],
): Uint8Array {
  if (typeof rules !== 'object' || rules === null || !(Symbol.iterator in rules)) {
    throw invalidType(name, 'an iterable of rules', rules);
  }
  const numbers = Array.from(rules as Iterable<unknown>, (rule, i) => {
    const place = `${name}[${i}]`;
    if (typeof rule !== 'object' || rule === null) throw invalidType(place, 'of type object', rule);
    return row(rule, place);
  });
  return new Uint8Array(Int32Array.from(numbers.flat()).buffer);
}

/** Reads rules of `size` numbers. */
export function readRows<T>(bytes: Uint8Array, size: number, rule: (row: number[]) => T): T[] {
  const numbers = new Int32Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: numbers.length / size }, (_, i) =>
    rule([...numbers.subarray(i * size, (i + 1) * size)]),
  );
}
