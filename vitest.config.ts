import { configDefaults, defineConfig } from 'vitest/config';

// They take minutes: `npm run test:probe`.
const testBed = process.env.LIBSSL_SESSION_TEST_PROBE ? [] : ['test/probe/bed/**'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...testBed],
    // Processes, not threads: each test file has its own libssl, and may count its sessions.
    pool: 'forks',
    // Not one less than there are processors: most of the time a test waits for children.
    maxWorkers: '100%',
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
  },
});
