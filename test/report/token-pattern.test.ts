import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTokenPattern } from '../../src/report/token-pattern.js';
import { createSigner } from '../../src/protocol/sign.js';
import { compact } from '../forge.js';

const NOW = 2_000_000_000;

function like(claims: object, header: object = { alg: 'RS256', kid: 'k1' }): ReturnType<typeof readTokenPattern> {
  return readTokenPattern(
    compact(header, claims, () => Buffer.from('nothing')),
    NOW,
  );
}

describe('a likeness', () => {
  test('has the claims as they stand, and the algorithm', () => {
    const claims = { sub: 'alice', groups: ['a', 1, null], nested: { deep: { x: true } }, ['__proto__']: 'x' };
    expect(like(claims)).toEqual({ claims, header: {}, algorithm: 'RS256', dropped: [] });
  });

  test('moves the times together: issued now, as long a life', () => {
    expect(like({ iat: 1000, nbf: 940, exp: 4600, auth_time: 10 }).claims).toEqual({
      iat: NOW,
      nbf: NOW - 60,
      exp: NOW + 3600,
      auth_time: NOW - 990,
    });
    expect(like({ nbf: 1000, exp: 1300 }).claims).toEqual({ nbf: NOW, exp: NOW + 300 });
    expect(like({ exp: 1300 }).claims).toEqual({ exp: NOW + 3600 });
    expect(like({ exp: '1300', iat: null }).claims).toEqual({ exp: '1300', iat: null });
    expect(like({ iat: 1000.5, nbf: 1000.5 }).claims.nbf).toBeLessThanOrEqual(NOW);
  });

  test('keeps the header but for what names, brings or binds a key', () => {
    const header = {
      alg: 'ES256',
      typ: 'at+jwt',
      kid: 'k',
      jku: 'https://x',
      x5c: [],
      crit: ['exp'],
      exp: 1,
      own: 'x',
    };
    expect(like({}, header)).toEqual({
      claims: {},
      header: { typ: 'at+jwt', own: 'x' },
      algorithm: 'ES256',
      dropped: ['header.jku', 'header.x5c', 'header.crit', 'header.exp'],
    });
  });

  test('takes over no algorithm that needs a shared secret, or none', () => {
    for (const alg of ['HS256', 'none', 'RS1', 'ES256K', 7]) expect(like({}, { alg }).algorithm).toBeNull();
  });

  test('leaves out what belongs to one token, session or key holder, and says so', () => {
    const claims = { jti: 'x', nonce: 'x', sid: 'x', cnf: { jkt: 'x' }, at_hash: 'x', sub: 'alice' };
    expect(like(claims)).toMatchObject({
      claims: { sub: 'alice' },
      dropped: ['jti', 'nonce', 'sid', 'cnf', 'at_hash'],
    });
  });

  test('leaves out each claim and parameter that binds a token', () => {
    const claims = ['jti', 'nonce', 'sid', 'session_state', 'cnf', 'at_hash', 'c_hash', 's_hash', '_sd', '_sd_alg'];
    const header = ['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'zip'];
    const all = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, 'x']));
    expect(like(all(claims), { alg: 'RS256', ...all(header) })).toMatchObject({
      ...{ claims: {}, header: {} },
      dropped: [...claims, ...header.map((name) => `header.${name}`)],
    });
  });

  test('carries no token that is inside the token, however deep', async () => {
    const inner = await (await createSigner({ algorithm: 'ES256' })).sign({ sub: 'MARKED' });
    const found = like(
      { a: [{ b: inner }], c: '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', d: 'a.b.c' },
      { alg: 'ES256', t: inner },
    );
    expect(found).toMatchObject({ claims: { d: 'a.b.c' }, header: {}, dropped: ['a', 'c', 'header.t'] });
  });

  test('is refused for what cannot be read', () => {
    for (const token of ['opaque', 'a.b.c', '', 'e30.bm9wZQ.AA', 'eyJlbmMiOiJ4In0.AA.AA.AA.AA'])
      expect(() => readTokenPattern(token, NOW)).toThrow('cannot be read');
  });

  test('never throws anything else, and keeps no token whatever its name is', () => {
    const marked = fc.dictionary(
      fc.string().filter((name) => name !== 'alg'),
      fc.oneof(fc.constant('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'), fc.jsonValue()),
    );
    let dropped = 0;
    fc.assert(
      fc.property(marked, marked, (claims, header) => {
        const found = like(claims, { alg: 'RS256', ...header });
        dropped += found.dropped.length;
        expect(inspect([found.claims, found.header], { depth: null })).not.toContain('ghp_zQWB');
      }),
    );
    expect(dropped).toBeGreaterThan(20);
  });
});
