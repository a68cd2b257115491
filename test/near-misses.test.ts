import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../src/json.js';
import { createNearMisses } from '../src/near-misses.js';

const near = (claims: JsonObject, claim: string): readonly string[] => createNearMisses([claim])(claims)(claim);

describe('createNearMisses', () => {
  test('prefers the same name deeper over names that mean the same', () => {
    const claims = { roles: ['a'], resource_access: { app: { groups: ['b'] } } };
    expect(near(claims, 'groups')).toEqual(['resource_access.app.groups', 'roles']);
  });

  test('finds another case, and a name inside a URL', () => {
    expect(near({ Groups: ['a'], 'https://example.com/groups': ['b'] }, 'groups')).toEqual([
      'Groups',
      'https://example.com/groups',
    ]);
  });

  test('offers nothing that cannot be mapped', () => {
    expect(near({ role: 5, realm_access: { roles: {} } }, 'groups')).toEqual([]);
  });

  test('leaves out what another entry of the mapping reads', () => {
    expect(createNearMisses(['groups', 'roles'])({ roles: ['a'] })('groups')).toEqual([]);
  });

  test('stops somewhere', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`claim${index}`, 'x']));
    expect(near({ ...many, group: ['a'] }, 'groups')).toEqual([]);
    expect(near({ group: ['a'], ...many }, 'groups')).toEqual(['group']);
  });
});
