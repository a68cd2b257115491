import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePythonFloat, parsePythonInt, substituteEnv } from '../../src/config/env.js';

const secretAt = (name: string) => (path: readonly (string | number)[]) => path.at(-1) === name;

describe('substituteEnv', () => {
  test('never throws, whatever the text and the environment', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('${env.A}', '${env.A:=', '${env.B:+', '}', '~', '${env.', '٣', '1_0', '.', 'e5'),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (config, value) => {
        const { faults } = substituteEnv({ config: [config] }, { env: { A: value, HOME: '/home/me' } });
        expect(faults.every(({ path }) => path[0] === 'config' && path[1] === 0)).toBe(true);
      }),
    );
  });

  test('leaves a string without a variable exactly as it is', () => {
    const text = fc.string({ unit: 'binary' }).filter((candidate) => !candidate.includes('${env.'));
    fc.assert(
      fc.property(text, (config) => {
        expect(substituteEnv(config, { env: { HOME: '/home/me' } })).toEqual({ value: config, faults: [] });
      }),
    );
  });

  test('names every variable that is missing, with its path', () => {
    const config = { a: ['x', '${env.ONE}'], b: { c: '${env.TWO}${env.THREE}' } };
    expect(substituteEnv(config, { env: { TWO: '' } }).faults).toEqual([
      { path: ['a', 1], variable: 'ONE' },
      { path: ['b', 'c'], variable: 'TWO' },
      { path: ['b', 'c'], variable: 'THREE' },
    ]);
  });

  test.each(['0012345', 'true', '1e3', 'nan', '~/x', '~root/x'])('keeps the secret %s as it is', (value) => {
    const { value: config } = substituteEnv(
      { client_secret: '${env.SECRET}' },
      { env: { SECRET: value, HOME: '/home/me' }, isSecret: secretAt('client_secret') },
    );
    expect(config).toEqual({ client_secret: value });
  });

  test('makes an empty secret null, as any other empty value', () => {
    const options = { env: {}, isSecret: secretAt('token') };
    expect(substituteEnv({ token: '${env.NONE:=}', other: '${env.NONE:=}' }, options).value).toEqual({
      token: null,
      other: null,
    });
  });

  test('does not substitute what a variable brought along', () => {
    expect(substituteEnv('${env.A}', { env: { A: '${env.B}', B: 'secret' } }).value).toBe('${env.B}');
    expect(substituteEnv('a${env.A}', { env: { A: '$&$1$$' } }).value).toBe('a$&$1$$');
  });

  test('keeps __proto__ a plain key', () => {
    const config: unknown = JSON.parse('{"__proto__": {"type": "${env.A}"}}');
    const { value } = substituteEnv(config, { env: { A: 'x' } });
    expect(JSON.stringify(value)).toBe('{"__proto__":{"type":"x"}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('the conversions of Python', () => {
  test.each([
    ['1_000', 1000],
    [' 42\n', 42],
    ['+5', 5],
    ['-0', 0],
    ['٣٤', 34],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['1__0', null],
    ['_1', null],
    ['0x10', null],
    ['+-5', null],
    ['', null],
  ])('int(%j)', (text, value) => {
    expect(parsePythonInt(text)).toEqual(value);
  });

  test.each([
    ['.5', 0.5],
    ['5.', 5],
    ['1e400', Infinity],
    ['-Infinity', -Infinity],
    ['nan', NaN],
    ['1_0.0_1', 10.01],
    ['.', null],
    ['1,0', null],
    ['e5', null],
  ])('float(%j)', (text, value) => {
    expect(parsePythonFloat(text)).toEqual(value);
  });
});
