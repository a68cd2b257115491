import { describe, expect, test } from 'vitest';
import type { Json } from '../src/json.js';
import { checkSubject, findPrincipalFault } from '../src/principal.js';
import { codeOf, stepOf } from './one-step.js';

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
