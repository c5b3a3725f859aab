// `libssl-session doctor`

import { LibsslError } from '../common/errors.js';
import { installLine } from '../library/distribution.js';
import { libraryInfo, sessionCounts, startCounting } from '../library/library.js';
import type { LibraryInfo } from '../native/types.js';
import { SslSession } from '../session/session.js';
import { write } from './output.js';
import { printable, renderTable, type Terminal, terminal, toJson } from './terminal.js';

/** What `doctor --json` writes. */
export interface Diagnosis {
  ok: boolean;
  library: LibraryInfo | null;
  /** The process it lives in, with an OpenSSL of its own. */
  node: {
    version: string;
    openssl: string;
    /** Whether that OpenSSL is a shared library, not a part of node. */
    sharedOpenssl: boolean;
    executable: string;
    platform: string;
  };
  /** The environment variable; null when unset. */
  LIBSSL_SESSION_DIR: string | null;
  problem: Problem | null;
}

interface Problem {
  code: string;
  message: string;
  /** Every place that was tried, and why it was refused. */
  tried: { place: string; reason: string }[];
  /** What to do about it. */
  remedy: string;
}

/** Gives the exit code: 1 where there is no libssl 1.1.1 to work with. */
export async function doctor(options: { json?: true }): Promise<0 | 1> {
  const diagnosis = diagnose();
  await write(
    options.json ? toJson(diagnosis) : renderDiagnosis(terminal(process.stdout), diagnosis),
  );
  return diagnosis.ok ? 0 : 1;
}

function diagnose(): Diagnosis {
  const { library, problem } = tryLibrary();
  const { versions } = process;
  return {
    ok: problem === null,
    library,
    node: {
      version: versions.node,
      openssl: versions.openssl ?? 'none',
      sharedOpenssl: Boolean(
        (process.config.variables as Record<string, unknown>).node_shared_openssl,
      ),
      executable: process.execPath,
      platform: `${process.platform} ${process.arch}`,
    },
    LIBSSL_SESSION_DIR: process.env.LIBSSL_SESSION_DIR || null, // empty is unset, as native.ts has it
    problem,
  };
}

function tryLibrary(): { library: LibraryInfo | null; problem: Problem | null } {
  let library: LibraryInfo | null = null;
  try {
    library = libraryInfo();
    work();
    return { library, problem: null };
  } catch (error) {
    return { library, problem: explain(error) };
  }
}

/** The four calls that the library is there for, once. */
function work(): void {
  startCounting();
  const before = sessionCounts();
  const session = new SslSession();
  const owners = [session, session.upRef(), session.dup()];
  for (const owner of owners) owner.free();
  const { created, live } = sessionCounts();
  if (created - before.created !== 2 || live !== before.live) {
    throw new Error('after new, up_ref, dup and free the counts of sessions are wrong');
  }
}

function explain(error: unknown): Problem {
  const { message, code } = error as Error & { code?: unknown };
  const [first = '', ...more] = message.split('\n');
  if (error instanceof LibsslError && error.attempts !== undefined) {
    return {
      code: error.code,
      message: first.replace(/ Tried:$/, ''),
      tried: error.attempts.map(({ place, reason }) => ({ place, reason })),
      remedy: installLine(),
    };
  }
  return {
    code: typeof code === 'string' ? code : 'ERR_LIBSSL_FAILED',
    message: first,
    tried: [],
    remedy: more.join('. '),
  };
}

function renderDiagnosis(
  out: Terminal,
  { ok, library, node, problem, ...rest }: Diagnosis,
): string {
  const { paint } = out;
  const directory = rest.LIBSSL_SESSION_DIR;
  const heading = ok
    ? `${paint('green', '✓')} ${paint('bold', 'libssl 1.1.1 is here and works')}`
    : `${paint('red', '✗')} ${paint('bold', problem?.message ?? '')}`;
  const number = `0x${(library?.versionNumber ?? 0).toString(16)}`;
  return renderTable(out, heading, [
    library === null
      ? []
      : [
          ['Version', `${library.version} (${number})`],
          ['libssl', printable(library.libssl)],
          ['libcrypto', printable(library.libcrypto)],
          ['Isolated', paint('green', '✓ proved: nothing of it is bound to Node’s OpenSSL')],
          ['Works', ok ? paint('green', '✓ new, up_ref, dup, free') : null],
        ],
    [
      ['Node.js', `${node.version}, ${node.platform}`],
      [
        'its OpenSSL',
        `${node.openssl}, ${node.sharedOpenssl ? 'a shared library' : 'inside node'}`,
      ],
      ['Directory', directory === null ? null : `LIBSSL_SESSION_DIR=${printable(directory)}`],
    ],
    (problem?.tried ?? []).map(({ place, reason }, i) => [
      i === 0 ? 'Tried' : '',
      printable(reason.includes(place) ? reason : `${place}: ${reason}`),
    ]),
    [['Remedy', problem === null || problem.remedy === '' ? null : printable(problem.remedy)]],
  ]);
}
