import { describe, expect, it, test } from 'vitest';
import { AuthcheckError, ConfigError, findReasonCode, reasonOf, REASONS, type Finding } from '../src/index.js';

function finding(severity: Finding['severity'], path: string, message: string): Finding {
  return { severity, code: 'field_invalid', path, position: `run.yaml:${message.length}:1`, message };
}

describe('ConfigError', () => {
  it('names the first fault and counts the others', () => {
    const error = new ConfigError([
      finding('warning', 'a', 'odd'),
      finding('error', 'b.c', 'no'),
      finding('error', '', 'x'),
    ]);
    expect(error.message).toBe('b.c: no (and 1 more)');
    expect(error.position).toBe('run.yaml:2:1');
    expect(error.code).toBe('config_invalid');
    expect(error.findings).toHaveLength(3);
    expect(new ConfigError([finding('error', '', 'no')]).message).toBe('no');
  });

  it('has something to say without a fault too', () => {
    expect(new ConfigError([finding('warning', 'a', 'odd')], 'auth_off').message).toBe('a: odd');
    const error = new ConfigError([], 'auth_off');
    expect(error.message).toBe('the config is not valid');
    expect([error.code, error.position, error.name]).toEqual(['auth_off', null, 'ConfigError']);
  });
});

describe('AuthcheckError', () => {
  it('keeps its cause and its place, where it has them', () => {
    const cause = new Error('why');
    expect(new AuthcheckError('input_unreadable', 'x', { cause, position: 'a:1:2' })).toMatchObject({
      name: 'AuthcheckError',
      code: 'input_unreadable',
      cause,
      position: 'a:1:2',
    });
    const bare = new AuthcheckError('input_unreadable', 'x');
    expect(bare.position).toBeNull();
    expect(Object.hasOwn(bare, 'cause')).toBe(false);
  });
});

describe('reasonOf', () => {
  test.each([
    ['ENOENT', 'there is no such file'],
    ['ENOTDIR', 'there is no such file'],
    ['EACCES', 'permission denied'],
    ['EISDIR', 'this is a folder'],
    ['EIO', 'it cannot be read (EIO)'],
  ])('says what %s means', (code, words) => {
    expect(reasonOf(Object.assign(new Error('at /a/path'), { code }))).toBe(words);
  });

  test.each([[new Error('at /a/path')], ['ENOENT'], [null], [{ code: 'ENOENT' }]])(
    'quotes nothing else: %s',
    (error) => {
      expect(reasonOf(error)).toBe('it cannot be read');
    },
  );
});

describe('findReasonCode', () => {
  it('knows the reasons, and neither warnings nor what every object has', () => {
    expect(findReasonCode('token_expired')).toBe('token_expired');
    expect(findReasonCode('endpoint_timeout')).toBe('endpoint_timeout');
    expect(Object.hasOwn(REASONS, 'expiry_absent')).toBe(true);
    for (const name of ['expiry_absent', 'constructor', '', 'TOKEN_EXPIRED']) expect(findReasonCode(name)).toBeNull();
  });
});
