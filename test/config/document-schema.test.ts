// The JSON Schema of the config is for editors: it must underline what is wrong, and nothing that the server reads.
import { toJsonSchema } from '@valibot/to-json-schema';
import type { AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { documentSchema } from '../../src/config/document-schema.js';

const json = toJsonSchema(documentSchema, { errorMode: 'ignore', typeMode: 'input', target: 'draft-2020-12' });
const schema: AnySchemaObject = JSON.parse(JSON.stringify(json));
const isConfig = new Ajv2020({ strict: false }).compile(schema);

const SHAPES: readonly (readonly [string, (provider: object) => object])[] = [
  ['a server config', (provider_config) => ({ version: 2, server: { auth: { provider_config } } })],
  ['its auth section', (provider_config) => ({ auth: { provider_config } })],
  ['several providers', (provider) => ({ providers: { a: provider }, default: 'a' })],
  ['a provider_config', (provider_config) => ({ provider_config })],
  ['a provider', (provider) => provider],
];

describe.each(SHAPES)('%s', (_name, shape) => {
  test.each([
    { type: 'custom', endpoint: 'https://keys.example' },
    { type: '${env.AUTH_PROVIDER:=custom}', endpoint: 'https://keys.example' },
    { type: '${env.AUTH_PROVIDER:+oauth2_token}', jwks: { uri: '${env.IDP}/jwks' } },
  ])('takes %j', (provider) => expect(isConfig(shape(provider))).toBe(true));

  test.each([
    { type: 'costum', endpoint: 'https://keys.example' },
    { type: '', endpoint: 'https://keys.example' },
    { type: 'custom' },
    { type: 'oauth2_token', jwks: 5 },
  ])('does not take %j', (provider) => expect(isConfig(shape(provider))).toBe(false));
});

test('policies may stand alone', () => {
  expect(isConfig({ access_policy: [{ permit: { actions: 'read' } }] })).toBe(true);
  expect(isConfig({ route_policy: [{ permit: { paths: '*' } }] })).toBe(true);
  expect(isConfig({ route_policy: 5 })).toBe(false);
  expect(isConfig({})).toBe(false);
});
