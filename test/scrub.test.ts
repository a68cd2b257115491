import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { mapClaims } from '../src/claims.js';
import { isObject, writeJson, type Json, type JsonObject } from '../src/json.js';
import { scrubClaims } from '../src/scrub.js';

const TIMES = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at'];

describe('scrubClaims', () => {
  it('replaces every value, the same by the same', () => {
    const { claims, replaced } = scrubClaims({
      iss: 'https://acme.okta.example/oauth2/default/',
      sub: 'alice',
      email: 'alice@acme.example',
      name: 'Alice Smith',
      groups: ['ml', 'alice', 'ops'],
      scope: 'openid ml',
      realm_access: { roles: ['ops'], owner: { id: 4711, also: '4711' } },
      email_verified: true,
      manager: null,
      exp: 1_800_000_000,
    });
    expect(claims).toEqual({
      iss: 'https://host-1.example.com/path-1/path-2/',
      sub: 'user-1',
      email: 'user-1@example.com',
      name: 'name-1 name-2',
      groups: ['group-1', 'user-1', 'group-2'],
      scope: 'scope-1 group-1',
      realm_access: { roles: ['group-2'], owner: { id: 1, also: '1' } },
      email_verified: true,
      manager: null,
      exp: 1_800_000_000,
    });
    expect(replaced).toEqual([
      ...['iss', 'sub', 'email', 'name', 'groups', 'scope', 'realm_access.roles'],
      ...['realm_access.owner.id', 'realm_access.owner.also'],
    ]);
  });

  it('replaces a URL and a name part by part', () => {
    const { claims } = scrubClaims({ iss: 'https://acme.example/x', name: 'Alice Smith' });
    expect(claims).toEqual({ iss: 'https://host-1.example.com/path-1', name: 'name-1 name-2' });
  });

  it('keeps what a config compares with, there and everywhere', () => {
    const keep = { values: ['api', 'https://idp.example', 'admin'] };
    const { claims } = scrubClaims({ iss: 'https://idp.example', aud: ['api', 'b'], roles: 'admin x' }, keep);
    expect(claims).toEqual({ iss: 'https://idp.example', aud: ['api', 'audience-1'], roles: 'admin role-1' });
  });

  it('keeps the claims that are named, and their values wherever they are', () => {
    const claims = { groups: ['ml team'], team: 'ml', realm_access: { roles: ['a'], id: 'b' }, 'https://x/y': 'c' };
    const keep = { claims: ['groups', 'realm_access.roles', 'https://x/y'] };
    expect(scrubClaims(claims, keep).claims).toEqual({ ...claims, realm_access: { roles: ['a'], id: 'value-1' } });
  });

  it('keeps what is inside of a claim that is named', () => {
    const claims = { realm_access: { roles: ['ops'], owner: { id: 4711 } }, sub: 'alice' };
    expect(scrubClaims(claims, { claims: ['realm_access'] }).claims).toEqual({ ...claims, sub: 'user-1' });
  });

  it('keeps a value with white space that a config compares with', () => {
    expect(scrubClaims({ iss: 'my issuer', sub: 'my cat' }, { values: ['my issuer'] }).claims).toEqual({
      iss: 'my issuer',
      sub: 'user-1 user-2',
    });
    const keep = { values: ['https://api.example/read'] };
    expect(scrubClaims({ scope: 'https://api.example/read openid' }, keep).claims).toEqual({
      scope: 'https://api.example/read scope-1',
    });
  });

  it('keeps nothing because a name begins alike', () => {
    expect(scrubClaims({ groups_x: 'a', x: { groups: 'b' } }, { claims: ['groups'] }).claims).toEqual({
      groups_x: 'value-1',
      x: { groups: 'group-1' },
    });
  });

  it('keeps why a value is refused: blank, of control characters, no number', () => {
    const claims = { a: '', b: ' \t ', c: 'al\u0000ice', d: '\ud800x', e: '\u200b\u2060 \u3164' };
    expect(scrubClaims(claims).claims).toEqual({
      a: '',
      b: ' \t ',
      c: 'value-1\u0000value-2',
      d: '\ud800value-3',
      e: '\u200b \u200b',
    });
    expect(scrubClaims({ level: Infinity, depth: [-Infinity] })).toEqual({
      claims: { level: Infinity, depth: [-Infinity] },
      replaced: [],
    });
    expect(scrubClaims({ exp: '1800000000', iat: [12345678901234567890n], nbf: Infinity }).claims).toEqual({
      exp: '1',
      iat: [12345678901234567890n],
      nbf: Infinity,
    });
  });

  it('keeps an almost equal issuer almost equal', () => {
    const { claims } = scrubClaims({ a: 'https://idp.acme/x', b: 'https://idp.acme/x/', c: 'https://IDP.acme/x' });
    expect(claims).toEqual({
      a: 'https://host-1.example.com/path-1',
      b: 'https://host-1.example.com/path-1/',
      c: 'https://host-2.example.com/path-1',
    });
  });

  it('replaces names that hold a value, but not those that everybody has', () => {
    const claims = { azp: 'payroll', resource_access: { payroll: { roles: ['sub', 'groups'] } }, 'x/payroll': true };
    expect(scrubClaims(claims)).toMatchObject({
      claims: { azp: 'client-1', resource_access: { 'client-1': { roles: ['role-1', 'role-2'] } }, 'name-1': true },
      replaced: ['azp', 'resource_access.client-1.roles'],
    });
    expect(scrubClaims(claims, { values: ['payroll'] }).claims).toHaveProperty('x/payroll');
  });

  it('replaces the host in a name, unless it stays elsewhere', () => {
    const claims = {
      'https://acme.example/dept': 'x',
      'http://acme.example/x/groups': true,
      iss: 'https://acme.example',
    };
    expect(scrubClaims(claims).claims).toEqual({
      'https://host-1.example.com/dept': 'value-1',
      'http://host-1.example.com/x/groups': true,
      iss: 'https://host-1.example.com',
    });
    expect(Object.keys(scrubClaims(claims, { values: ['https://acme.example'] }).claims)).toEqual(Object.keys(claims));
    expect(Object.keys(scrubClaims(claims, { values: ['https://acme.example/dept'] }).claims)).toEqual(
      Object.keys(claims),
    );
  });

  it('replaces a host that stands in names alone', () => {
    const claims = { 'https://acme.example/dept': true, x: { 'https://acme.example/y': true } };
    expect(scrubClaims(claims).claims).toEqual({
      'https://host-1.example.com/dept': true,
      x: { 'https://host-1.example.com/y': true },
    });
  });

  it('replaces numbers, however large', () => {
    const claims = { id: 4711, account: 12345678901234567890n, share: 0.25, list: [98765432109876543210n] };
    expect(scrubClaims(claims).claims).toEqual({ id: 1, account: 2n, share: 3, list: [4n] });
    expect(scrubClaims({ level: 1e300, depth: -1.5e-7 }).claims).toEqual({ level: 1, depth: 2 });
  });

  it('keeps an issuer that is almost the one that stays almost that one', () => {
    const { claims } = scrubClaims({ iss: 'https://idp.example/' }, { values: ['https://idp.example'] });
    expect(claims).toEqual({ iss: 'https://idp.example/' });
  });

  it('makes no replacement that was a value, or holds one', () => {
    const claims = { sub: 'bob', groups: ['user-1', 'value-1', 'group', 'group-'], hd: 'example.com', n: [2, 1234] };
    const { claims: scrubbed } = scrubClaims({ ...claims, email: 'bob@x.example', iss: 'https://x' });
    expect(scrubbed).toMatchObject({ sub: 'user-2', groups: ['v1', 'v2', 'v3', 'v4'], n: [1, 3] });
    expect(writeJson(scrubbed)).not.toContain('example.com');
  });

  it('makes no replacement that equals a value that stays', () => {
    const keep = { values: ['https://host-1.example.com', 'user-1'] };
    expect(scrubClaims({ iss: 'https://acme.example', sub: 'alice' }, keep).claims).toEqual({
      iss: 'https://host-2.example.com',
      sub: 'user-2',
    });
  });

  it('makes no replacement that equals a part of a value that stays, or a name', () => {
    expect(scrubClaims({ iss: 'https://idp.example/acme' }, { values: ['https://idp.example/path-1'] }).claims).toEqual(
      {
        iss: 'https://idp.example/path-2',
      },
    );
    expect(scrubClaims({ azp: 'payroll', 'x/payroll': true, 'name-1': true }).claims).toEqual({
      azp: 'client-1',
      'name-2': true,
      'name-1': true,
    });
  });

  it('takes members of any name', () => {
    const claims = JSON.parse('{"__proto__": {"constructor": "alice"}, "toString": "alice"}') as JsonObject;
    expect(JSON.stringify(scrubClaims(claims).claims)).toBe(
      '{"__proto__":{"constructor":"value-1"},"toString":"value-1"}',
    );
  });

  it('is done in time with a token as large as they may be', () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `w${index}`);
    const { claims } = scrubClaims({ groups: words, ...Object.fromEntries(words.map((word) => [word, 1])) });
    expect(new Set(Array.isArray(claims.groups) ? claims.groups : []).size).toBe(20_000);
  });
});

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '@', '.', '/'), maxLength: 6 }),
  fc.constantFrom('user', 'user-1', 'value-', 'v1', 'example.com', 'host-1.example.com', 'a@b.c', 'https://', '1234'),
  fc.webUrl(),
);
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
const name = fc.oneof(fc.constantFrom('sub', 'groups', 'exp', 'realm', 'iss'), word);
const { claims: anyClaims } = fc.letrec<{ claims: JsonObject; value: Json }>((tie) => ({
  claims: fc.dictionary(name, tie('value'), { maxKeys: 6 }),
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n }),
    fc.constantFrom(true, null, 0.5),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('claims'),
  ),
}));

function stringsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => stringsOf(item));
  return isObject(value) ? Object.values(value).flatMap(stringsOf) : [];
}

function namesOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => namesOf(item));
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...namesOf(inner)]) : [];
}

/** Words that somebody could read; the scheme of a URL says nothing. */
function readable(value: string): string[] {
  return (value.match(/[^\s\p{Cc}\p{Cs}]+/gu) ?? [])
    .filter((part) => /[^\p{Cf}\u115f\u1160\u3164\uffa0]/u.test(part))
    .filter((part) => part.length >= 4 && !/^[htps:/]+$/.test(part));
}

describe('whatever the claims', () => {
  it('nothing that was there is there afterwards', () => {
    fc.assert(
      fc.property(anyClaims, (claims) => {
        const originals = stringsOf(claims).flatMap(readable);
        const { claims: scrubbed } = scrubClaims(claims);
        const common = [...TIMES, 'sub', 'groups', 'iss'];
        const names = namesOf(scrubbed).filter((key) => !common.includes(key));
        const shown = [...stringsOf(scrubbed), ...names].flatMap((one) => one.split(/[/?#&=]+/));
        for (const original of originals) for (const one of shown) expect(one).not.toContain(original);
      }),
      { numRuns: 2000 },
    );
  });

  it('equal stays equal, different stays different, and the form stays', () => {
    fc.assert(
      fc.property(anyClaims, (claims) => {
        // Members with whole numbers as names come first, whatever the order in which they were written.
        fc.pre(!namesOf(claims).some((key) => /^\d+$/.test(key)));
        const before = stringsOf(claims);
        const after = stringsOf(scrubClaims(claims).claims);
        expect(after).toHaveLength(before.length);
        const visible = before.flatMap((one, index) => (/\p{Cf}|[\u115f\u1160\u3164\uffa0]/u.test(one) ? [] : [index]));
        for (const i of visible) for (const j of visible) expect(after[i] === after[j]).toBe(before[i] === before[j]);
        before.forEach((one, index) => {
          expect(after[index]?.split(/\s+/).length).toBe(one.split(/\s+/).length);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('the same claims give the same result, and are not changed', () => {
    fc.assert(
      fc.property(anyClaims, (claims) => {
        const before = writeJson(claims);
        expect(scrubClaims(claims)).toEqual(scrubClaims(claims));
        expect(writeJson(claims)).toBe(before);
      }),
    );
  });

  it('a mapping makes as many values of them as before', () => {
    const mapping = { sub: 'roles', groups: 'teams', realm: 'teams', 'realm.groups': 'projects' };
    const values = [...Object.keys(mapping).flatMap((claim) => claim.split('.')), ...Object.values(mapping)];
    const shape = (claims: JsonObject): unknown => {
      const { attributes, mapping: rows } = mapClaims(claims, mapping);
      const sizes = Object.entries(attributes).map(([attribute, list]) => [attribute, list.length]);
      return [sizes, rows.map(({ status, values: found }) => [status, found.length])];
    };
    fc.assert(
      fc.property(anyClaims, (claims) => {
        const visible = stringsOf(claims).every((one) => !/\p{Cf}|[\u115f\u1160\u3164\uffa0]/u.test(one));
        fc.pre(visible);
        expect(shape(scrubClaims(claims, { values }).claims)).toEqual(shape(claims));
      }),
      { numRuns: 1000 },
    );
  });
});

it('replaces a name that is longer than any, rather than to look for each value in it', () => {
  const values = Array.from({ length: 700 }, (_, index) => `${'n'.repeat(index + 4)}x`);
  const slice = vi.spyOn(String.prototype, 'slice');
  const { claims } = scrubClaims({ values, ['n'.repeat(2000)]: 'x', ['m'.repeat(256)]: 'y' });
  const { length } = slice.mock.calls;
  slice.mockRestore();
  expect(Object.keys(claims)).toEqual(['values', 'name-1', 'm'.repeat(256)]);
  expect(length).toBeLessThan(500_000);
});
