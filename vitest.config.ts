import { defineConfig } from 'vitest/config';

/** Tests that start whole programs and kill them. */
const processTests = ['kiosk/test/**/*.test.ts', '**/*.process.test.ts'];
/** Tests that drive pages in Debian's Chromium. */
const browserTests = ['**/*.browser.test.ts', '**/*.browser.test.tsx'];
const never = ['**/node_modules/**', 'build/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Most tests wait for a line, a disk or a program more than they work: three at once keep two cores busy.
    maxWorkers: 3,
    restoreMocks: true,
    // A second, as it is otherwise, is little on a machine that does much else.
    expect: { poll: { timeout: 10_000 } },
    setupFiles: ['tools/test/leak-check.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...never, ...processTests, ...browserTests],
          // Our modules keep nothing of what was done with them, and most of a short file's time was loading them again.
          isolate: false,
          // Some work for seconds on a quiet machine: what is only slow there is not to fail on a busy one.
          testTimeout: 40_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: processTests,
          exclude: [...never, ...browserTests],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserTests,
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
