// The findings that are proved: a ticket gave its secret away.

import type { ProbeFinding, ProbeObservations, TicketContentFacts } from './result.js';

type Text = Pick<ProbeFinding, 'id' | 'title' | 'remedy'> & { detail: string };

/** One finding for all versions that it was seen in. */
function finding(facts: readonly TicketContentFacts[], text: Text): ProbeFinding[] {
  const [first] = facts;
  if (first === undefined) return [];
  const versions = facts.map(({ version }) => version).join(', ');
  const evidence = facts.flatMap((each) => each.evidence);
  return [{ ...text, severity: 'critical', detail: `${versions}: ${text.detail}`, evidence }];
}

export function secretFindings({ ticketContents }: ProbeObservations): ProbeFinding[] {
  const weak = ticketContents.filter(({ weakKey }) => weakKey !== null);
  const key = weak[0]?.weakKey;
  return [
    ...finding(
      ticketContents.filter(({ secretInClear }) => secretInClear),
      {
        id: 'secret-in-clear',
        title: 'Tickets have the master secret in clear',
        detail: 'the secret of a session stands in its ticket, as it is.',
        remedy: 'Turn tickets off until the server encrypts them.',
      },
    ),
    ...finding(weak, {
      id: 'weak-ticket-key',
      title: 'Tickets are encrypted with a key that everybody knows',
      detail: `a ticket was decrypted with ${key?.cipher} (${key?.layout}), and has the master secret of its session. Of the key: ${key?.key}.`,
      remedy:
        'Make random ticket keys, and change them. What was recorded so far can be decrypted.',
    }),
    ...finding(
      ticketContents.filter(({ keystreamReused }) => keystreamReused === true),
      {
        id: 'keystream-reused',
        title: 'Tickets are encrypted with the same key stream',
        detail: 'two tickets, one on the other, show their two secrets: the nonce repeats.',
        remedy: 'Use a new nonce for each ticket.',
      },
    ),
  ];
}
