// Makes a list smaller, as long as it still fails: delta debugging (ddmin). fast-check's own
// shrinking wants the property to be run here, hundreds of times; each of these runs is a process.

/** A part of `list` for which `fails` resolves to true, and of which nothing can be left out. */
export async function shrink(list, fails, { mostRuns = 300 } = {}) {
  let runs = 0;
  let parts = 2;
  while (list.length > 0 && runs < mostRuns) {
    const size = Math.ceil(list.length / parts);
    let smaller;
    for (let from = 0; from < list.length && runs < mostRuns; from += size) {
      // The last steps first: what is behind the fault goes at once.
      const end = list.length - from;
      const without = [...list.slice(0, Math.max(end - size, 0)), ...list.slice(end)];
      runs += 1;
      if (await fails(without)) {
        smaller = without;
        break;
      }
    }
    if (smaller !== undefined) {
      list = smaller;
      parts = Math.max(Math.min(parts - 1, list.length), 2);
    } else if (size === 1) break;
    else parts = Math.min(parts * 2, list.length);
  }
  return list;
}
