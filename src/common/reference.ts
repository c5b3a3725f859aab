import * as threads from 'node:worker_threads';
import type { Handle } from '../native/types.js';
import { freedError } from './errors.js';

/** How the references of a class's objects are given back, and what its objects are called. */
export interface ReferenceKind {
  readonly name: string;
  /** `forgotten`: the collector does it. */
  readonly release: (handle: Handle, forgotten: boolean) => void;
}

const { markAsUncloneable } = threads as { markAsUncloneable?: (object: object) => void };

/**
 * The one native reference that a JavaScript object owns. free() gives it back; for an object that
 * was forgotten the garbage collector does.
 */
export class Reference {
  #handle: Handle | 0;
  #registered = false;
  readonly #kind: ReferenceKind;
  readonly #stack: string | undefined;

  constructor(owner: object, handle: Handle, kind: ReferenceKind) {
    // A clone would have no handle. Node 20 cannot forbid cloning: there a clone is an empty object.
    markAsUncloneable?.(owner);
    this.#handle = handle;
    this.#kind = kind;
    this.#stack = tracing ? creationStack() : undefined;
    if (young.length === 0) queueMicrotask(registerYoung);
    if (young.push({ owner, reference: this }) === maxYoung) registerYoung();
  }

  /** Throws ERR_LIBSSL_FREED after free(). */
  get handle(): Handle {
    if (this.#handle === 0) throw freedError(this.#kind.name);
    return this.#handle;
  }

  get freed(): boolean {
    return this.#handle === 0;
  }

  free(forgotten = false): void {
    const handle = this.#handle;
    if (handle === 0) return;
    this.#handle = 0;
    if (this.#registered) registry.unregister(this);
    this.#kind.release(handle, forgotten);
  }

  /** Leaves the reference to the collector's care, once `owner` is gone. */
  register(owner: object): void {
    if (this.#handle === 0) return;
    registry.register(owner, this, this);
    this.#registered = true;
  }

  /** What the collector does once the owner is gone. */
  collect(): void {
    this.#registered = false;
    this.free(true);
    if (this.#stack === undefined) return;
    process.emitWarning(
      `free() was never called on an ${this.#kind.name}; the garbage collector freed it`,
      {
        type: 'LibsslSessionLeakWarning',
        detail: this.#stack,
      },
    );
  }
}

const registry = new FinalizationRegistry<Reference>((reference) => reference.collect());

// Registering costs as much as making a session, and the collector's callbacks never run before
// the job that makes it has ended. So it is done then, for those that were not freed by then.
let young: { owner: object; reference: Reference }[] = [];
const maxYoung = 1024;
// Taken now: a test's fake timers must not keep the collector waiting.
const { queueMicrotask } = globalThis;

function registerYoung(): void {
  const batch = young;
  young = [];
  for (const { owner, reference } of batch) reference.register(owner);
}

// Reports what only the collector freed, with the stack of its creation.
const tracing = process.env.LIBSSL_SESSION_TRACE === '1';

function creationStack(): string {
  // Error.prepareStackTrace may make anything of it.
  const stack: unknown = new Error().stack;
  if (typeof stack !== 'string') return 'Created where no stack was kept';
  // Without the message, and without the two frames of this file.
  return `Created:\n${stack.split('\n').slice(3).join('\n')}`;
}
