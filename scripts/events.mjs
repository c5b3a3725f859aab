// Writes what native/events.def is in TypeScript: the kinds of events with their numbers.
// `npm run generate` calls it.

import { Failure } from './lib.mjs';

/** path → text. */
export function generateEvents(list) {
  const rows = [...list.matchAll(/^EVENT\((\w+), (\d+), "([^"]*)"\)$/gm)];
  if (rows.length !== list.match(/^EVENT\(/gm)?.length) {
    throw new Failure('events.def: an EVENT is not written as one');
  }
  const members = rows.map(([, name, number, has]) => {
    return `  /** ${has} */\n  ${name[0].toLowerCase()}${name.slice(1)}: ${number},\n`;
  });
  return {
    'src/native/event-kind.ts': [
      '// Written by scripts/generate.mjs from native/events.def: do not edit.\n\n',
      "/** What libssl's callbacks record, and what such an event has. */\n",
      `export const EventKind = {\n${members.join('')}} as const;\n`,
      'export type EventKind = (typeof EventKind)[keyof typeof EventKind];\n',
    ].join(''),
  };
}
