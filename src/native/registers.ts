// Handles and numeric results travel in a block of memory that TypeScript and the addon both see: a
// function's handles are put into registers[0] and [1] before the call, and a result that is a number
// is in registers[0] after it. Other arguments and results are ordinary ones. (That is a third
// cheaper: ARCHITECTURE.md, "Decisions".) Nothing outside this folder touches them: call.ts and
// step.ts put them in and read them.

/** Over an ArrayBuffer of its own, so that its memory never moves. */
export const registers = new Float64Array(new ArrayBuffer(32 * 8));
