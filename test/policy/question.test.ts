import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  AuthcheckError,
  decide,
  parseQuestion,
  type AccessRule,
  type Identity,
  type RouteRule,
} from '../../src/index.js';

/** What is said about a question that is none. */
function refusal(text: string): string {
  try {
    return `read: ${JSON.stringify(parseQuestion(text))}`;
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    expect(error.code).toBe('usage_invalid');
    return error.message;
  }
}

describe('parseQuestion', () => {
  test.each([
    ['read model::llama-3', 'read', 'model', 'llama-3'],
    ['create vector_db::a b', 'create', 'vector_db', 'a b'],
    ['update\t model::m', 'update', 'model', 'm'],
    // What stands behind the first "::" is the identifier, whatever is in it.
    ['delete model::a::b', 'delete', 'model', 'a::b'],
    ['delete model::::', 'delete', 'model', '::'],
    ['read :::x', 'read', ':', 'x'],
    ['read model::*x', 'read', 'model', '*x'],
    ['read a\nb::c\nd', 'read', 'a\nb', 'c\nd'],
  ])('reads %j', (text, action, type, identifier) => {
    expect(parseQuestion(text)).toEqual({ action, resource: { type, identifier, owner: null } });
  });

  test.each([
    ['/', '/'],
    ['/v1/files', '/v1/files'],
    ['/v1/a%20b', '/v1/a b'],
    ['/v1/%2e%2e', '/v1/..'],
    ['/%3Fx', '/?x'],
    ['/%76%31/%', '/v1/%'],
    ['/v1/%ff', '/v1/\ufffd'],
    ['/read model::m', '/read model::m'],
  ])('reads %j as the path %j', (text, path) => {
    expect(parseQuestion(text)).toEqual({ path });
  });

  test.each([
    ['reed model::m', 'there is no such action; did you mean read?'],
    ['READ model::m', 'there is no such action; did you mean read?'],
    ['publish model::m', 'there is no such action; one of create, read, update, delete, or a path such as /v1/files'],
    ['', 'there is no such action; one of create, read, update, delete, or a path such as /v1/files'],
    [' read model::m', 'there is no such action; one of create, read, update, delete, or a path such as /v1/files'],
    ['v1/files', 'there is no such action; one of create, read, update, delete, or a path such as /v1/files'],
    ['read', 'read what? name a resource, such as model::llama-3'],
    ['update ', 'update what? name a resource, such as model::llama-3'],
    ['read model', 'a resource is written as TYPE::ID: model::llama-3'],
    ['read model:m', 'a resource is written as TYPE::ID: model::llama-3'],
    ['read model::', 'a resource is written as TYPE::ID: model::llama-3'],
    ['read ::m', 'a resource is written as TYPE::ID: model::llama-3'],
    ['read model::*', 'name one resource: the star is for rules'],
    ['/v1?x=1', 'rules see the path alone; leave the query out'],
    ['/v1#x', 'rules see the path alone; leave the query out'],
  ])('refuses %j: %s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('reads a question or says why not, whatever is asked', () => {
    const word = fc.constantFrom('read', 'delete', 'model', '::', ':', '*', '/', '%', '%2f', '?', ' ', '\n', 'x');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (text) => {
        expect(refusal(text)).not.toBe('');
      }),
    );
  });
});

describe('decide', () => {
  const user: Identity = { principal: 'bob', attributes: {} };
  const access_policy: AccessRule[] = [{ permit: { actions: 'read' } }];
  const route_policy: RouteRule[] = [{ permit: { paths: '/v1/files' } }];
  const policies = { access_policy, route_policy };

  test.each([
    ['read model::m', 'access_policy', true],
    ['delete model::m', 'access_policy', false],
    ['/v1/files', 'route_policy', true],
    ['/v1/other', 'route_policy', false],
  ])('asks the policy that %s is for', (text, policy, allowed) => {
    expect(decide(policies, user, parseQuestion(text))).toMatchObject({ policy, allowed });
  });

  it('asks about the user whom it is given', () => {
    const rules: AccessRule[] = [{ permit: { actions: 'read', principal: 'bob' } }];
    const of = (user: Identity | null): boolean =>
      decide({ access_policy: rules, route_policy }, user, parseQuestion('read model::m')).allowed;
    expect(of(user)).toBe(true);
    expect(of({ principal: 'al', attributes: {} })).toBe(false);
    expect(of(null)).toBe(true);
    expect(decide(policies, null, parseQuestion('/v1/files')).allowed).toBe(true);
  });
});
