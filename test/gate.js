// The whole gate, in the order in which a fault is cheapest to find. Ends with the test runner's own summary and a
// plain line "N passed, N failed", in which every step counts as one check beside the tests. With the argument `peers`,
// only the tests against Debian's nginx, Caddy and Redis.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = process.argv[2] === 'peers';
/** The steps before the tests: scripts of package.json, which anybody can run alone. */
const STEPS = peers ? ['build'] : ['build', 'types', 'lint', 'format', 'unused', 'package'];
const CONFIG = peers ? 'vitest.peers.config.ts' : 'vitest.config.ts';

const run = (script, ...args) =>
  spawnSync('npm', ['run', '--silent', script, '--', ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    .status === 0;

const failed = [];
for (const name of STEPS) {
  console.log(`\n── ${name}`);
  if (!run(name)) failed.push(name);
}

console.log('\n── tests');
const folder = mkdtempSync(join(tmpdir(), 'authcheck-gate-'));
const report = join(folder, 'report.json');
const green = run('unit', `--config=${CONFIG}`, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
let counts = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.error('the test runner left no report');
}
rmSync(folder, { recursive: true, force: true });

// A test that did not run is not green.
const unrun = counts.numPendingTests + counts.numTodoTests;
if (!green && counts.numFailedTests === 0) failed.push('tests');
const passes = counts.numPassedTests + STEPS.filter((name) => !failed.includes(name)).length;
const failures = counts.numFailedTests + unrun + failed.length;
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
console.log(`${passes} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
