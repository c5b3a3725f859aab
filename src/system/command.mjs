// Runs other programs. This and apt.mjs are plain JavaScript without dependencies, because the
// checkout's set-up runs them before anything is installed. The command `libssl-session` uses them
// too.

import { spawnSync } from 'node:child_process';

/** A failure whose message is enough for a person. It is printed without a stack. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {1 | 2} [exitCode] 1: cannot be done; 2: wrong usage
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command without showing its output, and returns its standard output. If the command fails,
 * throws a Failure that contains all of its output.
 * @param {string} what
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {string}
 */
export function run(what, command, args, options = {}) {
  const result = spawnSync(command, args, { maxBuffer: 1 << 28, ...options, encoding: 'utf8' });
  if (result.error) throw new Failure(`${what}: ${result.error.message}`);
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
    const how = result.signal ? `signal ${result.signal}` : `exit code ${result.status}`;
    throw new Failure(`${output}\n\n${what} failed (${how})`);
  }
  return result.stdout ?? '';
}

/** @param {string} name */
export function hasCommand(name) {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' });
  return found.status === 0;
}

/**
 * The tools that a build of the addon needs and this machine does not have.
 * @returns {string[]}
 */
export function missingBuildTools() {
  const compilers = [process.env.CXX ?? 'c++', 'c++', 'g++', 'clang++'];
  return [
    ...['python3', 'make'].filter((tool) => !hasCommand(tool)),
    ...(compilers.some(hasCommand) ? [] : ['a C++17 compiler (g++ or clang++)']),
  ];
}
