// Writes what native/rules.def is for people: the words of errors (src/common/rules.ts), and
// docs/rules.md. `npm run generate` calls it.

import { Failure, formatTable } from './lib.mjs';

const rowPattern = /^(HAZARD|RULE)\(((?:"(?:[^"\\]|\\.)*"|[^")])*)\)$/gm;

/** The rows, each as its columns. */
export function readRules(text) {
  const rows = { HAZARD: [], RULE: [] };
  for (const [, kind, columns] of text.matchAll(rowPattern)) {
    const pieces = columns.matchAll(/((?:"(?:[^"\\]|\\.)*"\s*)+)|(\w+)/g);
    rows[kind].push(Array.from(pieces, ([, strings, name]) => name ?? joined(strings)));
  }
  for (const [kind, { length }] of Object.entries(rows)) {
    const begun = text.match(new RegExp(`^${kind}\\(`, 'gm')) ?? [];
    if (begun.length !== length) throw new Failure(`rules.def: a ${kind} is not written as one`);
  }
  const hazards = rows.HAZARD.map(([number, what, inC, here, file, title]) => {
    return { number, what, inC, here, file, title };
  });
  const rules = rows.RULE.map(([name, numberOrCode, message]) => {
    if (numberOrCode.startsWith('ERR_')) return { name, code: numberOrCode, text: message };
    if (!hazards.some(({ number }) => number === numberOrCode)) {
      throw new Failure(`rules.def: ${name}: there is no hazard ${numberOrCode}`);
    }
    return { name, code: 'ERR_LIBSSL_UNSAFE', text: `${numberOrCode}: ${message}` };
  });
  return { hazards, rules };
}

/** Strings of C, one after the other, are one. */
function joined(strings) {
  return Array.from(strings.matchAll(/"(?:[^"\\]|\\.)*"/g), ([each]) => JSON.parse(each)).join('');
}

/** As Biome formats it. */
const quoted = (text) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

function ruleText({ name, code, text }) {
  const line = `  ${name}: ['${code}', ${quoted(text)}],\n`;
  if (line.length <= 101) return line;
  return `  ${name}: [\n    '${code}',\n    ${quoted(text)},\n  ],\n`;
}

const document = (table) => `# The rules

Some uses of libssl 1.1.1 crash it, corrupt memory, or send data unencrypted. Here they are made safe
or refused. Where the table says only "refused", the error is a \`LibsslError\` with the code
\`ERR_LIBSSL_UNSAFE\`; its message has the rule's number (that of U1 has none). For each rule: what
happens in C, what happens here, and the test that shows it.

${table}

\`npm run generate\` writes this page. A new rule gets the next number, and a row in
\`native/rules.def\`.
`;

/** path → text. */
export function generateRules(list) {
  const { hazards, rules } = readRules(list);
  const rows = hazards.map(({ number, what, inC, here, file, title }) => {
    return [number, what, inC, here, `\`${file}\`: "${title}"`];
  });
  return {
    'src/common/rules.ts': [
      '// Written by scripts/generate.mjs from native/rules.def: do not edit.\n\n',
      '/** Why a call is refused: the code and the words of the error. */\n',
      `export const rules = {\n${rules.map(ruleText).join('')}} as const;\n\n`,
      'export type RuleName = keyof typeof rules;\n',
    ].join(''),
    'docs/rules.md': document(
      formatTable([['rule', 'what', 'in C', 'here', 'test'], ...rows]).join('\n'),
    ),
  };
}
