// Protocols of lines, as SMTP and FTP: what a peer says, piece by piece.

import type { Duplex } from 'node:stream';

export class Dialogue {
  #text = '';
  #arrived = () => {};
  readonly #stream: Duplex;
  readonly #read = (bytes: Buffer) => {
    this.#text += bytes;
    this.#arrived();
  };
  constructor(stream: Duplex) {
    this.#stream = stream.on('data', this.#read);
  }

  /** Up to and with what the pattern finds. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) {
        const all = this.#text.slice(0, found.index + found[0].length);
        this.#text = this.#text.slice(all.length);
        return all;
      }
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  line(): Promise<string> {
    return this.until(/\r\n/);
  }

  /** All lines of an answer: its last has a space behind its number. */
  answer(): Promise<string> {
    return this.until(/^\d{3} .*\r\n/m);
  }

  say(line: string): void {
    this.#stream.write(`${line}\r\n`);
  }

  ask(line: string): Promise<string> {
    this.say(line);
    return this.answer();
  }

  /** Lets go of the stream: another protocol begins on it. */
  leave(): void {
    this.#stream.off('data', this.#read);
  }
}
