// Tokens a second, one after the other on one core, with full checks of the claims, against the bare call and libraries.
import { fork, spawnSync } from 'node:child_process';
import { createSigner } from '../dist/index.js';
import { createTrace } from '../dist/trace.js';
import { conclude } from '../dist/verdict.js';
import { claimsOf, providerFor, rateOf, TOKENS } from './verification.js';

const ROUNDS = 15;
/** A server runs for days: what its first seconds cost is not looked at. */
const WARM_UP = 10;
const SPEED = { RS256: 'rsa2048', ES256: 'ecdsap256', EdDSA: 'ed25519' };
/** What runs in contender.js, and how many tokens at once: jose's threads would idle between single tokens. */
const ROWS = [
  ['node:crypto, the bare call', 1],
  ['authcheck, with trace and mapping', 1],
  ['fast-jwt', 1],
  ['aws-jwt-verify', 1],
  ['jsonwebtoken', 1],
  ['jose', 1],
  ['jose', 64],
];

/** @returns rows of [algorithm, contender, tokens a second, share of openssl, share of jose], with the Node of a path. */
export async function measureThroughput(execPath) {
  const rows = [];
  for (const algorithm of Object.keys(SPEED)) {
    const signer = await createSigner({ algorithm, kid: 'bench' });
    const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, index) => signer.sign(claimsOf(index))));
    const known = ROWS.filter(([name]) => algorithm !== 'EdDSA' || name !== 'jsonwebtoken');
    const contenders = await Promise.all(
      known.map(async ([name, atOnce]) => {
        const child = fork(new URL('contender.js', import.meta.url), [name, algorithm], { execPath });
        await ask(child, { key: { jwk: signer.jwk, tokens } });
        return { name, atOnce, child, rates: [] };
      }),
    );
    const opensslRates = [];
    // In turn, so that all have the same share of a machine's moods.
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      for (const { atOnce, child, rates } of contenders) {
        const rate = await ask(child, { atOnce });
        if (round >= 0) rates.push(rate);
      }
      if (round >= 0 && round % 3 === 0) opensslRates.push(opensslRate(algorithm));
    }
    for (const { child } of contenders) child.kill();
    const openssl = Math.max(...opensslRates);
    const best = contenders.map(({ rates }) => Math.max(...rates));
    const jose = best[known.findIndex(([name]) => name === 'jose')];
    for (const [index, { name, atOnce }] of contenders.entries()) {
      const rate = best[index];
      const told = atOnce === 1 ? name : `${name}, ${atOnce} at once`;
      rows.push([algorithm, told, Math.round(rate), rate / openssl, rate / jose]);
    }
  }
  return rows;
}

/** Sends a process of contender.js a message; what it answers. */
function ask(child, message) {
  return new Promise((resolve, reject) => {
    const fail = (code) => reject(new Error(`a contender ended with ${code}`));
    child.once('exit', fail);
    child.once('message', (answer) => {
      child.off('exit', fail);
      resolve(answer);
    });
    child.send(message);
  });
}

/**
 * What the trace costs: the steps of a verdict are added to a new trace and concluded, without the checks behind them.
 *
 * @returns rows of [algorithm, microseconds a token, of them for the trace].
 */
export async function measureTrace() {
  const rows = [];
  for (const algorithm of Object.keys(SPEED)) {
    const signer = await createSigner({ algorithm, kid: 'bench' });
    const token = await signer.sign(claimsOf(0));
    const provider = providerFor(signer.jwk);
    const verdict = await provider.authenticate({ token });
    const identity = { principal: verdict.principal, attributes: verdict.attributes };
    const { mapping, token: summary } = verdict;
    const about = {
      provider: provider.ref,
      identity,
      mapping,
      token: summary,
      refusal: '',
      total_ms: 0,
      network_ms: 0,
    };
    const build = () => {
      // Written out: to spread an object here would take ten times as long as the trace.
      const { provider, identity, mapping, token, refusal, total_ms, network_ms } = about;
      const trace = createTrace(() => null);
      for (const { name, status, message, expected, actual } of verdict.steps)
        if (status === 'passed') trace.pass(name, message, { expected, actual });
        else trace.skip(name, message);
      return conclude({ provider, trace, identity, mapping, token, refusal, total_ms, network_ms }).steps.length;
    };
    if (build() !== verdict.steps.length) throw new Error('the trace is another one');
    const whole = [];
    const alone = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const times = [await rateOf(() => provider.authenticate({ token }), 1), await rateOf(build, 1)];
      if (round < 0) continue;
      whole.push(1e6 / times[0]);
      alone.push(1e6 / times[1]);
    }
    rows.push([algorithm, Math.min(...whole), Math.min(...alone)]);
  }
  return rows;
}

/** Verifications a second of `openssl speed`, on one core. */
function opensslRate(algorithm) {
  const { stdout } = spawnSync('openssl', ['speed', '-seconds', '1', SPEED[algorithm]], { encoding: 'utf8' });
  const rate = Number(stdout.trim().split(/\s+/).at(-1));
  if (!(rate > 0)) throw new Error('openssl speed said nothing');
  return rate;
}
