// `npm run hostile [cases] [seed]`: the properties of the gate over a million cases, from a seed of today unless one is
// given. Ends with how many cases were really judged.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [cases = '1000000', seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'authcheck-hostile-'));
const report = join(folder, 'report.json');
console.log(`npm run hostile ${cases} ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/hostile',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, AUTHCHECK_HOSTILE_CASES: cases, AUTHCHECK_HOSTILE_SEED: seed },
    stdio: 'inherit',
  },
);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
const judged = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ meta }) => meta?.cases ?? 0));
console.log(`${judged.reduce((sum, count) => sum + count, 0).toLocaleString('en')} cases judged`);
process.exitCode = status ?? 1;
