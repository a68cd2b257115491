// How cost grows: with the number of tokens, with the size of the key set, with the number of callers that wait for one.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthProvider, createSigner, parseAuthConfig, readKeySet } from '../dist/index.js';

const BIN = new URL('../bin/authcheck.js', import.meta.url).pathname;
const ISSUER = 'https://idp.example';
const claimsOf = (sub) => ({
  iss: ISSUER,
  aud: 'api',
  sub,
  groups: ['ml', 'ops'],
  exp: Math.floor(Date.now() / 1000) + 7200,
});
const configOf = (uri) =>
  parseAuthConfig({ type: 'oauth2_token', issuer: ISSUER, audience: 'api', jwks: { uri } }).providers[0];

/** @returns rows of [tokens, seconds on one core, MB, seconds on two cores, MB, ratio]. */
export async function measureBatch(sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-scale-'));
  const signer = await createSigner({ algorithm: 'RS256', kid: 'bench' });
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [signer.jwk] }));
  // Distinct tokens take long to sign, and a batch remembers none: a thousand of them are as good as a million.
  const tokens = await Promise.all(Array.from({ length: 1000 }, (_, index) => signer.sign(claimsOf(`user-${index}`))));
  const rows = [];
  for (const size of sizes) {
    const file = join(folder, 'tokens.txt');
    await writeLines(file, tokens, size);
    const [one, two] = [await runBatch(folder, file, 1), await runBatch(folder, file, 2)];
    rows.push([size, one.seconds, one.megabytes, two.seconds, two.megabytes, one.seconds / two.seconds]);
  }
  rmSync(folder, { recursive: true });
  return rows;
}

async function writeLines(file, tokens, size) {
  const stream = createWriteStream(file);
  for (let index = 0; index < size; index += 1)
    if (!stream.write(`${tokens[index % tokens.length]}\n`))
      await new Promise((resolve) => stream.once('drain', resolve));
  await new Promise((resolve) => stream.end(resolve));
}

async function runBatch(folder, tokens, cores) {
  const flags = ['--jwks', join(folder, 'keys.json'), '--issuer', ISSUER, '--audience', 'api'];
  const started = process.hrtime.bigint();
  const child = spawn(
    process.execPath,
    [BIN, 'validate', ...flags, '--tokens', tokens, '--concurrency', String(cores)],
    {
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  let megabytes = 0;
  const sample = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      megabytes = Math.max(megabytes, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024));
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(sample);
  if (code !== 0) throw new Error(`the batch ended with ${code}`);
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, megabytes };
}

/** @returns rows of [keys, microseconds a token]. */
export async function measureKeySets(sizes) {
  const signer = await createSigner({ algorithm: 'RS256', kid: 'bench' });
  const token = await signer.sign(claimsOf('alice'));
  const providers = sizes.map((size) => {
    const others = Array.from({ length: size - 1 }, (_, index) => ({ ...signer.jwk, kid: `other-${index}` }));
    const keySet = readKeySet(JSON.stringify({ keys: [...others, signer.jwk] }));
    return createAuthProvider(configOf(`${ISSUER}/jwks`), { keySet });
  });
  const best = providers.map(() => Infinity);
  for (let round = 0; round < 15; round += 1)
    for (const [index, provider] of providers.entries()) {
      const started = process.hrtime.bigint();
      for (let count = 0; count < 500; count += 1) await provider.authenticate({ token });
      best[index] = Math.min(best[index], Number(process.hrtime.bigint() - started) / 500e3);
    }
  return sizes.map((size, index) => [size, best[index]]);
}

/** @returns rows of [callers, fetches, milliseconds until all have their answer]. */
export async function measureCallers(sizes) {
  const signer = await createSigner({ algorithm: 'ES256', kid: 'bench' });
  const token = await signer.sign(claimsOf('alice'));
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    setTimeout(() => response.end(JSON.stringify({ keys: [signer.jwk] })), 50);
  });
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
  const rows = [];
  for (const size of sizes) {
    fetches = 0;
    const provider = createAuthProvider(configOf(`http://127.0.0.1:${port}/jwks`));
    const started = process.hrtime.bigint();
    const verdicts = await Promise.all(Array.from({ length: size }, () => provider.authenticate({ token })));
    if (verdicts.some(({ outcome }) => outcome !== 'accepted')) throw new Error('somebody was not accepted');
    rows.push([size, fetches, Number(process.hrtime.bigint() - started) / 1e6]);
    await provider.close();
  }
  server.close();
  return rows;
}
