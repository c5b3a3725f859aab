// Each code block of docs/guides runs as it stands. It prints the block of text behind it; without
// one, what the comments behind its console.log() say.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-5';
import { describe, expect, test } from 'vitest';
import { runNode } from '../support/valgrind.mjs';

const root = new URL('../../', import.meta.url);
const directory = new URL('docs/guides/', root);
// Not with --import: Deno does not wait for what is awaited there.
const countingImport = "import '../../test/docs/programs/counting.mjs';\n";
const guideImport = "import '../../test/docs/programs/guide.mjs';\n";
const made = new URL('build/guides/', root);
mkdirSync(made, { recursive: true });
const guides = readdirSync(directory).sort();
const read = (name: string) => readFileSync(new URL(name, directory), 'utf8');

interface Block {
  code: string;
  line: number;
  /** The heading above it. */
  section: string;
  /** `…` stands for what differs from run to run. */
  prints: string;
}

function blocks(text: string): Block[] {
  const block = /^```js\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm;
  return [...text.matchAll(block)].map(({ 1: code = '', 2: output, index }) => {
    const comments = [...code.matchAll(/console\.log\(.*\);(?: \/\/ (.*))?$/gm)].map(
      ([, prints = '…']) => `${prints}\n`,
    );
    const above = text.slice(0, index);
    const line = above.split('\n').length;
    const section = [...above.matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '';
    return { code, line, section, prints: output ?? comments.join('') };
  });
}

/** For a Node that does not know `using` yet. */
function lowered(code: string): string {
  const { ScriptTarget, ModuleKind } = ts;
  if (!/\busing /.test(code)) return code;
  return ts.transpileModule(code, {
    compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ESNext },
  }).outputText;
}

const pattern = (text: string) =>
  text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll('…', '[\\s\\S]*?');

async function expectToRun(name: string, before: string, block: Block) {
  // In the tree, where the package finds itself by its name.
  const file = fileURLToPath(new URL(`${name}-${block.line}.mjs`, made));
  writeFileSync(file, before + lowered(block.code));
  const { code, signal, stdout, stderr } = await runNode(['--expose-gc', file]);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^${pattern(block.prints)}$`));
}

function expectLinksToLead(file: URL) {
  const prose = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  for (const [, link = ''] of prose.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    expect(existsSync(new URL(link, file)), link).toBe(true);
  }
  const path = /`((?:docs|examples|native|scripts|src|test)\/[\w./-]+\.\w+)`/g;
  for (const [, named = ''] of prose.matchAll(path)) {
    expect(existsSync(new URL(named, root)), named).toBe(true);
  }
}

describe.each(guides)('docs/guides/%s', (name) => {
  const text = read(name);

  test.each(blocks(text))(
    '$section: the block of line $line runs, and prints what it says',
    (block) => expectToRun(name, countingImport + guideImport, block),
  );

  test('it is one page, in lines of at most 100 characters', () => {
    expect(blocks(text).length).toBeGreaterThan(0);
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.filter((line) => line.length > 100 && !line.startsWith('|'))).toEqual([]);
  });

  test('its links lead somewhere', () => expectLinksToLead(new URL(name, directory)));
});

describe.each(['README', 'ARCHITECTURE', 'CONTRIBUTING', 'SECURITY'])('%s.md', (name) => {
  const file = new URL(`${name}.md`, root);

  test('its links lead somewhere', () => expectLinksToLead(file));

  test('it is at most 150 lines long', () => {
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });
});

test.each(readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md')))(
  'the links of docs/%s lead somewhere',
  (name) => expectLinksToLead(new URL(`docs/${name}`, root)),
);
