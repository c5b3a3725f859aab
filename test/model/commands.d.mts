export const done: ReadonlyMap<string, { runs: number; refused: number }>;

/** Throws for the smallest run that goes wrong. */
export function checkModel(options: { seed: number; numRuns: number; path?: string }): void;
