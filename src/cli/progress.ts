// Where a command is that takes its time: a line on a terminal, and nothing where there is none.

import { bar, displayWidth, printable, terminal, wrap } from './terminal.js';

export interface Progress {
  show(fraction: number, doing: string): void;
  /** Takes the line away. */
  end(): void;
}

const barColumns = 24;

export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (stream.isTTY !== true) return { show: () => {}, end: () => {} };
  const out = terminal(stream);
  let shown = '';
  return {
    show(fraction, doing) {
      const columns = Math.min(barColumns, Math.max(out.width - 30, 4));
      const text = wrap(printable(doing), out.width - columns - 4)[0] ?? '';
      const line = ` ${bar(out, 'cyan', fraction, columns)}  ${text}`;
      if (line === shown) return;
      shown = line;
      const rest = ' '.repeat(Math.max(out.width - 1 - displayWidth(line), 0));
      stream.write(`\r${line}${rest}`);
    },
    end() {
      if (shown !== '') stream.write(`\r${' '.repeat(out.width - 1)}\r`);
      shown = '';
    },
  };
}
