// The tables that `npm run bench` prints; colours only on a terminal.

import Table from 'cli-table3';
import pc from 'picocolors';
import { contenderNames } from './targets.mjs';

const colors = pc.createColors(process.stdout.isTTY === true);

export function table(head, rows) {
  const style = { head: [], border: [], compact: true };
  const colAligns = head.map((_, column) => (column === 0 ? 'left' : 'right'));
  const result = new Table({ head: head.map(colors.bold), style, colAligns });
  result.push(...rows);
  return result.toString();
}

const nanoseconds = (value) => value.toFixed(value < 100 ? 1 : 0);
const amount = (value, unit) =>
  unit === '×' ? `${value.toFixed(2)} ×` : `${value.toFixed(1)} ${unit}`;

export function printReport(about, { medians, targets, growth }) {
  console.log(`${about.libssl}\nNode ${about.node}, ${about.machine}\n`);

  console.log(`Nanoseconds for one iteration, median of ${about.rounds} interleaved rounds`);
  const names = Object.keys(contenderNames);
  const rows = Object.entries(medians).map(([operation, values]) => [
    operation,
    ...names.map((name) => (name in values ? nanoseconds(values[name]) : '–')),
  ]);
  console.log(table(['', ...Object.values(contenderNames)], rows));

  for (const [operation, [few, many]] of Object.entries(growth)) {
    console.log(
      `${operation}, (b) / (a): ${few.toFixed(2)} with 1,000 alive, ` +
        `${many.toFixed(2)} with 1,000,000 alive`,
    );
  }

  console.log('\nTargets; a ratio of times is the median of the ratios within each round');
  printTargets(targets);
}

export function printTargets(targets) {
  const checks = targets.map(({ what, value, limit, atLeast, unit, met }) => [
    what,
    amount(value, unit),
    `${atLeast ? '≥' : '≤'} ${amount(limit, unit)}`,
    met ? colors.green('pass') : colors.red('FAIL'),
  ]);
  console.log(table(['', 'measured', 'target', ''], checks));
  const missed = targets.filter(({ met }) => !met).length;
  console.log(`${targets.length - missed} targets met, ${missed} missed`);
}
