// What happened, as lines of text, one list for each emitter: how the two sides' lines mix is chance.

import { createHash } from 'node:crypto';

/** Bytes, short ones as they are. */
function bytes(data) {
  const text = typeof data === 'string' ? data : data.toString('latin1');
  if (text.length <= 40) return JSON.stringify(text);
  return `${text.length} bytes, ${createHash('sha1').update(text, 'latin1').digest('hex').slice(0, 8)}`;
}

// What OpenSSL says differs from version to version; Node's own words do not.
const opensslCodes = /^ERR_(SSL|OSSL|LIBSSL)_/;
const nodeCodes = /^(ERR_|ABORT_ERR|E[A-Z]+$)/;

const argumentCodes = ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_OUT_OF_RANGE'];

/** OpenSSL 3.5 has renamed the alerts. */
const code = (text) => text.replace('ERR_SSL_SSL/TLS_ALERT_', 'ERR_SSL_SSLV3_ALERT_');

export class Logs {
  #lines = new Map();
  #frozen = false;
  /** Ports, which are another number each time. */
  ports = new Set();

  /** From here on nothing is written: what follows is the tidying up. */
  freeze() {
    this.#frozen = true;
  }

  say(emitter, what, ...things) {
    if (this.#frozen) return;
    const entries = this.#lines.get(emitter) ?? [];
    this.#lines.set(emitter, entries);
    entries.push([what, things.map((thing) => this.show(thing)).join(', ')]);
  }

  /** Data; the chunks of it are one line, unless something else came between. */
  data(emitter, chunk) {
    if (this.#frozen) return;
    const entries = this.#lines.get(emitter) ?? [];
    this.#lines.set(emitter, entries);
    const last = entries.at(-1);
    if (last?.[0] === 'data') last.push(chunk);
    else entries.push(['data', '', chunk]);
  }

  #error(error) {
    const name = error.code === undefined ? '' : code(String(error.code));
    if (opensslCodes.test(name)) return `error ${name}`;
    // The reason why a certificate is refused: the code is OpenSSL's, and the words are.
    if (name !== '' && !nodeCodes.test(name)) return `error ${name}`;
    // The words for a wrong argument show its value in Node, and never here.
    if (argumentCodes.includes(name)) return `${error.name} ${name}`;
    // An assertion of Node's own: its words are of no use.
    if (name === 'ERR_INTERNAL_ASSERTION') return `error ${name}`;
    const fields = Object.keys(error)
      .filter((key) => key !== 'code')
      .sort();
    const more = fields.length === 0 ? '' : ` {${fields.join(' ')}}`;
    return `${error.name} ${name}: ${this.#withoutPorts(error.message)}${more}`;
  }

  #withoutPorts(text) {
    let result = text;
    for (const port of this.ports)
      result = result.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), 'PORT');
    return result;
  }

  /** The shape of a thing, and its value where that is the same each time. */
  show(thing) {
    if (thing instanceof Error) return this.#error(thing);
    if (typeof thing === 'string') return this.#withoutPorts(JSON.stringify(thing));
    if (typeof thing === 'function') return 'a function';
    if (thing instanceof Uint8Array) return 'a Buffer';
    if (Array.isArray(thing)) return `[${thing.map((each) => this.show(each)).join(', ')}]`;
    if (typeof thing === 'number' && this.ports.has(thing)) return 'PORT';
    if (typeof thing !== 'object' || thing === null) return String(thing);
    if (typeof thing.pipe === 'function')
      return thing.encrypted === true ? 'a TLS socket' : 'a stream';
    const own = Object.entries(thing).filter(([, value]) => value !== undefined);
    return `{ ${own.map(([key, value]) => `${key}: ${this.show(value)}`).join(', ')} }`;
  }

  /** Emitter → lines. */
  toJSON() {
    const all = {};
    for (const [emitter, entries] of [...this.#lines].sort(([a], [b]) => (a < b ? -1 : 1))) {
      all[emitter] = entries.map(([what, text, ...chunks]) => {
        if (what === 'data')
          return `data ${bytes(typeof chunks[0] === 'string' ? chunks.join('') : Buffer.concat(chunks))}`;
        return text === '' ? what : `${what}: ${text}`;
      });
    }
    return all;
  }
}
