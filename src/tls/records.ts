// What is written, joined into full records: many small writes make few records.

const record = 16_384; // the most data that a record has

/** The same bytes: small chunks joined to at most a record's, large ones as they are. */
export function blocksOf(chunks: readonly Buffer[]): Buffer[] {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return [first];
  const blocks: Buffer[] = [];
  let small: Buffer[] = [];
  let size = 0;
  const join = () => {
    const [only] = small;
    if (only !== undefined) blocks.push(small.length === 1 ? only : Buffer.concat(small, size));
    small = [];
    size = 0;
  };
  for (const chunk of chunks) {
    if (size + chunk.length > record) join();
    if (chunk.length >= record) {
      blocks.push(chunk);
      continue;
    }
    small.push(chunk);
    size += chunk.length;
  }
  join();
  return blocks;
}
