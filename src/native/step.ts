// What the last step of a connection came to. Read it before anything else is called.

import { registers } from './registers.js';

export const step = {
  /** What the C function gave. */
  get result(): number {
    return registers[0] as number;
  },
  /** `SSL_get_error`. */
  get error(): number {
    return registers[1] as number;
  },
  /** Whether the first handshake is over. */
  get ready(): boolean {
    return registers[2] === 1;
  },
  /** Of `receiveInto`: SSL_get_shutdown. */
  get shutdown(): number {
    return registers[3] as number;
  },
  /** Of `writeInto`: how many bytes for the peer there are. */
  get filled(): number {
    return registers[3] as number;
  },
  /** Of both: whether there is more than there was room for. */
  get more(): boolean {
    return registers[4] === 1;
  },
};

/** What `join()` came to, of both sides. */
export const joined = {
  get clientError(): number {
    return registers[1] as number;
  },
  get serverError(): number {
    return registers[3] as number;
  },
  /** Whether any bytes went from one to the other. */
  get moved(): boolean {
    return registers[4] === 1;
  },
  get clientReady(): boolean {
    return registers[5] === 1;
  },
  get serverReady(): boolean {
    return registers[6] === 1;
  },
};
