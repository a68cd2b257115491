import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
    coverage: { include: ['src/**'], exclude: ['src/cli/**'] },
  },
});
