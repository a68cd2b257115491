// Whole processes against `node -e 0` of the same Node, in turn, so that a machine that slows down slows down both.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner } from '../dist/index.js';
import { startIssuer } from './issuer.js';

const BIN = new URL('../bin/authcheck.js', import.meta.url).pathname;
const RUNS = 15;

/** @returns rows of [what, ratio]. */
export async function measureStartup() {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-bench-'));
  const signer = await createSigner({ algorithm: 'RS256', kid: 'bench' });
  const token = await signer.sign({ sub: 'alice', aud: 'api', exp: Math.floor(Date.now() / 1000) + 3600 });
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [signer.jwk] }));
  const issuer = await startIssuer({ keys: [signer.jwk] });
  const config = join(folder, 'run.yaml');
  writeFileSync(
    config,
    `type: oauth2_token\naudience: api\njwks: {uri: "${issuer.url}"}\ntls_cafile: ${issuer.certificate}\n`,
  );
  const keys = join(folder, 'keys.json');
  const cases = [
    ['--version', ['--version']],
    ['--help', ['--help']],
    ['decode TOKEN', ['decode', token]],
    ['validate --jwks FILE', ['validate', '--jwks', keys, '--audience', 'api', '--token', token]],
    ['validate --config FILE --jwks FILE', ['validate', '--config', config, '--jwks', keys, '--token', token]],
    ['validate --config FILE, key set over https', ['validate', '--config', config, '--token', token]],
    ['config check FILE', ['config', 'check', config]],
  ];
  const rows = cases.map(([name, args]) => [name, ratioOf([BIN, ...args])]);
  await issuer.close();
  rmSync(folder, { recursive: true });
  return rows;
}

/** The median of the ratios, pair by pair. */
function ratioOf(args) {
  const ratios = [];
  for (let run = 0; run < RUNS + 2; run += 1) {
    const bare = time(['-e', '0']);
    const ours = time(args);
    if (run >= 2) ratios.push(ours / bare);
  }
  return ratios.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

function time(args) {
  // NODE_EXTRA_CA_CERTS alone would take longer than most of what is measured.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const started = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env });
  if (status !== 0) throw new Error(`${args[1] ?? ''} ended with ${status}`);
  return Number(process.hrtime.bigint() - started);
}
