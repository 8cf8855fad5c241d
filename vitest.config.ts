import { defineConfig } from 'vitest/config';

// Tests run the files Node runs: no transform of src between what is tested and what is served.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/watch-dog.ts'],
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    // Stories wait a good part of their time; three fill two cores.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for is a fact; the second that is the default is too short on a busy machine.
    expect: { poll: { timeout: 15_000 } },
  },
});
