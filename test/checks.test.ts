import { describe, expect, test } from 'vitest';
import { checkAudience, checkIssuer, checkSubject, findPrincipalFault } from '../src/checks.js';
import type { Json } from '../src/json.js';
import { createTrace, fixOf } from '../src/trace.js';
import { codeOf, stepOf } from './one-step.js';

describe('checkIssuer', () => {
  test.each<[Record<string, Json>, string | null, string]>([
    [{ iss: 'https://a' }, 'https://a', 'passed -'],
    [{ iss: 'https://a' }, null, 'warned issuer_unchecked'],
    [{}, 'https://a', 'failed issuer_missing'],
    [{ iss: null }, 'https://a', 'failed issuer_mismatch'],
    [{ iss: ['https://a'] }, 'https://a', 'failed claim_invalid'],
    [{ iss: 'https://b' }, 'https://a', 'failed issuer_mismatch'],
  ])('%j against %s: %s', (claims, issuer, expected) => {
    expect(codeOf((trace) => checkIssuer(trace, claims, issuer))).toBe(expected);
  });

  test('says when only the slash or the case differs', () => {
    expect(stepOf((trace) => checkIssuer(trace, { iss: 'https://a/' }, 'https://a')).message).toContain(
      'only the trailing slash differs',
    );
    expect(stepOf((trace) => checkIssuer(trace, { iss: 'https://A' }, 'https://a')).message).toContain(
      'only the case differs',
    );
  });
});

describe('checkAudience', () => {
  test.each<[Record<string, Json>, string]>([
    [{ aud: 'api' }, 'passed -'],
    [{ aud: ['other', 'api'] }, 'passed -'],
    [{}, 'failed audience_missing'],
    [{ aud: [] }, 'failed audience_mismatch'],
    [{ aud: 'API' }, 'failed audience_mismatch'],
    [{ aud: ['api', 5] }, 'failed claim_invalid'],
    [{ aud: null }, 'failed claim_invalid'],
    [{ aud: { api: true } }, 'failed claim_invalid'],
  ])('%j: %s', (claims, expected) => {
    expect(codeOf((trace) => checkAudience(trace, claims, 'api', false))).toBe(expected);
  });

  test.each(['https://graph.microsoft.com', 'https://management.azure.com'])(
    'does not say to take what the whole tenant has: %s',
    (aud) => {
      const trace = createTrace(() => null);
      checkAudience(trace, { aud }, `${aud}/.default`, false);
      const [fix = ''] = trace.steps.map(fixOf);
      expect(fix).toContain('api://APPLICATION-ID/.default');
      expect(fix).not.toContain('set audience');
    },
  );
});

describe('checkSubject', () => {
  test.each<[Record<string, Json>, string]>([
    [{ sub: 'alice' }, 'passed -'],
    [{ username: 'al' }, 'passed -'],
    [{ sub: '', username: 'al' }, 'passed -'],
    [{}, 'failed claim_missing'],
    [{ sub: ' ' }, 'failed claim_invalid'],
    [{ sub: 5 }, 'failed claim_invalid'],
    [{ sub: 'a\nb' }, 'failed claim_invalid'],
  ])('%j: %s', (claims, expected) => {
    expect(codeOf((trace) => checkSubject(trace, claims, ['sub', 'username']))).toBe(expected);
  });

  test('knows machine tokens', () => {
    const { message } = stepOf((trace) => checkSubject(trace, { client_id: 'job' }, ['sub', 'username']));
    expect(message).toContain('it has only client_id');
  });
});

describe('findPrincipalFault', () => {
  test('bounds the length of a principal', () => {
    expect(findPrincipalFault('a'.repeat(4096))).toBeNull();
    expect(findPrincipalFault('a'.repeat(4097))).toBe('is longer than 4096 characters');
  });

  test('refuses half a character', () => {
    expect(findPrincipalFault('\ud800')).toBe('is not well-formed Unicode');
  });
});

describe('what names nobody', () => {
  test.each(['\u200b', '\u3164', ' \u2060 '])('is refused as blank: %j', (subject) => {
    expect(findPrincipalFault(subject)).toBe('is blank');
  });

  test('is not a name with an invisible letter inside', () => {
    expect(findPrincipalFault('a\u200db')).toBeNull();
  });
});
