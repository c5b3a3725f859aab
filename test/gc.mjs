// The collector, at once. Under a flag it is a global, but not in Bun, nor in a Worker of Deno.

export const gc = globalThis.gc ?? (() => globalThis.Bun.gc(true));
