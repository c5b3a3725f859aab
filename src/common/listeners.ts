import { EventEmitter } from 'node:events';

const adding = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
const removing = ['off', 'removeListener', 'removeAllListeners'] as const;

/**
 * From now on `added` is called after a listener was added to an object of the prototype, by any of
 * these names, and `removed` after one was taken off. Node's own events for that end with their
 * listeners, which `removeAllListeners()` takes off as well.
 */
export function watchListeners<T extends EventEmitter>(
  prototype: T,
  added: (emitter: T, event: unknown) => void,
  removed: (emitter: T) => void = () => {},
): void {
  const watch = (name: string, then: (emitter: T, event: unknown) => void) => {
    const descriptor = Object.getOwnPropertyDescriptor(EventEmitter.prototype, name);
    const member = descriptor?.value as (...values: unknown[]) => unknown;
    function watched(this: T, ...values: unknown[]): unknown {
      const result = member.apply(this, values);
      then(this, values[0]);
      return result;
    }
    Object.defineProperty(watched, 'name', { value: name });
    Object.defineProperty(watched, 'length', { value: member.length });
    Object.defineProperty(prototype, name, {
      value: watched,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  };
  for (const name of adding) watch(name, added);
  for (const name of removing) watch(name, removed);
}
