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
])('%j may be one', (text) => {
  expect(looksLikeSecret(text)).toBe(false);
  expect(maskName(text)).toBe(text);
});

test.each(['keycloak', 'llama-stack-prod', 'loakSecretFor', '-PROD-realms/', 'KeycloakLlama'])(
  '%s is a word or two',
  (piece) => {
    expect(isWords(piece)).toBe(true);
  },
);

test.each(['eyJhbGci', 'kq3xz81l', 'aBcDeFgH', '12345678', 'llama-stack-k3Yx', 'KeycloakLlamaStack'])(
  '%s is more than a word or two',
  (piece) => {
    expect(isWords(piece)).toBe(false);
  },
);
