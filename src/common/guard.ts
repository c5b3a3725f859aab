import { inspect } from 'node:util';
import { withOwn } from './errors.js';

interface Guarded {
  readonly name: string;
  readonly prototype: object;
  is(value: unknown): boolean;
}

/**
 * Members of `type` that are called on something else, a Proxy for instance, throw
 * `ERR_INVALID_THIS`, as those of Node's own classes do. The TypeError that V8 throws for a private
 * name has no code.
 */
export function guardMembers(type: Guarded): void {
  for (const key of Reflect.ownKeys(type.prototype)) {
    if (key === 'constructor' || key === inspect.custom) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(type.prototype, key) ?? {};
    for (const part of ['get', 'set', 'value'] as const) {
      const member: unknown = descriptor[part];
      if (typeof member === 'function') descriptor[part] = guarded(type, member as Member);
    }
    Reflect.defineProperty(type.prototype, key, descriptor);
  }
}

type Member = (...values: unknown[]) => unknown;

function guarded(type: Guarded, member: Member): Member {
  function call(this: unknown, ...values: unknown[]): unknown {
    if (!type.is(this)) {
      const error = new TypeError(`Value of "this" must be of type ${type.name}`);
      throw withOwn(error, { code: 'ERR_INVALID_THIS' });
    }
    return member.apply(this, values);
  }
  for (const key of ['name', 'length']) {
    Object.defineProperty(call, key, Reflect.getOwnPropertyDescriptor(member, key) ?? {});
  }
  return call;
}
