// Whole processes against `node -e 0` of the same Node, in turn, so that a machine that slows down slows down both.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner } from '../dist/index.js';
import { startIssuer } from './issuer.js';
import { NODES } from './nodes.js';

const ROOT = new URL('..', import.meta.url).pathname;
const RUNS = 21;

/** @returns rows of [what, target (null for none), for each of NODES a ratio as built with it, and one as published]. */
export async function measureStartup() {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-bench-'));
  const isPublished = (path) => !path.includes('compiled-');
  for (const part of ['bin', 'dist/cli'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter: isPublished });
  for (const { path } of NODES) execFileSync(path, [join(ROOT, 'bin/compile.js')]);
  const bins = [ROOT, folder].map((root) => join(root, 'bin/authcheck.js'));
  const signer = await createSigner({ algorithm: 'RS256', kid: 'bench' });
  const token = await signer.sign({ sub: 'alice', aud: 'api', exp: Math.floor(Date.now() / 1000) + 3600 });
  const [config, keys] = ['run.yaml', 'keys.json'].map((name) => join(folder, name));
  writeFileSync(keys, JSON.stringify({ keys: [signer.jwk] }));
  const issuer = await startIssuer({ keys: [signer.jwk] });
  writeFileSync(
    config,
    `type: oauth2_token\naudience: api\njwks: {uri: "${issuer.url}"}\ntls_cafile: ${issuer.certificate}\n`,
  );
  const cases = [
    ['--version', 1.35, ['--version']],
    ['--help', 1.35, ['--help']],
    ['decode TOKEN', 1.45, ['decode', token]],
    ['validate --config F.yaml --jwks FILE', 2.4, ['validate', '--config', config, '--jwks', keys, '--token', token]],
    ['validate --config F.yaml, key set over https', 6, ['validate', '--config', config, '--token', token]],
    ['validate --jwks FILE', null, ['validate', '--jwks', keys, '--audience', 'api', '--token', token]],
    ['config check F.yaml', null, ['config', 'check', config]],
  ];
  const rows = cases.map(([name, target, args]) => [
    ...[name, target],
    ...NODES.flatMap(({ path }) => bins.map((bin) => ratioOf(path, [bin, ...args]))),
  ]);
  await issuer.close();
  rmSync(folder, { recursive: true });
  return rows;
}

/** What the ratios are multiples of: the median, in milliseconds. */
export function timeBare(node) {
  const times = Array.from({ length: RUNS }, () => time(node, ['-e', '0']) / 1e6);
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

/** The median of the ratios, pair by pair. */
function ratioOf(node, args) {
  const ratios = [];
  for (let run = 0; run < RUNS + 2; run += 1) {
    const bare = time(node, ['-e', '0']);
    const ours = time(node, args);
    if (run >= 2) ratios.push(ours / bare);
  }
  return ratios.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

function time(node, args) {
  // NODE_EXTRA_CA_CERTS alone would take longer than most of what is measured.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const started = process.hrtime.bigint();
  const { status } = spawnSync(node, args, { stdio: 'ignore', env });
  if (status !== 0) throw new Error(`${args[1] ?? ''} ended with ${status}`);
  return Number(process.hrtime.bigint() - started);
}
