// A reporter of vitest: the counts, and why each skipped test was, as JSON into the file that
// VITEST_RESULTS names. (vitest's own JSON leaves the reasons out.)

import { writeFileSync } from 'node:fs';

export default class Results {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const broken = modules.filter((module) => module.errors().length > 0);
    const results = {
      passed: inState('passed').length,
      failed: inState('failed').length + broken.length + unhandledErrors.length,
      skipped: inState('skipped').map((test) => ({
        file: test.module.relativeModuleId,
        name: test.fullName,
        reason: test.result().note ?? 'no reason given',
      })),
    };
    writeFileSync(process.env.VITEST_RESULTS, JSON.stringify(results));
  }
}
