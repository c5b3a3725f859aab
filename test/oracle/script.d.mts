/** A row of operations.h. */
export interface Operation {
  name: string;
  first: 'NOTHING' | 'SESSION' | 'SESSION_OR_NULL';
  second: string;
  result: string;
}
export const operations: readonly Operation[];
export function runScript(lines: readonly string[]): string[];
