import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissectEnv, substituteEnv } from '../../src/config/env.js';
import { parsePythonFloat, parsePythonInt } from '../../src/config/python-numbers.js';

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

  test('refuses a config that holds itself, or is nested without end', () => {
    const circle: Record<string, unknown> = {};
    circle.again = [circle, circle];
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    for (const config of [circle, deep])
      expect(() => substituteEnv(config, { env: {} })).toThrow('the config is nested too deeply');
    const found = { severity: 'error', code: 'config_shape', path: '', message: 'the config is nested too deeply' };
    expect(() => substituteEnv(circle, { env: {} })).toThrow(
      expect.objectContaining({ findings: [expect.objectContaining(found)] }),
    );
  });

  // Patterns that go back over what they have read take hours for these.
  test.each([
    ['a variable that never ends', '${env.A:='.repeat(200_000)],
    ['a variable that ends at the end', `${'${env.A:='.repeat(200_000)}}`],
    ['a name that never ends', `\${env.${'A'.repeat(1_000_000)}`],
    ['half a variable after a whole one', `\${env.A:=}${'${env.A:='.repeat(200_000)}`],
    ['digits that are no number', `\${env.A:=${'1'.repeat(1_000_000)}x}`],
    ['digits and signs that are no number', `\${env.A:=${'1_1.1e'.repeat(200_000)}}`],
    ['digits that are a number', `\${env.A:=${'1'.repeat(300_000)}}`],
  ])('reads a million characters once: %s', (_name, text) => {
    const { value } = substituteEnv([text], { env: {} });
    expect(value).toHaveLength(1);
  });

  test('keeps __proto__ a plain key', () => {
    const config: unknown = JSON.parse('{"__proto__": {"type": "${env.A}"}}');
    const { value } = substituteEnv(config, { env: { A: 'x' } });
    expect(JSON.stringify(value)).toBe('{"__proto__":{"type":"x"}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('dissectEnv', () => {
  test('names each variable once, and leaves what the text says itself', () => {
    expect(dissectEnv('a${env.A}b${env.B:=c}d${env.A:+e}f${env.lower}')).toEqual({
      variables: ['A', 'B'],
      rest: 'abcdef${env.lower}',
    });
    expect(dissectEnv('plain')).toEqual({ variables: [], rest: 'plain' });
  });
});

describe('a value', () => {
  const resolve = (config: unknown, env: Record<string, string> = {}, more: object = {}): unknown =>
    substituteEnv(config, { env, ...more }).value;

  test('of a variable that is set, of a default, of an alternative', () => {
    expect(resolve('${env.A:=b}', { A: 'a' })).toBe('a');
    expect(resolve('${env.A:=b}', { A: '' })).toBe('b');
    expect(resolve('${env.A:+b}', { A: 'a' })).toBe('b');
    expect(resolve('x${env.A:+b}')).toBe('x');
    expect(resolve('${env.A:+}', { A: 'a' })).toBeNull();
    expect(resolve('${env.A:=}')).toBeNull();
  });

  test('starts in the home folder of who is meant, however that is written', () => {
    expect(resolve('${env.A}', { A: '~/x', HOME: '/home/me' })).toBe('/home/me/x');
    expect(resolve('${env.A}', { A: '~', HOME: '/home/me///' })).toBe('/home/me');
    for (const home of ['', '/']) expect(resolve('${env.A}', { A: '~', HOME: home })).toBe('/');
    expect(resolve('${env.A}', { A: '~/x' })).toBe('~/x');
    expect(resolve('${env.A}', { A: '~bob/x', HOME: '/home/me' })).toBe('~bob/x');
    expect(resolve('${env.A}', { A: 'a~/x', HOME: '/home/me' })).toBe('a~/x');
    const home = (user: string | null): string | null => (user === 'bob' ? '/home/bob' : user === null ? '/me' : null);
    expect(resolve('${env.A}', { A: '~bob/x/~', HOME: '/home/me' }, { home })).toBe('/home/bob/x/~');
    expect(resolve('${env.A}', { A: '~/x', HOME: '/home/me' }, { home })).toBe('/me/x');
    expect(resolve('${env.A}', { A: '~carol', HOME: '/home/me' }, { home })).toBe('~carol');
  });

  test('that is a secret stays what it is', () => {
    const isSecret = secretAt('secret');
    expect(resolve({ secret: '${env.A}' }, { A: '~/1', HOME: '/home/me' }, { isSecret })).toEqual({ secret: '~/1' });
    expect(resolve({ secret: '${env.A}' }, { A: '0123' }, { isSecret })).toEqual({ secret: '0123' });
    expect(resolve({ other: '${env.A}' }, { A: '0123' }, { isSecret })).toEqual({ other: 123 });
  });

  test.each([
    ['true', true],
    ['TRUE', true],
    ['False', false],
    ['falsehood', 'falsehood'],
    ['12', 12],
    ['1.5', 1.5],
    ['text', 'text'],
  ])('%j becomes %j', (text, value) => {
    expect(resolve('${env.A}', { A: text })).toBe(value);
  });

  test('in a list is left out where its entry is disabled or has no name', () => {
    const entries = [
      { provider_id: '${env.A:+a}', url: '${env.NOWHERE}' },
      { provider_id: '${env.A:=__disabled__}', url: '${env.NOWHERE}' },
      { provider_id: 7 },
      'plain',
      [1],
    ];
    const { value, faults } = substituteEnv({ entries }, { env: {} });
    expect(value).toEqual({ entries: [{ provider_id: null, url: null }, { provider_id: 7 }, 'plain', [1]] });
    // Of an entry that is left out, nothing is missing.
    expect(faults).toEqual([{ path: ['entries', 0, 'url'], variable: 'NOWHERE' }]);
  });

  test.each([
    'model_id',
    'shield_id',
    'vector_store_id',
    'dataset_id',
    'scoring_fn_id',
    'benchmark_id',
    'toolgroup_id',
  ])('in a list needs the name that its %s gives it', (name) => {
    const entries = [{ [name]: '${env.A:+a}' }, { [name]: '' }, { [name]: null }, { [name]: 'b' }, { other: null }];
    expect(resolve(entries)).toEqual([{ [name]: 'b' }, { other: null }]);
    expect(resolve(entries, { A: 'set' })).toEqual([{ [name]: 'a' }, { [name]: 'b' }, { other: null }]);
    // What is left out needs none of its variables; what has no default is not left out.
    expect(substituteEnv([{ k: '${env.NEVER}', [name]: '${env.A:+x}' }], { env: {} })).toEqual({
      value: [],
      faults: [],
    });
    expect(substituteEnv([{ [name]: '${env.A}' }], { env: {} }).faults).toHaveLength(1);
    // Outside of a list it names nothing that could be left out.
    expect(resolve({ [name]: '' })).toEqual({ [name]: '' });
  });

  test('of a provider whose type resolves to nothing is no provider: authentication is off', () => {
    const off = (type: unknown, env: Record<string, string> = {}): unknown =>
      substituteEnv({ provider_config: { type, audience: 'a' } }, { env, base: ['server', 'auth'] }).value;
    for (const type of ['', null, '${env.A:+custom}', '${env.A:=}'])
      expect(off(type), String(type)).toEqual({ provider_config: null });
    for (const type of ['custom', 7, false])
      expect(off(type), String(type)).toEqual({ provider_config: { type, audience: 'a' } });
    expect(off('${env.A:+custom}', { A: '1' })).toEqual({ provider_config: { type: 'custom', audience: 'a' } });
    // A variable without a default is missing: that is a fault, and not a way to turn it off.
    expect(off('${env.A}')).toEqual({ provider_config: { type: null, audience: 'a' } });
    // Elsewhere it is any other mapping.
    expect(resolve({ provider_config: { type: '' } })).toEqual({ provider_config: { type: '' } });
    expect(resolve({ provider_config: { audience: 'a' } })).toEqual({ provider_config: { audience: 'a' } });
    expect(resolve({ provider_config: 'custom' })).toEqual({ provider_config: 'custom' });
    expect(resolve({ other: { type: '' } })).toEqual({ other: { type: '' } });
    const { faults } = substituteEnv({ provider_config: { type: '${env.A}' } }, { env: {} });
    expect(faults).toEqual([{ path: ['provider_config', 'type'], variable: 'A' }]);
  });
});

describe('the conversions of Python', () => {
  test.each<[string, number | bigint | null]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740991', -9007199254740991],
    ['-9007199254740992', -9007199254740992n],
    ['+1_000', 1000],
    ['-1_0', -10],
    ['1_000_000', 1_000_000],
    ['1__0', null],
    ['_1', null],
    ['1_', null],
    ['x1', null],
    ['1x', null],
    [' 12\n', 12],
    ['\u205f12\u0085', 12],
    // Python splits words there, and reads no number.
    ['\u001c12', null],
    ['12\u001f', null],
    ['\ufeff12', null],
    ['1 2', null],
  ])('int(%j) is %s', (text, value) => {
    expect(parsePythonInt(text)).toBe(value);
  });

  test.each<[string, number | null]>([
    ['1_0.2_5', 10.25],
    ['12.34', 12.34],
    ['1_2_3.', 123],
    ['.1_2_3', 0.123],
    ['.25', 0.25],
    ['12e1_2', 12e12],
    ['1_0e+1_0_0', 10e100],
    ['1.2_3_4e-5_6', 1.234e-56],
    ['1E5', 100_000],
    ['1__0.5', null],
    ['1_.5', null],
    ['._5', null],
    ['.5_', null],
    ['.5_x', null],
    ['1e1_x', null],
    ['1e*5', null],
    ['1.5x', null],
    ['.', null],
    ['-inf', -Infinity],
    ['+Infinity', Infinity],
    ['nAn', NaN],
    ['-nan', NaN],
    ['infinite', null],
    ['minf', null],
    [' 1.5\t', 1.5],
    ['\u00a01.5\u3000', 1.5],
    ['\u001f1.5', null],
    ['1.5\ufeff', null],
    ['inf inf', null],
  ])('float(%j) is %s', (text, value) => {
    expect(parsePythonFloat(text)).toBe(value);
  });

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
