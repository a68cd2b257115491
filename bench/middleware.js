// Requests a second through each guard, against the same server without one. Each server has a process of its own; what
// asks is lighter than what answers, so that a guard cannot hide behind it. And it never sleeps: to wake it would take
// time with every request to a slow server, and none with a fast one.
import { fork } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createSigner } from '../dist/index.js';

const KINDS = [
  ['node:http, unguarded', 'node:http, authcheck', 'node:http, authcheck, cache'],
  ['express, unguarded', 'express, authcheck', 'express, authcheck, cache', 'express, express-oauth2-jwt-bearer'],
  [
    ...['fastify, unguarded', 'fastify, authcheck', 'fastify, authcheck, cache'],
    ...['fastify, @fastify/jwt, get-jwks', 'fastify, @fastify/jwt, a PEM', 'fastify, @fastify/jwt, a PEM, cache'],
  ],
];
const CONNECTIONS = 16;
const ROUNDS = 8;
const SECONDS = 1;

/** @returns rows of [what, requests a second, share of the unguarded server], with the Node of a path. */
export async function measureMiddleware(execPath) {
  const signer = await createSigner({ algorithm: 'RS256', kid: 'bench' });
  const keys = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [signer.jwk] })),
  );
  const issuer = await new Promise((resolve) =>
    keys.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${keys.address().port}`)),
  );
  const pem = createPublicKey({ key: signer.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'api', sub: 'alice', groups: ['ml', 'ops'], iat: now, exp: now + 3600 };
  const token = await signer.sign(claims);
  let isAwake = true;
  const stayAwake = () => {
    if (isAwake) setImmediate(stayAwake);
  };
  stayAwake();
  const rows = [];
  for (const kinds of KINDS) {
    const servers = await Promise.all(kinds.map((kind) => start(execPath, kind, issuer, pem)));
    const rates = servers.map(() => []);
    // The first round warms up, and is not counted.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [index, { port }] of servers.entries()) {
        const rate = await rateOf(port, token);
        if (round > 0) rates[index].push(rate);
      }
    for (const { child } of servers) child.kill();
    const best = rates.map((list) => Math.max(...list));
    for (const [index, kind] of kinds.entries()) rows.push([kind, Math.round(best[index]), best[index] / best[0]]);
  }
  isAwake = false;
  keys.close();
  return rows;
}

async function start(execPath, kind, issuer, pem) {
  const child = fork(new URL('guarded.js', import.meta.url), [kind, issuer, pem], { execPath });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', () => reject(new Error(`${kind} did not start`)));
  });
  child.removeAllListeners('exit');
  return { child, port };
}

/** Requests that were answered with 200, a second: each connection asks again when it has the whole answer. */
async function rateOf(port, token) {
  const request = `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`;
  const until = Date.now() + SECONDS * 1000;
  const started = process.hrtime.bigint();
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, () => askAgain(port, request, until)));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

function askAgain(port, request, until) {
  return new Promise((resolve, reject) => {
    let count = 0;
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true);
    socket.on('error', reject).on('data', (chunk) => {
      text += chunk.latin1Slice();
      if (!text.endsWith('{"ok":true}')) return;
      if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 200)));
      count += 1;
      text = '';
      if (Date.now() < until) socket.write(request);
      else {
        socket.end();
        resolve(count);
      }
    });
  });
}
