export const operations: Record<string, unknown>;
export function runPeers(lines: readonly string[]): string[];
