// What is expected of a script: what node:tls does, but for the differences that are meant.

import { meant } from './meant.mjs';

/** Who plays, by what `ours` says. */
const plays = {
  client: ({ client }) => client === 'ours',
  server: ({ server }) => server === 'ours',
  either: ({ client, server }) => client === 'ours' || server === 'ours',
  both: ({ client, server }) => client === 'ours' && server === 'ours',
  'client alone': ({ client, server }) => client === 'ours' && server === 'node',
  'server alone': ({ client, server }) => client === 'node' && server === 'ours',
};

/** The changes that apply, each with the title of the difference that it is of. */
export function changesFor(script, version, players, major) {
  return meant.flatMap(({ title, changes }) =>
    changes
      .filter(
        ({ scripts, versions, majors, ours }) =>
          scripts.includes(script) &&
          (versions === undefined || versions.includes(version)) &&
          (majors === undefined || majors.includes(major)) &&
          plays[ours](players),
      )
      .map((change) => ({ ...change, title })),
  );
}

/** Where `part` begins in `lines`. */
function indexOf(lines, part) {
  for (let at = 0; at + part.length <= lines.length; at++) {
    if (part.every((line, i) => lines[at + i] === line)) return at;
  }
  return -1;
}

/** Emitter → lines. Throws where a change is of something that node:tls does not do. */
export function expected(reference, changes) {
  const logs = structuredClone(reference);
  for (const { in: emitter, node, here, instead, title } of changes) {
    if (instead !== undefined) return instead;
    const lines = logs[emitter] ?? [];
    const at = node.length === 0 && lines.length > 0 ? -1 : indexOf(lines, node);
    if (at < 0) {
      throw new Error(`"${title}" is not of what node:tls does: ${JSON.stringify(lines)}`);
    }
    lines.splice(at, node.length, ...here);
    if (lines.length === 0) delete logs[emitter];
    else logs[emitter] = lines;
  }
  return logs;
}
