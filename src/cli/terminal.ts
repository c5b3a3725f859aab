// What is written for eyes: colours, widths, and nothing that a terminal would obey.

import { inspect } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Terminal {
  /** Columns to fill. */
  readonly width: number;
  /** Whether a blank line sets a table apart from what else is on the screen. */
  readonly spaced: boolean;
  paint(style: Style, text: string): string;
}

/** Colours only for a terminal that has them, and not against https://no-color.org. */
export function hasColors(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

export function terminal(stream: { isTTY?: boolean; columns?: number }): Terminal {
  const colors = hasColors(stream);
  return {
    // A pseudo-terminal may say 0. Longer lines than 120 are hard to read, and below 20 columns
    // there is no room for a value beside its label.
    width: Math.min(Math.max(stream.columns || 80, 20), 120),
    spaced: stream.isTTY === true,
    paint(style, text) {
      const [on, off] = inspect.colors[style] ?? [0, 0];
      return colors && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
    },
  };
}

/**
 * Text from a session, a certificate or a file name, with what a terminal would obey (control
 * characters, changes of direction) as escapes.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The same for JSON, which stays JSON. */
export function toJson(value: object): string {
  const escaped = (character: string) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value, null, 2).replace(unprintable, escaped)}\n`;
}

const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;

const paintCode = '\\x1b\\[\\d+m';

/** Columns that a text takes, its colours taking none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(new RegExp(paintCode, 'g'), '')) {
    width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Lines of at most `width` columns; broken at spaces, and inside a word that is longer. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const take = (piece: string) => {
    if (line !== '' && displayWidth(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  };
  for (const word of text.match(/\S+\s*/g) ?? []) {
    if (displayWidth(word.trimEnd()) <= width) take(word);
    else for (const piece of word.match(new RegExp(`${paintCode}|.`, 'gsu')) ?? []) take(piece);
  }
  lines.push(line.trimEnd());
  return lines;
}

const labelWidth = 13;

/** Rows of a label and a value, in groups under a heading; a row without a value is left out. */
export function renderTable(
  out: Terminal,
  heading: string,
  groups: readonly (readonly (readonly [label: string, value: string | null])[])[],
): string {
  const inner = out.width - 2;
  const rule = out.paint('dim', '─'.repeat(inner - 1));
  const lines = [...heading.split('\n').flatMap((line) => wrap(line, inner - 1)), rule];
  for (const group of groups) {
    const rows = group.flatMap(([label, value]) =>
      value === null ? [] : renderRow(out, label, value, inner - labelWidth - 1),
    );
    if (rows.length > 0) lines.push(...rows, rule);
  }
  lines.pop();
  const table = lines.map((line) => ` ${line}\n`).join('');
  return out.spaced ? `\n${table}\n` : table;
}

function renderRow(out: Terminal, label: string, value: string, width: number): string[] {
  // A line feed in a value is one that was put there on purpose: what is foreign is printable().
  const lines = value.split('\n').flatMap((line) => wrap(line, width));
  return lines.map((line, i) => {
    const name = (i === 0 ? label : '').padEnd(labelWidth);
    return `${out.paint('cyan', name)}${line}`;
  });
}

/** Columns that a value of a table may fill. */
export function valueWidth(out: Terminal): number {
  return out.width - 3 - labelWidth;
}

/** A bar of `columns`, filled from the left. */
export function bar(out: Terminal, style: Style, fraction: number, columns: number): string {
  // Something left, or something gone, shows.
  const some = fraction <= 0 ? 0 : Math.max(1, Math.floor(fraction * columns));
  const full = fraction >= 1 ? columns : Math.min(some, columns - 1);
  return out.paint(style, '█'.repeat(full)) + out.paint('dim', '░'.repeat(columns - full));
}

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['y', 31_557_600],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** `1 h 48 min`: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const first = units.findIndex(([, size]) => whole >= size);
  if (first === -1) return '0 s';
  let rest = whole;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count.toLocaleString('en-US')} ${name}`);
  }
  return parts.join(' ');
}

/** `2026-11-22 15:03:28 UTC`. */
export function date(time: Date): string {
  return `${time.toISOString().slice(0, -5).replace('T', ' ')} UTC`;
}

/** `1 byte`, `1,015 bytes`. */
export function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} byte${count === 1 ? '' : 's'}`;
}
