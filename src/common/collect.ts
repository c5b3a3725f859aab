/** Calls; what it throws is kept, so that the calls after it have their turn. */
export function collect(errors: unknown[], call: () => void): void {
  try {
    call();
  } catch (error) {
    errors.push(error);
  }
}

/** The first of what was kept, once all have had their turn. */
export function throwFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors[0];
}

/** Calls listeners in the middle of something that goes on: what they throw is raised. */
export function callListeners(call: () => void): void {
  try {
    call();
  } catch (error) {
    raise(error);
  }
}

/**
 * What a listener throws where no caller waits for it: an uncaught exception, as of any function that
 * the event loop calls, and not a rejection of a promise that nobody has.
 */
export function raise(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
