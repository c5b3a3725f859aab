// docs/api is what the comments of src/ say, and they say enough: scripts/api.mjs.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

interface Member {
  name: string;
  text: string;
  type: string;
}
interface Entry {
  modules: string[];
  name: string;
  kind: 'class' | 'interface' | 'type' | 'function' | 'constant';
  text: string;
  source: string;
  members: Member[];
}
interface Script {
  api(): Entry[];
  problems(entries: Entry[]): string[];
  render(): Promise<Map<string, string>>;
  differences(files: Map<string, string>): string[];
  wrapped(comment: string): string[];
}
// Scripts have no types of their own.
const script: Script = await import(new URL('scripts/api.mjs', root).href);
const { wrapped }: Script = await import(new URL('scripts/coverage.mjs', root).href);

const entries = script.api();
const named = (name: string) => entries.find((entry) => entry.name === name);

test('docs/api is what scripts/api.mjs makes of the comments', async () => {
  const files = await script.render();
  expect(script.differences(files), 'run: node scripts/api.mjs --write').toEqual([]);
});

test('every export, and every member of one, has a comment', () => {
  expect(script.problems(entries)).toEqual([]);
});

test('every export of both modules is there', async () => {
  const modules = ['libssl-session', 'libssl-session/libssl'];
  const [classes, cNamed] = [await import('libssl-session'), await import('libssl-session/libssl')];
  for (const [i, module] of [classes, cNamed].entries()) {
    const there = entries.filter((entry) => entry.modules.includes(modules[i] ?? ''));
    expect(there.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(module)));
  }
});

test('links lead to headlines that are there', async () => {
  const files = await script.render();
  const slugs = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    const seen = new Map<string, number>();
    const own = [...text.matchAll(/^#+ (.*)$/gm)].map(([, name = '']) => {
      const slug = name
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    });
    slugs.set(path, new Set(own));
  }
  const dead = [...files].flatMap(([path, text]) =>
    [...text.matchAll(/\]\(([^)]*)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('../../'))
      .filter((link) => {
        const [file = '', slug] = link.split('#');
        const to = file === '' ? path : new URL(file, `file:///${path}`).pathname.slice(1);
        return !slugs.has(to) || (slug !== undefined && slugs.get(to)?.has(slug) === false);
      })
      .map((link) => `${path}: ${link}`),
  );
  expect(dead).toEqual([]);
});

// What is not one C function, by the words on the right. SslSession's: coverage.test.ts.
const wrapNothing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SslContext: {
    role: 'an option',
    '[Symbol.dispose]': 'free(), for `using`',
    freed: 'state of the object',
    handle: 'ownership of a handle',
    toJSON: 'several getters at once',
    protocol: 'an option',
    sessionStoreTimeout: 'an option',
    setAnswers: 'the functions that set callbacks, by the options',
  },
  SslConnection: {
    context: 'an argument',
    '[Symbol.dispose]': 'free(), for `using`',
    freed: 'state of the object',
    handle: 'ownership of a handle',
    toJSON: 'several getters at once',
    state: 'of several functions',
    take: 'output that the steps gave',
    takeDatagrams: 'output that the steps gave',
    authorized: 'peerCertificate and verifyError',
    setAnswers: 'the functions that set callbacks, by the options',
  },
};

describe.each(Object.entries(wrapNothing))('%s', (name, listed) => {
  test('each member names the C function it wraps, or is listed as having none', () => {
    const without = named(name)?.members.filter(
      ({ text }) => wrapped(text.replace(/\s+/g, ' ')).length === 0,
    );
    expect(without?.map((member) => member.name).sort()).toEqual(Object.keys(listed).sort());
  });
});

const classes = ['SslSession', 'SslContext', 'SslConnection'];
const withNumbers = [
  ...classes,
  ...['SslContextOptions', 'SslConnectionOptions', 'SslAnswers', 'SslSessionInfo'],
];
const isNumber = ({ type }: Member) => /\b(?:number|bigint)\b/.test(type);

// A quantity, a count of something that is named, or a code that is named.
const unit =
  /\b(?:seconds|milliseconds|bytes|bits)\b|\btickets?\b|\bsessions\b|\bnumber\b(?! cannot)|`SSL_\w+…?`|0x0304|^0 to 5\b/i;

test.each(withNumbers)('%s: where there is a number, its unit is named', (name) => {
  const members = named(name)?.members ?? [];
  expect(members.length).toBeGreaterThan(0);
  const without = members.filter((member) => isNumber(member) && !unit.test(member.text));
  // What toJSON() gives has the unit of the member of that name.
  const same = new Set(name === 'SslSessionInfo' ? ['protocolVersionNumber', 'compressionId'] : []);
  expect(without.map((member) => member.name).filter((member) => !same.has(member))).toEqual([]);
});

test('each function of the C-named module begins with its prototype in C', () => {
  const functions = entries.filter(
    ({ kind, modules }) => kind === 'function' && modules.includes('libssl-session/libssl'),
  );
  expect(functions.length).toBeGreaterThan(150);
  const without = functions.filter(
    ({ name, text }) =>
      !new RegExp(`^(?:As |Like )?\`[^\`]*\\b${name}(?:_file)?\\b[^\`]*\``).test(text),
  );
  // Ours.
  expect(without.map(({ name }) => name)).toEqual(['DTLSv1_set_timeout', 'lastErrors']);
});

test('a code that a comment names is one that src/ throws', () => {
  const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) =>
      readFileSync(new URL(`src/${name}`, root), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''),
    )
    .join('');
  const texts = entries.flatMap(({ text, members }) => [text, ...members.map((each) => each.text)]);
  const codes = new Set(texts.join('\n').match(/\bERR_(?:LIBSSL|INVALID|OUT)_\w+\b/g));
  expect(codes.size).toBeGreaterThan(4);
  for (const code of codes) expect(sources, code).toContain(code);
});
