import { expect, test } from 'vitest';
import { isWords, looksLikeSecret, maskName } from '../src/secret-name.js';

test.each([
  'eyJhbGciOiJFUzI1NiJ9.e30.x',
  'Bearer eyJhbGciOiJFUzI1NiJ9.e30.x',
  'bearer x',
  "'eyJhbGciOiJFUzI1NiJ9.e30.x",
  ' eyJhbGciOiJFUzI1NiJ9',
  'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  'gho_a',
  'ghu_a',
  'ghs_a',
  'ghr_a',
  'github_pat_11ABC',
  'AbCdEf0123456789ghijKLMN',
  '0123456789abcdef0123456789abcdef',
  '0123456789ABCDEF0123456789ABCDEF',
  'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'ya29.a0AfB_byCkq3Xz81LmNoPqRsTuVwXyZ',
  'hvs.CAESIJkq3Xz81LmNoPqRsTuVwXyZ',
  'ory_at_Kq3Xz81LmNoPqRs.AbC1eFgHiJkL',
  `v4.local.${'kq3xz81lmn-_'.repeat(8)}.eyJraWQiOiJ4In0`,
  'sha256~kq3xz81lmnopqrstuvwx-_',
  '00D5g000001AbCd!AQEAQKq3Xz81.LmNoPqRs',
  'hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh',
  'dapi0123456789abcdef0123456789abcdef',
  'Kq38Q~z81LmNoPqRsTuVwXyZ.0123456789AbC1e',
  '"\' eyJhbGciOiJFUzI1NiJ9',
  '"\'0123456789abcdef0123456789abcdef\'"',
  '0123456789ABCDEF0123456789ABCDEF\n',
  'AbCdEf0123456789ghijKLMN\n',
  'hvs.CAESIJkq3Xz81LmNoPqRsTuVwXyZ is old',
  'HF_TOKEN=hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh\n',
  'databricks=dapi0123456789abcdef0123456789abcdef',
  'AZURE_CLIENT_SECRET=Kq38Q~z81LmNoPqRsTuVwXyZ.0123456789AbC1e\n',
  'k3xz81lmnopq7-Bearer-9q8w',
  'A0123456789BCDEFghijklmn',
  'AbCdEf0123456789ghijKL-mn',
  'mn-AbCdEf0123456789ghijKL',
])('%s is hardly a name', (text) => {
  expect(looksLikeSecret(text)).toBe(true);
  expect(maskName(text)).toBe('[redacted]');
});

test.each([
  '',
  'jwt',
  'ghe_prod',
  'gha_run.yaml',
  'Keycloak-Production-EU1',
  'AzureAD_Production_2024',
  '2024/Keycloak-Production-EU1',
  '/Users/alice/Work2/tests2024',
  'deploy/auth.authcheck.yaml',
  'bearerless',
  'hf_config.yaml',
  'v1.public.yaml',
  'v1.local.authcheck-production-config.yaml',
  'ya29.yaml',
  'dapi.yaml',
  'the bearer token',
  'monkeyJungle',
  'highs_and_lows',
  '0123456789abcdef0123456789abcdef.yaml',
  '0123456789ABCDEF0123456789ABCDEF.YAML',
  'sha1:0123456789abcdef0123456789abcdef01234567',
  'SHA1:0123456789ABCDEF0123456789ABCDEF01234567',
  'config/hvs.production-cluster',
  'dapi1.yaml',
  'backup8Q~1',
  'com.example.KeycloakTokenValidator2Factory',
  'KeycloakTokenValidator2Factory.java',
  'llamastack2productioneurope',
  'LLAMASTACK2PRODUCTIONEUROPE',
  'LlamaStackProductionEurope',
  'Keycloak2-Production-Europe',
])('%j may be one', (text) => {
  expect(looksLikeSecret(text)).toBe(false);
  expect(maskName(text)).toBe(text);
});

test('a name with much white space in it is read once', () => {
  expect(looksLikeSecret(`a${' '.repeat(1_000_000)}b`)).toBe(false);
});

test.each(['keycloak', 'llama-stack-prod', 'loakSecretFor', '-PROD-realms/', 'KeycloakLlama'])(
  '%s is a word or two',
  (piece) => {
    expect(isWords(piece)).toBe(true);
  },
);

test.each(['eyJhbGci', 'kq3xz81l', 'aBcDeFgH', '12345678', 'llama-stack-k3Yx', 'KeycloakLlamaStack', 'tokenQXabcd'])(
  '%s is more than a word or two',
  (piece) => {
    expect(isWords(piece)).toBe(false);
  },
);
