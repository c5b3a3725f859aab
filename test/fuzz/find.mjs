// Looks for findings in many sequences, and makes each as small as it gets.

import { shrink } from './shrink.mjs';
import { generate } from './steps.mjs';
import { mostTime, runJob } from './supervise.mjs';

/** Sequences of one child: it starts in the time of twenty. */
const batch = 250;

/**
 * Runs `count` sequences, of the seeds from `first` on, in `processes` children at a time. Calls
 * `report` for each finding, once it is small: { kind, detail, seed, sequences, log }. Ends early
 * when there were `mostFindings`.
 */
export async function find({
  first,
  count,
  processes = 2,
  mostFindings = 10,
  report,
  progress,
  ...options
}) {
  let next = first;
  let findings = 0;
  const work = async () => {
    while (next < first + count && findings < mostFindings) {
      const from = next;
      const to = Math.min(from + batch, first + count);
      next = to;
      for (let seed = from; seed < to && findings < mostFindings; ) {
        const { finding, at } = await runJob({ first: seed, count: to - seed }, options);
        if (finding === null) break;
        findings += 1;
        report(await small({ finding, from, seed: at ?? seed }, options));
        seed = (at ?? seed) + 1;
      }
      progress?.(to);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return findings;
}

/** The finding with the fewest sequences and steps that still have it. */
async function small({ finding, from, seed }, options) {
  let sequences = [generate(seed)];
  let again = await sameFinding(sequences, finding, options);
  // Not by itself: those before it in the same process had to do with it.
  if (!again) {
    const before = Array.from({ length: seed - from + 1 }, (_, i) => generate(from + i));
    again = await sameFinding(before, finding, options);
    if (again) sequences = await shrink(before, (less) => sameFinding(less, finding, options));
  }
  if (again) sequences = await smallSteps(sequences, finding, options);
  return { ...finding, seed, again, sequences, ...(await replay(sequences, options)) };
}

/** Each sequence with the fewest steps that still have the finding. */
export async function smallSteps(sequences, finding, options = {}) {
  let list = sequences;
  for (const at of sequences.keys()) {
    const steps = await shrink(list[at], (less) =>
      sameFinding(list.with(at, less), finding, options),
    );
    list = list.with(at, steps);
  }
  return list;
}

async function sameFinding(sequences, finding, options) {
  const { hangsAfter = mostTime, planted } = options;
  // Few sequences need no long wait, and a hang that is made smaller waits many times.
  const patience = { hangsAfter: Math.min(hangsAfter, 5000) };
  const result = await runJob({ sequences, planted }, finding.kind === 'hang' ? patience : options);
  return result.finding !== null && like(result.finding) === like(finding);
}

// What makes two findings the same: an exception its first line, anything else its kind.
function like({ kind, detail }) {
  return kind === 'exception' ? detail.split('\n')[0].replace(/\d+/g, '#') : kind;
}

/** Runs sequences once more, and keeps what they call: a script of the finding. */
export async function replay(sequences, options = {}) {
  let log = '';
  const job = { sequences, log: true, planted: options.planted };
  const { finding } = await runJob(job, {
    ...options,
    show: (text) => {
      log += text;
    },
  });
  return { finding, log };
}
