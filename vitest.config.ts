import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: each test file has its own libssl, and may count its sessions.
    pool: 'forks',
    // Not one less than there are processors: most of the time a test waits for children.
    maxWorkers: '100%',
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
  },
});
