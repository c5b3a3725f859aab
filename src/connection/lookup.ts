// A server's handshake waits for the session store: the ids, the search, the answer.

import { collect } from '../common/collect.js';
import { versionName } from '../common/protocol-version.js';
import type { SslContext } from '../context/context.js';
import { storeErrorReporter } from '../context/events.js';
import { lookUp, type SessionQuery } from '../context/store.js';
import { answerLookup } from '../native/call.js';
import { EventKind } from '../native/event-kind.js';
import type { NativeEvent } from '../native/signatures.js';
import type { Handle } from '../native/types.js';
import type { SslSession } from '../session/session.js';

/** An id that libssl would look up. */
export interface Wanted {
  readonly id: Buffer;
  readonly query: SessionQuery;
}

/** The ids that libssl would look up, as a step recorded them. */
export function wantedIds(events: readonly NativeEvent[] | null): Wanted[] {
  return (events ?? []).flatMap(({ kind, data, number }) => {
    const protocol = versionName(number);
    if (kind !== EventKind.lookup || protocol === null) return [];
    return [{ id: data, query: { protocol, singleUse: protocol === 'TLSv1.3' } }];
  });
}

export class Lookup {
  // Ends the search of the session store.
  #end: (() => void) | null = null;
  // Called when the session store has answered, or the connection is freed.
  #waiting: (() => void)[] = [];

  /**
   * Looks the ids up, gives libssl the sessions that were found, and then calls `goOn` once:
   * immediately, if the store answers immediately. What is thrown while an id is looked up goes
   * into `errors`.
   */
  ask(
    context: SslContext,
    connection: Handle,
    wanted: readonly Wanted[],
    errors: unknown[],
    goOn: () => void,
  ): void {
    const { sessionStore, sessionStoreTimeout } = context;
    const found: SslSession[] = [];
    const searches: (() => void)[] = [];
    let ended = false;
    let left = wanted.length;
    const end = () => {
      ended = true;
      for (const endSearch of searches) endSearch();
      for (const session of found) session.free();
    };
    const answer = () => {
      this.#end = null;
      try {
        answerLookup(
          connection,
          found.map(({ nativeHandle }) => nativeHandle),
        );
      } finally {
        for (const session of found) session.free();
      }
      goOn();
    };
    const take = (session: SslSession | null) => {
      left -= 1;
      if (session !== null) found.push(session);
      if (ended) session?.free();
      else if (left === 0) answer();
    };
    if (sessionStore === null || left === 0) {
      answer();
      return;
    }
    this.#end = end;
    const report = storeErrorReporter(context);
    for (const { id, query } of wanted) {
      if (ended) break; // the store has freed the connection
      // After an error the other ids are still looked up.
      collect(errors, () => {
        searches.push(lookUp(sessionStore, id, query, sessionStoreTimeout, report, take));
      });
    }
    if (ended) end();
  }

  /** Ends the search: nobody wants the answer any more. */
  end(): void {
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
