import { describe, expect, test } from 'vitest';
import {
  AuthcheckError,
  ConfigError,
  decideAccess,
  decideRoute,
  parseAuthConfig,
  type Action,
  type Attributes,
  type AuthConfig,
  type Identity,
} from '../../src/index.js';
import { differs } from './differences.js';
import { readCorpus } from './server.js';

interface RecordedUser {
  readonly principal: string;
  readonly attributes: Attributes | null;
}

interface PolicyCase {
  readonly id: string;
  readonly kind: 'access' | 'route' | 'user_from_scope';
  readonly rules: readonly unknown[];
  readonly user: RecordedUser | null;
  readonly action: Action;
  readonly resource: { readonly type: string; readonly identifier: string; readonly owner: RecordedUser | null };
  readonly path: string;
  readonly scope: { readonly principal?: string; readonly user_attributes?: Attributes };
  readonly reference: { readonly head: { readonly allowed?: boolean; readonly rule_error?: readonly string[] } };
}

const { cases } = readCorpus<PolicyCase>('policy');

describe('policy', () => {
  test.for(cases.filter(({ kind }) => kind !== 'user_from_scope'))('$id', (entry) => {
    const { allowed, rule_error } = entry.reference.head;
    expect([allowed, rule_error].filter((answer) => answer !== undefined)).toHaveLength(1);
    const expected = allowed ?? 'refused';
    if (differs('policy', entry.id)) expect(answer(entry)).not.toBe(expected);
    else expect(answer(entry)).toBe(expected);
  });

  // Nothing was recorded for these but what the server has in hand. The cases above show when it takes that for nobody:
  // a condition that every user meets is then not met.
  test.for(cases.filter(({ kind }) => kind === 'user_from_scope'))('$id', ({ scope, reference }) => {
    expect(reference.head).toEqual({});
    const { principal = '', user_attributes = {} } = scope;
    const { route_policy } = parseAuthConfig({ route_policy: [{ permit: { paths: '*' }, when: 'user is not owner' }] });
    const { allowed } = decideRoute(route_policy, { principal, attributes: user_attributes }, '/x');
    expect(allowed).toBe(principal !== '' || Object.keys(user_attributes).length > 0);
  });
});

/** What we answer: a decision, that the rules are refused when they are loaded, or that only the server can tell. */
function answer(entry: PolicyCase): boolean | 'refused' | 'unsupported' {
  try {
    return decision(entry);
  } catch (error) {
    if (error instanceof AuthcheckError && error.code === 'policy_unsupported') return 'unsupported';
    throw error;
  }
}

function decision({ kind, rules, user, action, resource, path }: PolicyCase): boolean | 'refused' {
  const config = parse({ [kind === 'access' ? 'access_policy' : 'route_policy']: rules });
  if (config === null) return 'refused';
  if (kind === 'route') return decideRoute(config.route_policy, identity(user), path).allowed;
  const owned = { ...resource, owner: identity(resource.owner) };
  return decideAccess(config.access_policy, identity(user), action, owned).allowed;
}

function parse(document: object): AuthConfig | null {
  try {
    return parseAuthConfig(document);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function identity(user: RecordedUser | null): Identity | null {
  return user === null ? null : { principal: user.principal, attributes: user.attributes ?? {} };
}
