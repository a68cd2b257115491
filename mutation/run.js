// `npm run mutate [group…]`: changes the core in every way that Stryker knows, and says which changes no test noticed.
// Ends with 1 where fewer than 90 % were noticed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GROUPS } from './groups.js';

const LEAST = 90;
const root = fileURLToPath(new URL('..', import.meta.url));
const stryker = fileURLToPath(new URL('node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(GROUPS);

for (const name of wanted) {
  const env = { ...process.env, AUTHCHECK_MUTATE: name };
  const { status, stdout } = spawnSync(process.execPath, [stryker, 'run', 'mutation/stryker.config.js'], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    console.log(stdout);
    throw new Error(`Stryker could not try ${name}`);
  }
  const { files } = JSON.parse(readFileSync(new URL('report.json', import.meta.url), 'utf8'));
  const mutants = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, file })),
  );
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const survived = count('Survived', 'NoCoverage');
  const score = (100 * noticed) / (noticed + survived);
  console.log(`${name}: ${score.toFixed(1)} % of ${noticed + survived} changes were noticed`);
  for (const { file, location, mutatorName, replacement = '', status } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const { line, column } = location.start;
    console.log(`  ${file}:${line}:${column}  ${mutatorName}  ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`);
  }
  if (score < LEAST) process.exitCode = 1;
}
