import { describe, expect, it, test } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { findSection, formatPath, isMapping } from '../../src/config/shape.js';

/** Where the auth section and its providers stand, or where and why there is none. */
function find(document: unknown): unknown {
  try {
    const { path, providers } = findSection(document);
    return [formatPath(path), providers.map(({ name, path }) => `${name}: ${formatPath(path)}`)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.findings.map(({ path, message }) => `${path}: ${message}`).join();
  }
}

const provider = { type: 'custom', endpoint: 'https://a.example' };

describe('findSection', () => {
  test('refuses numbers for names: which provider is asked first would not be what the file says', () => {
    const message = 'a number does not keep its place among the providers';
    expect(find(JSON.parse('{"providers": {"a": {}, "2": {}, "1": {}}}'))).toBe(`providers.1: ${message}`);
  });

  test.each<[unknown, unknown]>([
    [{ server: { auth: { provider_config: provider } } }, ['server.auth', ['default: provider_config']]],
    [{ auth: { provider_config: provider } }, ['auth', ['default: provider_config']]],
    [{ provider_config: provider, route_policy: [] }, ['', ['default: provider_config']]],
    [provider, ['', ['default: ']]],
    [{ providers: { a: provider, b: provider } }, ['', ['a: providers.a', 'b: providers.b']]],
    [{ server: { port: 1 }, auth: { provider_config: provider } }, ['auth', ['default: provider_config']]],
    [
      { image_name: 'x', server: { auth: { provider_config: provider } }, auth: { providers: {} } },
      ['server.auth', ['default: provider_config']],
    ],
    [{ providers: { 2: provider } }, ['', ['2: providers.2']]],
    [{ providers: { '02': provider, '01': provider } }, ['', ['02: providers.02', '01: providers.01']]],
    [{ providers: { b2: provider, b1: provider } }, ['', ['b2: providers.b2', 'b1: providers.b1']]],
    // The server lets everybody in, but asks its policies.
    [{ auth: { provider_config: null } }, ['auth', []]],
    [{ access_policy: [] }, ['', []]],
    [{ auth: { route_policy: [] } }, ['auth', []]],
  ])('finds it in %j', (document, found) => {
    expect(find(document)).toEqual(found);
  });

  const EXPECTED = 'expected a mapping with server.auth, auth, provider_config, providers or type';
  const OFF = 'authentication is off, and the server lets everybody in';
  test.each<[unknown, string]>([
    [
      { image_name: 'starter', server: { port: 1 }, auth: { provider_config: provider } },
      `auth: the server reads auth below server, and not here: ${OFF}`,
    ],
    [null, `: the config is empty; ${EXPECTED}`],
    [undefined, `: the config is empty; ${EXPECTED}`],
    [[], `: the config is a list; ${EXPECTED}`],
    ['', `: the config is an empty string; ${EXPECTED}`],
    ['x', `: the config is a string; ${EXPECTED}`],
    [5, `: the config is a number; ${EXPECTED}`],
    [true, `: the config is a boolean; ${EXPECTED}`],
    [new Date(0), `: the config is a date; ${EXPECTED}`],
    [{ image_name: 'x' }, `server: the server config has no server.auth: ${OFF}`],
    [{ distro_name: 'x' }, `server: the server config has no server.auth: ${OFF}`],
    [{ apis: [] }, `server: the server config has no server.auth: ${OFF}`],
    [{ server: { port: 1 } }, `server: the server config has no server.auth: ${OFF}`],
    [{ server: { auth: null } }, `server.auth: auth is empty: ${OFF}`],
    [{ auth: null }, `auth: auth is empty: ${OFF}`],
    [{ auth: [] }, 'auth: expected a mapping, got a list'],
    [{ auth: {} }, 'auth: no provider_config and no policy: the server would run without authentication'],
    [{ providers: [] }, 'providers: expected a mapping of names to providers, got a list'],
    [
      { server: { auth: provider } },
      `server.auth.type: the server reads server.auth.provider_config, and not this: ${OFF}`,
    ],
    [
      { auth: { ...provider, access_policy: [] } },
      `auth.type: the server reads auth.provider_config, and not this: ${OFF}`,
    ],
    [
      { server: { auth: { providers: { a: provider } } } },
      `server.auth.providers: the server reads server.auth.provider_config, and not this: ${OFF}`,
    ],
    [{ providers: null }, 'providers: expected a mapping of names to providers, got null'],
    [{ providers: {} }, 'providers: no provider is listed'],
    [
      { issuer: 'x' },
      ': nothing in here configures authentication: expected server.auth, auth, provider_config, providers or type',
    ],
    [
      { provider_type: 'x', config: {} },
      ': nothing in here configures authentication: expected server.auth, auth, provider_config, providers or type; provider_type and config are an older layout, which the server now ignores',
    ],
  ])('refuses %j', (document, message) => {
    expect(find(document)).toBe(message);
  });
});

describe('formatPath', () => {
  it('writes indexes in brackets', () => {
    expect(formatPath(['server', 'auth', 'access_policy', 2, 'when', 0])).toBe('server.auth.access_policy[2].when[0]');
    expect(formatPath([])).toBe('');
  });
});

describe('isMapping', () => {
  test.each([[[]], [null], [new Date(0)], ['x'], [undefined]])('is not fooled by %j', (value) => {
    expect(isMapping(value)).toBe(false);
  });
});
