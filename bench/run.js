// `npm run bench`: measures, prints tables, and writes RESULTS.md. Nothing here is a test: figures are the machine's.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { measureStartup } from './startup.js';
import { measureThroughput } from './throughput.js';

const load = loadavg()[0].toFixed(2);
const startup = await measureStartup();
const throughput = await measureThroughput();

const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout.trim();

const text = `# Results

Made by \`npm run bench\`, which writes this file. Ratios are what to look at: the machine is shared, and its speed drifts.

- ${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${load} when it began
- Node ${process.version}, ${openssl}
- ${Object.entries(dependencies)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}, jose of this repository

## Start-up: whole processes, as a multiple of \`node -e 0\`

Median of 15 pairs, NODE_EXTRA_CA_CERTS unset.

${table(
  ['command', 'ratio'],
  startup.map(([name, ratio]) => [`\`${name}\``, ratio.toFixed(2)]),
)}

## Throughput: one process, one token after the other

Median of 7 rounds of 1,000 tokens each, in turn. \`of openssl\` is against \`openssl speed\` on one core in the same run.

${table(
  ['algorithm', '', 'tokens/s', 'of openssl', 'of jose'],
  throughput.map(([algorithm, name, rate, share, ofJose]) => [
    algorithm,
    name,
    rate.toLocaleString('en'),
    share.toFixed(2),
    ofJose.toFixed(1),
  ]),
)}
`;
writeFileSync(new URL('RESULTS.md', import.meta.url), text);
console.log(text);
