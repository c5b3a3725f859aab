import type { Step } from './find.mjs';

export function runJob(
  job: { sequences: Step[][]; planted: boolean },
  options: { hangsAfter?: number },
): Promise<{ finding: { kind: string; detail: string } | null; at: number | undefined }>;
