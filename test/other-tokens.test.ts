import { expect, test } from 'vitest';
import { recognizeOtherToken } from '../src/other-tokens.js';

const BODY = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';

test.each([
  [`ya29.${BODY}`, 'Google’s'],
  [`EwBw${BODY}`, 'Microsoft'],
  [`sha256~${BODY}`, 'OpenShift'],
  [`sk-proj-${BODY}`, 'an API key'],
  [`AIza${BODY}`, 'an API key of Google’s'],
  [`1//0g${BODY}`, 'a refresh token of Google’s'],
  [`glpat-${BODY}`, 'GitLab'],
  [`glcbt-64_${BODY.slice(0, 20)}`, 'a GitLab job token'],
  [`glcbt-${JWT}`, 'a GitLab job token'],
  [`k8s-aws-v1.${BODY}`, 'only an EKS cluster'],
  [`authelia_at_${BODY}.${BODY}`, 'an opaque token of Authelia'],
  [`authelia_rt_${BODY}.${BODY}`, 'a refresh token of Authelia'],
  ['xoxp-1-2-abc', 'Slack'],
  [`hf_${BODY}`, 'Hugging Face'],
  [`hvs.CAES${BODY}`, 'a token of Vault’s'],
  [`s.${BODY.slice(0, 24)}`, 'a token of Vault’s'],
  [`ory_at_${BODY}.${BODY}`, 'Ory Hydra'],
  [`00D5g000004abcd!AQ4AQ.${BODY}`, 'Salesforce'],
  [`v4.public.${BODY}`, 'a PASETO'],
  [`v2.local.${BODY}`, 'a PASETO'],
  [`ory_rt_${BODY}.${BODY}`, 'a refresh token'],
  [`ghp_${BODY}`, 'GitHub personal access token (classic)'],
])('%s is told: %s', (text, words) => {
  const look = recognizeOtherToken(text);
  expect(look?.what).toContain(words);
  // Nothing of it is repeated, and there is a way out.
  expect(`${look?.what ?? ''}${look?.fix ?? ''}`).not.toContain(BODY.slice(0, 6));
  expect(look?.fix).toMatch(/\.$/);
});

test.each(['EwBshort', 'hfabc', '1/abc', JWT, BODY, ''])('%s is none that is known', (text) => {
  expect(recognizeOtherToken(text)).toBeNull();
});
