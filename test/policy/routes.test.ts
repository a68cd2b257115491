import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideRoute, type Identity, type RouteRule } from '../../src/index.js';

const bob: Identity = { principal: 'bob', attributes: { roles: ['user'] } };

describe('decideRoute', () => {
  it('names the rule that decides, and says why the rules before it did not', () => {
    const rules: RouteRule[] = [
      { permit: { paths: ['/v1/files*', '/v1/models'] } },
      { forbid: { paths: '*' }, unless: ['user with admin in roles', 'user with user in roles'] },
      { permit: { paths: '/v1/chat' } },
    ];
    expect(decideRoute(rules, bob, '/v1/chat/')).toEqual({
      allowed: true,
      policy: 'route_policy',
      rule: 2,
      message: 'rule 3 of route_policy permits it',
      trace: [
        { index: 0, effect: 'permit', outcome: 'not_covered', message: 'is about /v1/files*, /v1/models' },
        {
          index: 1,
          effect: 'forbid',
          outcome: 'condition_unmet',
          message: 'covers it, but its exception holds: "user with user in roles"',
        },
        { index: 2, effect: 'permit', outcome: 'decided', message: 'covers it, without a condition' },
      ],
    });
  });

  it('opens every path where there is no route_policy', () => {
    expect(decideRoute([], null, '/x')).toEqual({
      allowed: true,
      policy: 'none',
      rule: null,
      message: 'there is no route_policy, so every path is open to whoever is let in',
      trace: [],
    });
  });

  it('takes a user who is not there for nobody', () => {
    const rules: RouteRule[] = [
      { permit: { paths: '/open' } },
      { permit: { paths: '*' }, when: 'user with x in roles' },
    ];
    for (const nobody of [null, undefined]) {
      expect(decideRoute(rules, nobody, '/open').allowed).toBe(true);
      expect(decideRoute(rules, nobody, '/v1').allowed).toBe(false);
    }
  });

  it('lists no more than five paths of a rule', () => {
    const paths = ['/a', '/b', '/c', '/d', '/e'];
    const of = (more: readonly string[]): string | undefined =>
      decideRoute([{ permit: { paths: [...paths, ...more] } }], bob, '/x').trace[0]?.message;
    expect(of([])).toBe('is about /a, /b, /c, /d, /e');
    expect(of(['/f', '/g'])).toBe('is about /a, /b, /c, /d, /e and 2 more');
    expect(decideRoute([{ permit: { paths } }], bob, '/x').message).toBe(
      'no rule of route_policy matches, and what no rule permits is denied',
    );
  });

  test.each([
    ['*', '/a', true],
    ['*', '', true],
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['/a*', '/ab', true],
    ['/a*', '/b', false],
    ['/a/*', '/a', false],
    ['/*/x', '/a/x', false],
    ['regex:/a', '/ab', true],
    ['regex:a', '/a', false],
    ['regex:/a*', '/b', true],
    ['regex:/a+\\*', '/ab', false],
  ])('means by %s of %s what the server means: %s', (paths, path, allowed) => {
    expect(decideRoute([{ permit: { paths } }], bob, path).allowed).toBe(allowed);
  });

  it('knows somebody by a name alone, or by an attribute alone', () => {
    const rules: RouteRule[] = [{ permit: { paths: '*' }, when: 'user is not owner' }];
    expect(decideRoute(rules, { principal: 'x', attributes: {} }, '/').allowed).toBe(true);
    expect(decideRoute(rules, { principal: '', attributes: { roles: [] } }, '/').allowed).toBe(true);
    expect(decideRoute(rules, { principal: '', attributes: {} }, '/').allowed).toBe(false);
  });

  // Nobody: no user at all, or one without a name and without attributes.
  test.each([null, { principal: '', attributes: {} }])('meets no condition of nobody: %j', (nobody) => {
    const rules: RouteRule[] = [{ forbid: { paths: '*' }, unless: 'user is owner' }, { permit: { paths: '*' } }];
    const { allowed, trace } = decideRoute(rules, nobody, '/x');
    expect(allowed).toBe(true);
    expect(trace[0]?.message).toBe('has a condition, and without a user none is met');
    expect(decideRoute(rules, bob, '/x').allowed).toBe(false);
  });

  test.each([
    ['/', '/'],
    ['//', ''],
    ['/a//', '/a'],
    ['/a//b', '/a//b'],
  ])('takes the slashes at the end of %s away', (path, trimmed) => {
    expect(decideRoute([{ permit: { paths: trimmed } }], bob, path).allowed).toBe(true);
  });

  it('never throws and never hangs, whatever the path', () => {
    const rules: RouteRule[] = [{ forbid: { paths: ['regex:(/a*)*$', '/b*'] } }, { permit: { paths: '*' } }];
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.constantFrom('/', '/a', 'a', '%2f', '..'), fc.nat(5000)).map(([part, n]) => part.repeat(n)),
    );
    fc.assert(
      fc.property(path, (path) => {
        expect(decideRoute(rules, bob, path).rule).not.toBeNull();
      }),
    );
    expect(decideRoute(rules, bob, `${'/'.repeat(200_000)}x`).allowed).toBe(true);
  });
});
