// `npm run soak [minutes]`: the service under load while keys rotate, the issuer fails and the config is read again.
// Ends with 1 if a request was answered wrongly, or if memory grew.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSigner } from '../dist/index.js';

const MINUTES = Number(process.argv[2] ?? 10);
/** Seconds for which the service trusts a key set before it asks again, and as long again while nobody answers. */
const PERIOD = 15;
const CLIENTS = 16;
const BIN = new URL('../bin/authcheck.js', import.meta.url).pathname;
/** Memory that a service may gain between the second and the last tenth of the time, in MB. */
const MAX_GROWTH = 20;

const events = { rotations: 0, outages: 0, reloads: 0, refused: 0 };
const answers = new Map();
const faults = [];
/** The token that clients keep sending. */
let kept = null;

// The issuer: the keys that it publishes, and the way in which it fails now.
let published = [await createSigner({ algorithm: 'ES256', kid: 'key-0' })];
let signing = published[0];
let retired = null;
let failure = null;
/** When it answered well for the first time since it failed last; null if it has not. */
let wellSince = 0;
let fetches = 0;
const issuer = createServer((_request, response) => {
  fetches += 1;
  wellSince = failure === null ? (wellSince ?? Date.now()) : null;
  if (failure === 'hang') return;
  if (failure === 'refuse') response.destroy();
  else if (failure === 'break') response.writeHead(500).end('stack trace');
  else response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
});
const port = await new Promise((resolve) => issuer.listen(0, '127.0.0.1', () => resolve(issuer.address().port)));
const ISSUER = `http://127.0.0.1:${port}`;

const folder = mkdtempSync(join(tmpdir(), 'authcheck-soak-'));
const configFile = join(folder, 'run.yaml');
const good = (tolerance) =>
  `type: oauth2_token\nissuer: ${ISSUER}\naudience: api\nclock_tolerance: ${tolerance}\ncache: {ttl: 5}\n` +
  `jwks: {uri: "${ISSUER}/jwks", key_recheck_period: ${PERIOD}}\n`;
writeFileSync(configFile, good(0));
const service = spawn(process.execPath, [BIN, 'serve', '--config', configFile, '--port', '0', '--log-level', 'error'], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
process.on('exit', () => service.kill('SIGKILL'));
let log = '';
service.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-100_000)));
const url = await new Promise((resolve, reject) => {
  service.on('exit', (code) => reject(new Error(`the service ended with ${code}: ${log}`)));
  service.stdout.on('data', (text) => resolve(`${/http:\S+/.exec(text)?.[0]}/auth`));
});

const end = Date.now() + MINUTES * 60_000;
const isOn = () => Date.now() < end;
const sample = await Promise.all([
  sampleMemory(),
  rotate(),
  fail(),
  reload(),
  ...Array.from({ length: CLIENTS }, load),
]);

service.removeAllListeners('exit');
service.kill('SIGTERM');
issuer.close().closeAllConnections();
rmSync(folder, { recursive: true });
const memory = sample[0];
const part = (from, to) => {
  const list = memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to)).sort((a, b) => a - b);
  return list[Math.floor(list.length / 2)];
};
const [early, late] = [part(0.1, 0.2), part(0.9, 1)];
console.log(`${MINUTES} minutes, ${CLIENTS} clients, Node ${process.version}`);
console.log(`answers: ${[...answers].map(([what, count]) => `${count.toLocaleString('en')} ${what}`).join(', ')}`);
console.log(
  `meanwhile: ${events.rotations} keys rotated, ${events.outages} outages, ${events.reloads} configs read again, ` +
    `${events.refused} bad configs offered, the issuer asked ${fetches} times`,
);
console.log(
  `memory: ${early} MB after a tenth of the time, ${late} MB at the end, ${Math.max(...memory)} MB at the most`,
);
console.log(`answered wrongly: ${faults.length}`);
for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
if (faults.length > 0 || late - early > MAX_GROWTH) process.exitCode = 1;

/** One client: tokens of every kind, one after the other. */
async function load() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let round = 0; isOn(); round += 1) {
    const { what, token, expected } = await nextToken(round);
    const wasAway = isAway();
    const { outages } = events;
    const status = await ask(agent, token);
    answers.set(what, (answers.get(what) ?? 0) + 1);
    // While the issuer cannot be asked, nobody knows whether it has published the key again.
    const isUnknown =
      status === 503 && what === 'of a retired key' && (wasAway || isAway() || outages < events.outages);
    if (status !== expected && !isUnknown)
      faults.push(`${what}: ${status} rather than ${expected} (issuer: ${failure ?? 'well'})`);
  }
  agent.destroy();
}

function isAway() {
  // Who has asked may be a config that is being read, and not yet the one in force.
  return failure !== null || wellSince === null || Date.now() - wellSince < 1000;
}

async function nextToken(round) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: 'api', sub: 'alice', iat: now, exp: now + 300, jti: String(Math.random()) };
  // Most requests carry a token that was seen before, as with real clients.
  if (kept?.by !== signing || kept.until < now)
    kept = { by: signing, until: now + 3, token: await signing.sign(claims) };
  switch (round % 10) {
    case 0:
      return { what: 'fresh', token: await signing.sign(claims), expected: 200 };
    case 1:
      return { what: 'expired', token: await signing.sign({ ...claims, exp: now - 600 }), expected: 401 };
    case 2:
      return { what: 'for another', token: await signing.sign({ ...claims, aud: 'other' }), expected: 401 };
    case 3: {
      const token = await signing.sign(claims);
      const [header, , signature] = token.split('.');
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url');
      return { what: 'forged', token: `${header}.${forged}.${signature}`, expected: 401 };
    }
    case 4:
      if (retired !== null) return { what: 'of a retired key', token: await retired.sign(claims), expected: 401 };
  }
  return { what: 'seen before', token: kept.token, expected: 200 };
}

function ask(agent, token) {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    outgoing.on('error', (error) => resolve(error.code)).end();
  });
}

/** As issuers do it: a key is published, later used, later the old one is withdrawn. */
async function rotate() {
  for (let count = 1; isOn(); count += 1) {
    const next = await createSigner({ algorithm: count % 2 === 0 ? 'ES256' : 'RS256', kid: `key-${count}` });
    const old = signing;
    published = [old, next];
    await pause(2 * PERIOD + 10);
    signing = next;
    await pause(2);
    published = [next];
    // Trusted for a period, for another one while the issuer is away, and as long as a verdict is cached.
    await pause(2 * PERIOD + 10);
    retired = old;
    events.rotations += 1;
  }
}

/** Outages that are shorter than the time for which keys are trusted without the issuer. */
async function fail() {
  const ways = ['break', 'refuse', 'hang'];
  for (let count = 0; isOn(); count += 1) {
    await pause(9);
    failure = ways[count % ways.length];
    events.outages += 1;
    await pause(8);
    failure = null;
  }
}

async function reload() {
  for (let count = 1; isOn(); count += 1) {
    await pause(5);
    const isBad = count % 4 === 0;
    writeFileSync(configFile, isBad ? 'type: oauth2_token\naudience: [\n' : good(count % 2));
    service.kill('SIGHUP');
    if (isBad) events.refused += 1;
    else events.reloads += 1;
  }
}

/** Resident memory of the service each second, in MB. */
async function sampleMemory() {
  const seen = [];
  while (isOn()) {
    await sleep(1000);
    const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
    seen.push(Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024));
  }
  return seen;
}

async function pause(seconds) {
  const until = Date.now() + seconds * 1000;
  while (isOn() && Date.now() < until) await sleep(200);
}
