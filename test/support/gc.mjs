// The collector, at once. With --expose-gc it is a global, but not in a Worker of Bun.

export const gc = globalThis.gc ?? (() => globalThis.Bun.gc(true));
