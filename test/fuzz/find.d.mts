export interface Found {
  kind: string;
  detail: string;
  /** The seed of the sequence. */
  seed: number;
  /** Whether it was found again. */
  again: boolean;
  sequences: Step[][];
  /** What the steps call. */
  log: string;
}
export type Step = [name: string, seed: number];

export function find(options: {
  first: number;
  count: number;
  processes?: number;
  mostFindings?: number;
  report: (found: Found) => void;
  progress?: (to: number) => void;
}): Promise<number>;

export function smallSteps(
  sequences: Step[][],
  finding: { kind: string; detail: string },
  options: { planted: boolean; hangsAfter?: number },
): Promise<Step[][]>;
