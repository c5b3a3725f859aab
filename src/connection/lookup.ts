// A server's handshake that waits for the session store.

import type { SslContext } from '../context/context.js';
import { lookUpAll } from '../context/store.js';
import { on } from '../native/call.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';

export class Lookup {
  // Ends the search of the session store.
  #end: (() => void) | null = null;
  #ended = false;
  // Those who wait until the session store has answered, or the connection is freed.
  #waiting: (() => void)[] = [];

  /** Looks the ids up. `done` is called once: at once where the store answers at once. */
  ask(
    context: SslContext,
    connection: Handle,
    lookups: readonly NativeEvent[],
    thrown: unknown[],
    done: () => void,
  ): void {
    const { sessionStore, sessionStoreTimeout, storeErrors } = context;
    if (sessionStore === null || lookups.length === 0) {
      done();
      return;
    }
    const ids = lookups.map(({ data }) => data);
    const found = (session: SslSession) => {
      if (this.#ended) return;
      const offered = session.handle;
      on(connection, offered).supplySession();
    };
    let open = true;
    const answered = () => {
      open = false;
      this.#end = null;
      done();
    };
    const end = lookUpAll(
      sessionStore,
      ids,
      sessionStoreTimeout,
      storeErrors,
      found,
      answered,
      thrown,
    );
    if (open) this.#end = end;
  }

  /** Nobody wants the answer any more. */
  end(): void {
    this.#ended = true;
    this.#end?.();
    this.#end = null;
  }

  /** Resolves once a paused handshake has gone on, or the connection is freed. */
  moved(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
