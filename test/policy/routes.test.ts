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
        { index: 0, effect: 'permit', outcome: 'not_covered', message: 'is about /v1/files* and /v1/models' },
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
    expect(decideRoute([], null, '/x')).toMatchObject({ allowed: true, policy: 'none', rule: null, trace: [] });
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
