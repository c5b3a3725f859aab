import { EventEmitter } from 'node:events';

const adding = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
const removing = ['off', 'removeListener', 'removeAllListeners'] as const;

/**
 * From now on `changed` is called after a listener was added to an object of the prototype, or taken
 * off, by any of these names. Node's own events for that end with their listeners, which
 * `removeAllListeners()` takes off as well.
 */
export function watchListeners<T extends EventEmitter>(
  prototype: T,
  changed: (emitter: T, change: 'added' | 'removed') => void,
): void {
  const watch = (name: string, change: 'added' | 'removed') => {
    const descriptor = Object.getOwnPropertyDescriptor(EventEmitter.prototype, name);
    const member = descriptor?.value as (...values: unknown[]) => unknown;
    function watched(this: T, ...values: unknown[]): unknown {
      const result = member.apply(this, values);
      changed(this, change);
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
  for (const name of adding) watch(name, 'added');
  for (const name of removing) watch(name, 'removed');
}
