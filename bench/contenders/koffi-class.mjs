// (e) What one would write over koffi to have objects: a class with an idempotent free() and a
// FinalizationRegistry.

import * as C from './koffi.mjs';

const registry = new FinalizationRegistry((pointer) => C.SSL_SESSION_free(pointer));

export class Session {
  #pointer;

  constructor(pointer = C.SSL_SESSION_new()) {
    if (pointer === null) throw new Error('libssl gave no session');
    this.#pointer = pointer;
    registry.register(this, pointer, this);
  }

  static fromDer(der) {
    return new Session(C.d2i_SSL_SESSION(der));
  }

  get #live() {
    if (this.#pointer === null) throw new Error('the session is freed');
    return this.#pointer;
  }

  dup() {
    return new Session(C.SSL_SESSION_dup(this.#live));
  }

  upRef() {
    C.SSL_SESSION_up_ref(this.#live);
    return new Session(this.#pointer);
  }

  free() {
    const pointer = this.#pointer;
    if (pointer === null) return;
    this.#pointer = null;
    registry.unregister(this);
    C.SSL_SESSION_free(pointer);
  }

  get time() {
    return C.SSL_SESSION_get_time(this.#live);
  }

  toJSON() {
    return C.toJSON(this.#live);
  }

  toDer() {
    return C.i2d_SSL_SESSION(this.#live);
  }
}
