import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkAudience,
  checkExpiry,
  checkIssuer,
  checkNotBefore,
  checkSubject,
  findPrincipalFault,
  type Clock,
} from '../src/checks.js';
import type { Json } from '../src/json.js';
import { createTrace, type Step, type Trace } from '../src/verdict.js';

const NOW = 1_767_225_600;
const CLOCK: Clock = { now: NOW, tolerance: 0, skew: null };

/** The one step that a check reports. */
function stepOf(check: (trace: Trace) => unknown): Pick<Step, 'status' | 'code' | 'message'> {
  const trace = createTrace(() => null);
  check(trace);
  expect(trace.steps).toHaveLength(1);
  const [step] = trace.steps;
  if (step === undefined) throw new Error('no step');
  return { status: step.status, code: step.code, message: step.message };
}

function codeOf(check: (trace: Trace) => unknown): string {
  const { status, code } = stepOf(check);
  return `${status} ${code ?? '-'}`;
}

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
    expect(codeOf((trace) => checkAudience(trace, claims, 'api'))).toBe(expected);
  });
});

describe('checkExpiry', () => {
  test.each<[Record<string, Json>, number, string]>([
    [{ exp: NOW + 1 }, 0, 'passed -'],
    [{ exp: NOW }, 0, 'failed token_expired'],
    [{ exp: NOW - 59 }, 60, 'passed -'],
    [{ exp: NOW - 60 }, 60, 'failed token_expired'],
    [{ exp: 12345678901234567890n }, 0, 'passed -'],
    [{}, 0, 'warned expiry_absent'],
    [{ exp: null }, 0, 'failed claim_invalid'],
    [{ exp: String(NOW + 1) }, 0, 'failed claim_invalid'],
    [{ exp: true }, 0, 'failed claim_invalid'],
  ])('case %#', (claims, tolerance, expected) => {
    expect(codeOf((trace) => checkExpiry(trace, claims, { ...CLOCK, tolerance }))).toBe(expected);
  });

  test('says so where a clock that runs ahead is to blame', () => {
    const { message } = stepOf((trace) => checkExpiry(trace, { exp: NOW - 30 }, { ...CLOCK, skew: -90 }));
    expect(message).toBe(
      'expired 30 seconds ago; your clock is 90 s ahead of the provider’s: it would pass with --clock-tolerance 31',
    );
  });

  test('the tolerance that it advises is enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: -600, max: -2 }), (late, skew) => {
        const claims = { exp: NOW - late };
        const { message } = stepOf((trace) => checkExpiry(trace, claims, { ...CLOCK, skew }));
        const advised = /--clock-tolerance (\d+)/.exec(message)?.[1];
        fc.pre(advised !== undefined);
        const tolerance = Number(advised);
        expect(codeOf((trace) => checkExpiry(trace, claims, { ...CLOCK, tolerance }))).toBe('passed -');
      }),
    );
  });
});

describe('checkNotBefore', () => {
  test.each<[Record<string, Json>, number, string]>([
    [{}, 0, 'skipped -'],
    [{ nbf: NOW }, 0, 'passed -'],
    [{ nbf: NOW + 1 }, 0, 'failed token_not_yet_valid'],
    [{ nbf: NOW + 60 }, 60, 'passed -'],
    [{ iat: NOW + 1 }, 0, 'warned issued_in_future'],
    [{ nbf: 'soon' }, 0, 'failed claim_invalid'],
    [{ iat: 'now' }, 0, 'failed claim_invalid'],
  ])('%j with tolerance %i: %s', (claims, tolerance, expected) => {
    expect(codeOf((trace) => checkNotBefore(trace, claims, { ...CLOCK, tolerance }))).toBe(expected);
  });
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
