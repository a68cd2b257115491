import { describe, expect, test } from 'vitest';
import { checkAudience, checkIssuer } from '../src/checks.js';
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
