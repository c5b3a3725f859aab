export { Failure } from '../system/command.mjs';

/** The system's own words for a failed system call, without path and name of the call. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'is a directory';
  return code === undefined
    ? String(message ?? error)
    : (/^[A-Z0-9]+: (.*?)(?:, \w+(?: '.*')?)?$/s.exec(message)?.[1] ?? code);
}
