// test/bogo/expectations.txt: what each of BoringSSL's protocol tests comes to here. A group begins with
// a line `== title`, and has its tests below: one, or several that begin alike as `Name-{A,B}`. The
// first group, `pass`, has those that pass. The title of any other says why its tests do not.

const heading = '== ';
export const passes = 'pass';

/** The groups in order: title -> names. */
export function parseExpectations(text) {
  const groups = new Map();
  let names;
  for (const line of text.split('\n')) {
    if (line.startsWith(heading)) {
      names = [];
      groups.set(line.slice(heading.length), names);
    } else if (line !== '' && !line.startsWith('#')) {
      names.push(...expand(line));
    }
  }
  return groups;
}

function expand(line) {
  const [, before, inside] = /^(.*)\{(.*)\}$/.exec(line) ?? [];
  return before === undefined ? [line] : inside.split(',').map((name) => before + name);
}

const comments = [
  '# What each of BoringSSL’s protocol tests comes to. The format: scripts/bogo-expectations.mjs.',
  '# npm run test:bogo compares; node scripts/bogo.mjs --run --update writes.',
  '',
];

export function formatExpectations(groups) {
  const others = [...groups.keys()].filter((title) => title !== passes).sort();
  const lines = [passes, ...others].flatMap((title) => [
    `${heading}${title}`,
    ...contract(groups.get(title) ?? []),
    '',
  ]);
  return [...comments, ...lines].join('\n');
}

// Those that have their first words in common, a few to a line.
function contract(names) {
  const families = new Map();
  for (const name of [...names].sort()) {
    const first = /^[^-]+-[^-]+-(?=.)|^[^-]+-(?=.)|^/.exec(name)?.[0] ?? '';
    families.set(first, [...(families.get(first) ?? []), name.slice(first.length)]);
  }
  return [...families].flatMap(([first, rests]) => {
    const lines = [[]];
    for (const rest of rests) {
      const line = lines.at(-1);
      const length = first.length + [...line, rest].join(',').length;
      if (line.length > 0 && length > 110) lines.push([rest]);
      else line.push(rest);
    }
    return lines.map((rest) =>
      rest.length === 1 ? first + rest[0] : `${first}{${rest.join(',')}}`,
    );
  });
}

/** The group of each test. */
export function byName(groups) {
  const titles = new Map();
  for (const [title, names] of groups) {
    for (const name of names) {
      if (titles.has(name)) throw new Error(`${name} is in two groups`);
      titles.set(name, title);
    }
  }
  return titles;
}

/** What the runner has printed: each test's failure, or null if it passed. */
export function parseResults(output) {
  const results = new Map();
  let failure = null;
  for (const line of output.split('\n')) {
    const [, outcome, name] = /^(PASSED|FAILED|UNIMPLEMENTED) \((.*)\)$/.exec(line) ?? [];
    if (outcome === undefined) {
      failure?.push(line);
      continue;
    }
    failure = outcome === 'PASSED' ? null : [];
    results.set(name, failure);
  }
  return new Map([...results].map(([name, lines]) => [name, lines?.join('\n') ?? null]));
}

/** What is not as it is expected, in words; `all`: whether every test should have been run. */
export function compare(groups, results, all) {
  const titles = byName(groups);
  const problems = [];
  for (const [name, failure] of results) {
    const title = titles.get(name);
    if (title === undefined) problems.push(`${name} is not among the expectations`);
    else if (title === passes && failure !== null) problems.push(`${name} failed: ${failure}`);
    else if (title !== passes && failure === null) {
      problems.push(`${name} passed, but is expected to fail: ${title}`);
    }
  }
  if (all) {
    for (const name of titles.keys()) {
      if (!results.has(name)) problems.push(`${name} was not run`);
    }
  }
  return problems;
}
