// docs/api: the API reference, out of the doc comments of src/. Without options: prints the names of
// its pages. --write: writes them. --check: compares. Each says what has no comment.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { api, modules } from './api-model.mjs';
import { bin, Failure, filesBelow, formatTable, main, root, run } from './lib.mjs';

export { api };

export const directory = 'docs/api';

// What is written out of the list of C's functions goes where its names belong.
const generated = 'libssl/functions';

// Where what a source file declares is described, in this order.
const pages = [
  ['ssl-session.md', 'SslSession', ['session/session', 'session/info', 'common/protocol-version']],
  [
    'ssl-context.md',
    'SslContext',
    ['context', 'info', 'events', 'options', 'store'].map((file) => `context/${file}`),
  ],
  [
    'ssl-connection.md',
    'SslConnection',
    [
      'connection',
      'options',
      'events',
      'context-events',
      'info',
      'early-data',
      'handshake',
      'readers',
      'resumption',
    ]
      .map((file) => `connection/${file}`)
      .concat(['common/messages']),
  ],
  ['trace.md', 'Traces', ['collect', 'message', 'extensions'].map((file) => `trace/${file}`)],
  [
    'tls.md',
    'Sockets and servers',
    ['connect', 'socket', 'net-duplex', 'server', 'hello-callbacks', 'session-cache', 'agent']
      .concat(['undici', 'options'])
      .map((file) => `tls/${file}`),
  ],
  [
    'store.md',
    'Shared stores',
    [
      'session-store',
      'ticket-key-ring',
      'ring-key',
      'ring-backend',
      'ring-file',
      'options',
      'seal',
      'breaker',
      'guard',
      'backend',
      'memory',
      'redis',
      'keyv',
    ].map((file) => `store/${file}`),
  ],
  [
    'probe.md',
    'Probes',
    ['probe', 'options', 'target', 'result', 'compat-names', 'error', 'starttls'].map(
      (file) => `probe/${file}`,
    ),
  ],
  [
    'library.md',
    'The library, its errors and counters',
    ['library/library', 'common/errors', 'native/types'],
  ],
  ['libssl/sessions.md', 'SSL_SESSION_…', ['libssl', 'libssl/sessions'], /^SSL_SESSION_/],
  ['libssl/contexts.md', 'SSL_CTX_…', ['libssl/contexts'], /^SSL_CTX_/],
  [
    'libssl/connections.md',
    'SSL_…',
    ['libssl/connections', 'libssl/negotiated', 'libssl/datagrams', 'libssl/configurations'],
    /^(SSL|DTLS|OPENSSL|ERR)_/,
  ],
  ['libssl/callbacks.md', 'Callbacks', ['libssl/callbacks', 'libssl/delivery']],
  [
    'libssl/answers.md',
    'Callbacks that are answered in advance',
    [
      'libssl/answers',
      'libssl/certificate-answers',
      'libssl/policy-answers',
      'libssl/protocol-answers',
      'libssl/session-answers',
    ],
  ],
  ['libssl/constants.md', 'Constants', ['libssl/constants']],
].map(([path, title, sources, names]) => ({ path, title, sources, names }));

const pageOf = (entry) =>
  pages.find(({ sources, names }) =>
    entry.source === generated ? names?.test(entry.name) : sources.includes(entry.source),
  );

/** The constants by their names, with their values. */
async function constantValues() {
  const built = join(root, 'dist', 'libssl', 'constants.js');
  if (!existsSync(built)) run('tsc', bin('tsc'), []);
  return import(built);
}

/** What is missing: comments, and pages. */
export function problems(entries) {
  return entries.flatMap((entry) => {
    const { name, kind, text, source: from, members } = entry;
    return [
      ...(text === '' ? [`${from}.ts: ${name} has no comment`] : []),
      ...(pageOf(entry) !== undefined
        ? []
        : [`scripts/api.mjs has no page for ${from}.ts, which declares ${name}`]),
      ...members
        .filter((member) => member.text === '' && !(kind === 'interface' && obvious(member)))
        .map((member) => `${from}.ts: ${name}, ${member.name} has no comment`),
    ];
  });
}

// Fields of toJSON() are described where the class has a member of the same name.
const obvious = ({ name }) => sessionMembers().has(name);
let known;
function sessionMembers() {
  known ??= new Set(
    api()
      .find(({ name }) => name === 'SslSession')
      .members.map(({ name }) => name),
  );
  return known;
}

const isHead = (line) => /^(?:class|interface) /.test(line);
const fence = (lines) => [
  '```ts',
  ...lines.map((line) => (isHead(line) ? line : `${line};`)),
  '```',
];
const heading = ({ kind, name }) => (kind === 'function' ? `${name}()` : name);

// As GitHub makes them: the second of the same name on a page gets a number.
function anchors(headings) {
  const seen = new Map();
  return headings.map((text) => {
    const slug = text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

const isListed = ({ kind, source: from }) => kind === 'constant' && from === 'libssl/constants';

// A class first, with its types behind it; else as in the sources.
function ordered(entries, page) {
  const rank = ({ kind, source: from }) =>
    kind === 'class' ? -1 : from === generated ? page.sources.length : page.sources.indexOf(from);
  return entries
    .filter((entry) => pageOf(entry) === page)
    .sort((a, b) => rank(a) - rank(b) || a.position - b.position);
}

// Of the members that stand before a class's first section.
const firstSection = 'Life';

// Errors are thrown, not used: their page is enough.
const isUsed = (className) => className !== 'LibsslError';

/** One entry, as lines of Markdown; its own headline comes as `heading`. */
function described(entry, level, link) {
  const mark = '#'.repeat(level);
  const lines = [`${mark} ${heading(entry)}`, '', ...fence(entry.signatures), ''];
  lines.push(link(entry.text, entry), '');
  if (entry.kind === 'interface') {
    for (const member of entry.members) {
      const comment = link(member.text, entry).replaceAll('\n', '\n  ');
      const shown = member.signatures.map((each) => `\`${each.replace(/\s+/g, ' ')}\``);
      lines.push(`- ${shown.join(', ')}${comment === '' ? '' : `\\\n  ${comment}`}`);
    }
    lines.push('');
  }
  if (entry.kind === 'class') {
    const inSections = entry.members.some((member) => member.section !== undefined);
    let section;
    for (const member of entry.members) {
      const own = member.section ?? firstSection;
      if (inSections && own !== section) {
        section = own;
        lines.push(`${mark}# ${section}`, '');
      }
      const name = `${member.name}${member.called ? '()' : ''}`;
      lines.push(`${mark}${inSections ? '##' : '#'} ${name}`, '', ...fence(member.signatures), '');
      lines.push(link(member.text, entry), '');
    }
  }
  return lines;
}

/** What a file of the C-named module says of itself, at its beginning. */
function introOf(page, link) {
  if (!page.path.startsWith('libssl/')) return [];
  const text = readFileSync(join(root, 'src', `${page.sources[0]}.ts`), 'utf8');
  const [, module, comment] = /^\/\*\*([\s\S]*?)@module|^((?:\/\/.*\n)+)/.exec(text) ?? [];
  const lines = (module ?? comment ?? '')
    .split('\n')
    .map((line) => line.replace(/^ ?\/?[*/]+ ?/, ''));
  // The other files are the other pages.
  const toPages = lines.join('\n').replace(/([\w-]+)\.ts\b/g, (name, source) => {
    const other = pages.find(({ sources }) => posix.basename(sources[0]) === source);
    return other === undefined ? name : `[${other.title}](${posix.basename(other.path)})`;
  });
  return [link(toPages.trim()), ''];
}

/** The members of a class, a row for each of its sections. */
function memberTable({ name, place, members }) {
  const sections = new Map();
  for (const member of members) {
    const shown = `\`${member.name}${member.called ? '()' : ''}\``;
    const own = member.section ?? firstSection;
    sections.set(own, [...(sections.get(own) ?? []), shown]);
  }
  return formatTable([
    [`[\`${name}\`](${place})`, ''],
    ...[...sections].map(([section, shown]) => [section, shown.join(', ')]),
  ]);
}

function pageText(page, own, values, link) {
  const [module] = page.path.startsWith('libssl/') ? cNamed : classes;
  const lines = [notice, '', `# ${page.title}`, '', `\`${module}\``, '', ...introOf(page, link)];
  let section;
  const listed = own.filter(isListed);
  for (const comment of new Set(listed.map(({ text }) => text))) {
    const group = listed.filter(({ text }) => text === comment);
    const rows = group.map(({ name }) => [`\`${name}\``, `\`${valueText(values[name], name)}\``]);
    lines.push(link(comment), '', ...formatTable([['', ''], ...rows]), '');
  }
  for (const entry of own) {
    if (isListed(entry)) continue;
    if (entry.section !== section && entry.section !== undefined) {
      section = entry.section;
      lines.push(`## ${section}`, '');
    }
    lines.push(...described(entry, section === undefined ? 2 : 3, link));
    if (!entry.modules.includes(module)) lines.push(`Exported by \`${entry.modules[0]}\`.`, '');
  }
  return finished(lines);
}

const [classes, cNamed] = Object.entries(modules);

function markdown(entries, values) {
  const contents = pages.map((page) => ({ page, own: ordered(entries, page) }));
  // Where each name is described: the headlines say it, so all pages are made once for these.
  const places = new Map();
  for (const { page, own } of contents) {
    const text = pageText(page, own, values, (comment) => comment);
    const headings = [...text.matchAll(/^(#+) (.*)$/gm)];
    const slugs = anchors(headings.map(([, , name]) => name));
    for (const entry of own) {
      const depth = entry.section === undefined ? 2 : 3;
      const at = headings.findIndex(
        ([, marks, name]) => marks.length === depth && name === heading(entry),
      );
      const to = at < 0 ? '' : `#${slugs[at]}`;
      if (!places.has(entry.name)) places.set(entry.name, { page: page.path, to });
      entry.place = `${page.path}${to}`;
    }
  }
  // Functions of C by their names; our own by theirs with parentheses; types.
  const isName = (name, call) => call !== undefined || /^(?:\w+_|Ssl|[A-Z]\w+[a-z])/.test(name);
  const linkFrom =
    (from) =>
    (text, self = noEntry) =>
      text.replace(/`(\w+)(\(3\)|\(\))?`/g, (code, name, call) => {
        const place = places.get(name);
        if (place === undefined || !isName(name, call)) return code;
        // What the comment is about, and the members beside it.
        if (name === self.name || self.members.some((member) => member.name === name)) return code;
        const path = place.page === from ? '' : posix.relative(posix.dirname(from), place.page);
        return `[${code}](${path}${place.to})`;
      });

  const files = new Map();
  const index = [notice, '', '# API', '', ...introduction];
  for (const { page, own } of contents) {
    files.set(page.path, pageText(page, own, values, linkFrom(page.path)));
    if (page === pages[0]) index.push(`## \`${classes[0]}\``, '');
    if (page === firstCNamed) index.push('', `## \`${cNamed[0]}\``, '');
    const names = own
      .filter((entry) => !isListed(entry))
      .map((entry) => `[\`${heading(entry)}\`](${entry.place})`);
    index.push(`- [${page.title}](${page.path})${names.length > 0 ? ':' : ''}`);
    if (names.length > 0) index.push(`  ${names.join(',\n  ')}`);
  }
  index.push('', '## Members of the classes', '');
  for (const { own } of contents) {
    for (const entry of own.filter(({ kind, name }) => kind === 'class' && isUsed(name))) {
      index.push(...memberTable(entry), '');
    }
  }
  files.set('README.md', finished(index));
  return files;
}

const noEntry = { name: '', members: [] };
const firstCNamed = pages.find(({ path }) => path.startsWith('libssl/'));

const notice =
  '<!-- Made by scripts/api.mjs: change the comments in src/, then "node scripts/api.mjs --write". -->';

const introduction = [
  'Every public member, with the comment of its source. `Wraps` names the function of libssl 1.1.1',
  'that a member calls; its manual is `man 3` of that name.',
  '',
  'Some things hold for all members. An argument of the wrong type throws a `TypeError`',
  '(`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`). A number that the C type cannot hold throws a',
  '`RangeError` (`ERR_OUT_OF_RANGE`). What libssl refuses throws a `LibsslError` with OpenSSL’s own',
  'reason. An object that was freed throws `ERR_LIBSSL_FREED`, even where the comment does not say so.',
  'A Buffer that you give or get is copied; only `i2d_SSL_SESSION` puts its copy into a shared pool.',
  '[Errors](../../docs/errors.md) has all codes.',
  '',
];

function valueText(value, name) {
  return /_OP_|_VERSION$|_VER$|_CACHE_/.test(name) ? `0x${value.toString(16)}` : String(value);
}

const finished = (lines) =>
  `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;

/** The pages by their paths below docs/api. */
export async function render() {
  return markdown(api(), await constantValues());
}

await main(import.meta, async () => {
  const gaps = problems(api());
  if (gaps.length > 0) console.error(`${gaps.join('\n')}\n`);
  const files = await render();
  if (process.argv.includes('--write')) {
    rmSync(join(root, directory), { recursive: true, force: true });
    for (const [path, text] of files) {
      mkdirSync(dirname(join(root, directory, path)), { recursive: true });
      writeFileSync(join(root, directory, path), text);
    }
    return 0;
  }
  if (!process.argv.includes('--check')) {
    console.log([...files.keys()].join('\n'));
    return 0;
  }
  const wrong = differences(files);
  if (wrong.length === 0) return 0;
  throw new Failure(`${wrong.join('\n')}\nnot up to date: node scripts/api.mjs --write`);
});

/** The files of docs/api that are not what they should be. */
export function differences(files) {
  const there = filesBelow(directory).map((path) => relative(directory, path));
  const changed = [...files].filter(
    ([path, text]) =>
      !there.includes(path) || readFileSync(join(root, directory, path), 'utf8') !== text,
  );
  return [...changed.map(([path]) => path), ...there.filter((path) => !files.has(path))].map(
    (path) => join(directory, path),
  );
}
