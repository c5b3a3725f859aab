export interface ChildOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
}
export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}
export interface ValgrindError {
  /** As valgrind names it: InvalidRead, Leak_DefinitelyLost, … */
  kind: string;
  what: string;
  frames: { function: string; object: string }[];
}
export interface ValgrindResult extends ChildResult {
  errors: ValgrindError[];
  reachable: ValgrindError[];
}
export const noValgrind: string | undefined;
export function runNode(args: string[], options?: ChildOptions): Promise<ChildResult>;
export function runUnderValgrind(args: string[], options?: ChildOptions): Promise<ValgrindResult>;
