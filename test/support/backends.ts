// Backends of stores that answer later, fail, or say what they were asked.

import { memoryBackend, type StoreBackend } from 'libssl-session/store';

type Name = keyof Required<StoreBackend>;
type Call = (...args: unknown[]) => unknown;
const names: readonly Name[] = ['get', 'set', 'delete', 'take', 'add'];

export interface TestBackend extends Required<StoreBackend> {
  /** What it was asked: the operation and its key. */
  readonly calls: [operation: Name, key: string][];
  /** Does this instead of what it was asked, from now on; null: what it was asked. */
  instead(deed: ((operation: Name, key: string, really: () => unknown) => unknown) | null): void;
  /** The bytes that it has. */
  readonly records: Map<string, Uint8Array>;
}

/** A backend in memory; `later`: it answers in a later turn of the event loop. */
export function testBackend(later = false): TestBackend {
  const inner = memoryBackend() as unknown as Record<Name, Call>;
  const calls: TestBackend['calls'] = [];
  const records = new Map<string, Uint8Array>();
  let deed: Parameters<TestBackend['instead']>[0] = null;
  const operation = (name: Name): Call => {
    return (...args) => {
      const key = String(args[0]);
      calls.push([name, key]);
      const really = () => {
        const added = name === 'add' && !records.has(key);
        if (name === 'set' || added) records.set(key, args[1] as Uint8Array);
        if (name === 'delete' || name === 'take') records.delete(key);
        return inner[name](...args);
      };
      const answer = () => (deed === null ? really() : deed(name, key, really));
      return later ? new Promise((resolve) => setImmediate(resolve)).then(answer) : answer();
    };
  };
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)]));
  return {
    ...(operations as unknown as Required<StoreBackend>),
    calls,
    records,
    instead: (next) => {
      deed = next;
    },
  };
}
