import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
    // What only runs in a process of its own, as the started program does, is not counted.
    coverage: { include: ['src/**'], exclude: ['src/cli/**'], thresholds: { lines: 95, branches: 95 } },
  },
});
