// docs/tls-differences.md: where libssl-session/tls differs from node:tls on purpose. The list is in
// test/tls/differential/meant.mjs, and the scripts there show each of its rows. Without options: prints
// the document. --write: writes the file. --check: compares.

import { meant } from '../test/tls/differential/meant.mjs';
import { formatTable, keepDocument, main } from './lib.mjs';

export const file = 'docs/tls-differences.md';

const scriptsOf = ({ changes }) => [...new Set(changes.flatMap(({ scripts }) => scripts))];

export function markdown() {
  const rows = meant.map(({ title, node, here, why }) => [title, node, here, why]);
  return [
    '<!-- Made by scripts/tls-differences.mjs from test/tls/differential/meant.mjs: change that, then',
    '"node scripts/tls-differences.mjs --write". -->',
    '',
    '# What differs from node:tls',
    '',
    '`libssl-session/tls` has the names, options, events and errors of `node:tls`. What follows is all that',
    'was found to differ, and is meant. `test/tls/differential` has the programs that show it: each runs',
    'with both modules, in each role, over TLS 1.2 and 1.3, and what happens is compared, in order: events',
    'and their arguments, the errors, what the members say.',
    '',
    ...formatTable([['what', 'node:tls', 'here', 'why'], ...rows]),
    '',
    '## What is not compared',
    '',
    '- The words of OpenSSL’s errors, which are those of 1.1.1 here. Their codes are: an alert is called',
    '  `ERR_SSL_SSLV3_ALERT_…` in both, though newer versions of Node.js say `ERR_SSL_SSL/TLS_ALERT_…`.',
    '- How data is divided into chunks.',
    '- The order of what happens on one side against the other side.',
    '',
    '## The scripts that show it',
    '',
    ...meant.map(
      (difference) =>
        `- ${difference.title}: ${scriptsOf(difference)
          .map((name) => `“${name}”`)
          .join(', ')}`,
    ),
    '',
  ].join('\n');
}

await main(import.meta, () => {
  keepDocument(file, markdown(), 'tls-differences.mjs');
  return 0;
});
