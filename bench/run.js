// `npm run bench [part…]`: measures, prints tables, and writes RESULTS.md. Nothing here is a test: figures are the
// machine's. Parts that are not named stay as they were measured before.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { measureMiddleware } from './middleware.js';
import { measureBatch, measureCallers, measureKeySets } from './scale.js';
import { headsOf, measureEach, NODES } from './nodes.js';
import { measureStartup, timeBare } from './startup.js';
import { measureThroughput, measureTrace } from './throughput.js';

const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const number = (value) => Math.round(value).toLocaleString('en');

const PARTS = {
  startup: async () => `## Start-up: whole processes, as a multiple of \`node -e 0\`

Median of 21 pairs, NODE_EXTRA_CA_CERTS unset. Bare, ${NODES.map(({ path, version }) => `${version} took ${timeBare(path).toFixed(0)} ms`).join(', ')}: where it
takes longer, the multiples are smaller. \`npm ci\` and \`npm run build\` compile the program for the Node that runs them;
\`published\` is without that, as \`npm install authcheck\` has it.

${table(
  ['command', 'at most', ...NODES.flatMap(({ version }) => [version, `${version}, published`])],
  (await measureStartup()).map(([name, target, ...ratios]) => [
    ...[`\`${name}\``, target?.toFixed(2) ?? ''],
    ...ratios.map((ratio) => ratio.toFixed(2)),
  ]),
)}`,

  throughput: async () => `## Throughput: one process, one token after the other

Tokens in a second of one core: the time of all threads of a process counts, as jose verifies on other threads than the
first. Best of 15 rounds of 1,000 tokens each, in turn, after ten that are not counted. Each row has a process of its own:
in one, each would pay for the garbage of all. \`of openssl\` is against \`openssl speed -seconds 1\` in the same rounds, the
best of five. Asked for: 0.50, 0.65 and 0.75 of openssl, and twice what jose does.

${table(
  ['algorithm', '', ...headsOf('tokens/s', 'of openssl', 'of jose')],
  await measureEach(2, async (node) =>
    (await measureThroughput(node)).map(([algorithm, name, rate, share, ofJose]) => [
      ...[algorithm, name, number(rate)],
      ...[share.toFixed(2), ofJose.toFixed(1)],
    ]),
  ),
)}

What the trace takes of it, beside the checks that it tells of (at most 5 % is asked for).

${table(
  ['algorithm', 'µs a token', 'of them the trace', ''],
  (await measureTrace()).map(([algorithm, whole, alone]) => [
    ...[algorithm, whole.toFixed(1), alone.toFixed(2)],
    `${((100 * alone) / whole).toFixed(1)} %`,
  ]),
)}`,

  middleware: async () => `## Guards: requests a second on 16 connections, RS256, one token

Best of 8 rounds, in turn, after one that is not counted; each server in a process of its own, asked by a process that
never sleeps. \`of unguarded\` is against the same framework without a guard. Asked for: 0.80 with the cache on node:http, and
to be ahead of every peer without one. \`get-jwks\` finds the key of a token in the issuer's key set, as ours does; \`a PEM\` is
one key that was written into the server.

${table(
  ['server', ...headsOf('requests/s', 'of unguarded')],
  await measureEach(1, async (node) =>
    (await measureMiddleware(node)).map(([name, rate, share]) => [name, number(rate), share.toFixed(2)]),
  ),
)}`,

  scale: async () => `## Scale

\`authcheck validate --tokens\`, RS256; the most memory that the process had.

${table(
  ['tokens', 'one core, s', 'MB', 'two cores, s', 'MB', 'ratio'],
  (await measureBatch([1, 100, 10_000, 1_000_000])).map(([tokens, one, oneMb, two, twoMb, ratio]) => [
    ...[number(tokens), one.toFixed(2), oneMb, two.toFixed(2), twoMb, ratio.toFixed(2)],
  ]),
)}

A token against key sets of different sizes.

${table(
  ['keys', 'µs a token'],
  (await measureKeySets([1, 100, 10_000])).map(([keys, time]) => [number(keys), time.toFixed(1)]),
)}

Callers that wait for one key set, which takes its server 50 ms.

${table(
  ['callers', 'fetches', 'ms until all are answered'],
  (await measureCallers([1, 100, 10_000])).map(([callers, fetches, ms]) => [number(callers), fetches, ms.toFixed(0)]),
)}`,
};

const file = new URL('RESULTS.md', import.meta.url);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const load = loadavg()[0].toFixed(2);
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout.trim();
const before = existsSync(file) ? readFileSync(file, 'utf8').split(/^(?=## )/m) : [];

const sections = [];
for (const [name, measure] of Object.entries(PARTS)) {
  const text = wanted.includes(name) ? await measure() : null;
  const title = { startup: '## Start-up', throughput: '## Throughput', middleware: '## Guards', scale: '## Scale' }[
    name
  ];
  const kept = before.find((section) => section.startsWith(title));
  if (text !== null || kept !== undefined) sections.push((text ?? kept).trim());
}

const text = `# Results

Made by \`npm run bench\`, which writes this file; \`npm run bench -- startup\` measures one part anew. Ratios are what to
look at: the machine is shared, and its speed drifts.

- ${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${load} when it began
- Node ${process.version}, ${openssl}
- ${Object.entries(dependencies)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}; jose, express and fastify of this repository

${sections.join('\n\n')}
`;
writeFileSync(file, text);
console.log(text);
