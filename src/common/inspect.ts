import { type InspectOptions, inspect } from 'node:util';

/** What `console.log` shows of an object of `name`: its fields, but of one that was freed. */
export function inspectObject(
  name: string,
  freed: boolean,
  fields: () => object,
  depth: number,
  options: InspectOptions,
): string {
  if (freed) return `${name} <freed>`;
  if (depth < 0) return `[${name}]`;
  return `${name} ${inspect(fields(), { ...options, depth: options.depth ?? null })}`;
}
