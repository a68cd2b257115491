import { group } from './groups.js';

export default {
  packageManager: 'npm',
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'mutation/vitest.config.js', related: false },
  mutate: group.mutate,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  tempDirName: 'mutation/.stryker-tmp',
  reporters: ['json'],
  jsonReporter: { fileName: 'mutation/report.json' },
  ignorePatterns: ['dist', 'coverage', 'bench', 'mutation/node_modules'],
  allowConsoleColors: false,
  warnings: { slow: false },
};
