/** What the command says in one line on stderr, without a stack. */
export class Failure extends Error {
  /** 1: cannot be done; 2: wrong usage. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The system's own words for a failed system call, without path and name of the call. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'is a directory';
  return code === undefined
    ? String(message ?? error)
    : (/^[A-Z0-9]+: (.*?)(?:, \w+(?: '.*')?)?$/s.exec(message)?.[1] ?? code);
}
