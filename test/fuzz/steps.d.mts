import type { Step } from './find.mjs';

export function generate(seed: number): Step[];
