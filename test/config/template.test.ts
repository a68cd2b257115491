import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import {
  checkConfig,
  CLIENT_VARIABLES,
  parseConfigText,
  writeConfigTemplate,
  type ConfigTemplate,
} from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'authcheck-template-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEMPLATE: ConfigTemplate = {
  issuer: 'https://idp.example',
  audience: 'my-api',
  source: 'https://idp.example/.well-known/openid-configuration',
  endpoint: { type: 'jwks', url: 'https://idp.example/jwks' },
  schema: './config.schema.json',
};
const INTROSPECTION = { type: 'introspection', url: 'https://idp.example/introspect' } as const;

test.each([
  ['a key set', TEMPLATE],
  ['introspection', { ...TEMPLATE, endpoint: INTROSPECTION }],
  ['the default audience', { ...TEMPLATE, audience: null }],
])('nothing is to be said about a first config with %s', async (_name, template) => {
  const file = join(folder, 'run.yaml');
  writeFileSync(file, writeConfigTemplate(template));
  const env = Object.fromEntries(CLIENT_VARIABLES.map((name) => [name, 'x']));
  const { findings, providers } = await checkConfig({ file, cwd: folder, env, now: Date.now() });
  expect(findings).toEqual([]);
  expect(providers).toHaveLength(1);
});

test.each([
  ['https://idp.example/realms/demo', 'realm_access.roles'],
  ['https://idp.example/auth/realms/demo', 'realm_access.roles'],
  ['https://idp.example', 'roles'],
])('the roles of %s are where it puts them: %s', (issuer, claim) => {
  const { value } = parseConfigText(writeConfigTemplate({ ...TEMPLATE, issuer }), 'x');
  const claims_mapping = { groups: 'teams', [claim]: 'roles' };
  expect(value).toMatchObject({ server: { auth: { provider_config: { claims_mapping } } } });
});

test('the first line tells editors the schema; secrets are variables', () => {
  const text = writeConfigTemplate({ ...TEMPLATE, endpoint: INTROSPECTION });
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./config.schema.json');
  expect(text).toContain('client_secret: "${env.AUTH_CLIENT_SECRET}"');
});

test('what the issuer and the user say stays what it is, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.webUrl(), (issuer, audience, url) => {
      const { value } = parseConfigText(
        writeConfigTemplate({ ...TEMPLATE, issuer, audience, endpoint: { type: 'jwks', url } }),
        'x',
      );
      expect(value).toMatchObject({ server: { auth: { provider_config: { issuer, audience, jwks: { uri: url } } } } });
    }),
  );
});

test('what ends a line for one reader of YAML ends none', () => {
  const issuer = 'https://a\u2028b\u2029c\u0085d\u007fe\ufefff/\u{1f600}';
  const { value } = parseConfigText(writeConfigTemplate({ ...TEMPLATE, issuer }), 'x');
  expect(value).toMatchObject({ server: { auth: { provider_config: { issuer } } } });
});

test('an issuer cannot have the server send it a variable', () => {
  const endpoint = { type: 'jwks', url: 'https://idp.example/?${env.AWS_SECRET_ACCESS_KEY}' } as const;
  expect(() => writeConfigTemplate({ ...TEMPLATE, endpoint })).toThrow('with a variable in it');
});

test('no credentials of where a config is from stand in it', () => {
  const source = 'https://user:swordfish@idp.example/.well-known/openid-configuration?code=swordfish';
  expect(writeConfigTemplate({ ...TEMPLATE, source })).not.toContain('swordfish');
});
