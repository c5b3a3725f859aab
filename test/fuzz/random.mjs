// Random numbers that are the same for the same seed (mulberry32), and choices made with them.

export class Random {
  #state;
  constructor(seed) {
    this.#state = seed >>> 0;
  }
  /** In [0, below). */
  below(below) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }
  seed() {
    return this.below(2 ** 32);
  }
  chance(probability) {
    return this.below(1000) < probability * 1000;
  }
  /** One of a list; undefined of an empty one. */
  pick(list) {
    return list[this.below(list.length)];
  }
  /** A key of an object, as often as its value says. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      at -= weight;
      if (at < 0) return key;
    }
    throw new Error('no weights');
  }
}
