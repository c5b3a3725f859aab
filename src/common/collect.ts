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
