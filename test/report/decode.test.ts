import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodeToken, timesOf } from '../../src/index.js';
import { compact, encode } from '../forge.js';

/** A token of these parts; what it is signed with does not matter here. */
function token(header: string | object, claims: string | object): string {
  return compact(header, claims, () => Buffer.from('signature'));
}

const HEADER = { alg: 'ES256', kid: 'k1' };

describe('decodeToken', () => {
  it('takes a JWT apart, and says that nothing was verified', () => {
    expect(decodeToken(token(HEADER, { sub: 'alice' }))).toEqual({
      kind: 'jwt',
      header: HEADER,
      claims: { sub: 'alice' },
      verified: false,
      notes: [],
      fault: null,
    });
  });

  test.each([
    [{ alg: 'none' }, ['alg says the token is not signed: every server must refuse it']],
    [{ alg: ' NONE' }, ['alg says the token is not signed: every server must refuse it']],
    [{ ...HEADER, jku: 'x' }, ['the header has jku: a server must not take keys from a token']],
    [
      { ...HEADER, x5c: [], jwk: {}, x5u: null },
      ['jwk', 'x5u', 'x5c'].map((name) => `the header has ${name}: a server must not take keys from a token`),
    ],
    [{ ...HEADER, crit: ['exp'] }, ['the header has crit: a server that does not understand it must refuse the token']],
    [{ kid: 'k1' }, []],
  ])('warns of what the header %j asks for', (header, notes) => {
    const decoded = decodeToken(token(header, { sub: 'alice' }));
    expect(decoded).toMatchObject({ kind: 'jwt', notes, fault: null, claims: { sub: 'alice' } });
  });

  test.each([
    ['', 'opaque', 'token_malformed'],
    ['abc', 'opaque', null],
    ['eyJhbGciOiJSUzI1NiJ9', 'opaque', 'token_malformed'],
    // As an API key of Grafana begins.
    [encode({ k: 'OKSpmiRV6FuJe1Uh1l4VWtOYZck2FXnk', n: 'x', id: 1 }), 'opaque', null],
    ['v4.public.eyJzdWIiOiJhIn0abc', 'opaque', null],
    ['a.b.c', 'jwt', 'token_malformed'],
    [`${encode(HEADER)}.${encode('{')}.c2ln`, 'jwt', 'token_malformed'],
    [`${encode(HEADER)}.${encode({ sub: 'a' })}`, 'jwt', 'token_malformed'],
    [`${encode(HEADER)}.${encode({ sub: 'a' })}.!`, 'jwt', 'token_malformed'],
  ])('says where %j broke', (text, kind, code) => {
    const decoded = decodeToken(text);
    expect([decoded.kind, decoded.fault?.code ?? null]).toEqual([kind, code]);
  });

  it('says of an opaque token who knows more', () => {
    expect(decodeToken('abc')).toMatchObject({
      header: null,
      claims: null,
      notes: ['an opaque token: only its issuer can say what it means (introspection)'],
    });
    expect(decodeToken('').fault?.message).toBe('the token is empty');
    expect(decodeToken('undefined').notes).toEqual([expect.stringContaining('a word like "undefined"')]);
    expect(decodeToken('${{ secrets.TOKEN }}').notes).toEqual([expect.stringContaining('nothing replaced')]);
  });

  it('shows the header of a JWE alone', () => {
    const header = { alg: 'RSA-OAEP', enc: 'A256GCM', crit: ['x'] };
    expect(decodeToken(`${encode(header)}.a2V5.aXY.dGV4dA.dGFn`)).toMatchObject({
      kind: 'jwe',
      header,
      claims: null,
      fault: null,
      notes: [
        'an encrypted token (JWE): only the header can be read',
        'the header has crit: a server that does not understand it must refuse the token',
      ],
    });
  });

  it('names the likely cause of a JWE of Auth0’s', () => {
    const header = encode({ alg: 'dir', enc: 'A256GCM', iss: 'https://acme.eu.auth0.com/' });
    expect(decodeToken(`${header}..aXY.dGV4dA.dGFn`).notes).toEqual([
      'the token is encrypted (JWE, five parts), as those of Auth0 are that were requested for no API: only the header can be read',
    ]);
  });

  test.each([
    [`ghp_${'a'.repeat(30)}000000`, 'a GitHub personal access token (classic) (ghp_)', 'WRONG'],
    [`github_pat_${'a'.repeat(60)}`, 'a GitHub fine-grained', ''],
  ])('knows %s by its prefix', (text, start, checksum) => {
    const { kind, notes, header, claims, fault } = decodeToken(text);
    expect({ kind, header, claims, fault }).toEqual({ kind: 'github', header: null, claims: null, fault: null });
    expect(notes).toHaveLength(1);
    expect(notes[0]?.startsWith(start) === true || notes[0]).toBe(true);
    expect(notes[0]).toContain(checksum);
  });

  describe('an SD-JWT', () => {
    const issued = token({ ...HEADER, jku: 'x' }, { sub: 'alice' });
    const disclosures = [
      ['salt', 'email', 'a@b.example'],
      ['salt', 'item'],
      ['salt', 7, true],
    ].map((one) => encode(one));

    it('has what it discloses beside its claims', () => {
      expect(decodeToken([issued, ...disclosures, ''].join('~'))).toMatchObject({
        kind: 'sd-jwt',
        claims: { sub: 'alice' },
        fault: null,
        notes: ['an SD-JWT with 3 disclosures', 'the header has jku: a server must not take keys from a token'],
        disclosures: [
          { name: 'email', value: 'a@b.example' },
          { name: null, value: 'item' },
          { name: null, value: true },
        ],
      });
    });

    it('leaves out what is no disclosure: broken parts, and the proof of its holder', () => {
      const rest = ['!!', encode('{'), encode({ a: 1 }), encode([]), issued];
      expect(decodeToken([issued, ...rest].join('~'))).toMatchObject({
        notes: ['an SD-JWT with 4 disclosures', expect.any(String) as unknown],
        disclosures: [{ name: null, value: null }],
      });
    });

    it('may have one disclosure', () => {
      expect(decodeToken(`${issued}~${disclosures[0] ?? ''}~`).notes[0]).toBe('an SD-JWT with 1 disclosure');
    });

    it('is one only after a JWT', () => {
      expect(decodeToken(`abc~${disclosures.join('~')}~`).kind).toBe('opaque');
      expect(decodeToken(`${encode(HEADER)}.${encode('{')}.c2ln~`)).toMatchObject({
        kind: 'sd-jwt',
        fault: { code: 'token_malformed' },
        disclosures: [],
      });
    });
  });

  describe('a nested JWT', () => {
    it('is taken apart too', () => {
      const decoded = decodeToken(token({ ...HEADER, cty: 'JWT' }, token(HEADER, { sub: 'alice' })));
      expect(decoded).toMatchObject({
        kind: 'jwt',
        claims: null,
        fault: null,
        notes: ['a nested JWT: the payload is another token'],
        inner: { kind: 'jwt', claims: { sub: 'alice' }, notes: [] },
      });
    });

    it('may be encrypted inside', () => {
      const inner = `${encode({ alg: 'dir', enc: 'A256GCM' })}.a2V5.aXY.dGV4dA.dGFn`;
      expect(decodeToken(token(HEADER, inner)).inner?.kind).toBe('jwe');
    });

    it('ends somewhere', () => {
      const wrapped = Array.from({ length: 7 }).reduce<string>((inner) => token(HEADER, inner), 'a.b.c');
      let at = decodeToken(wrapped);
      let depth = 0;
      for (; at.inner !== undefined; depth += 1) at = at.inner;
      expect(depth).toBe(4);
      expect(at.fault?.code).toBe('token_malformed');
    });

    test.each(['a.b', 'a.b.c.d', 'a b.c.d', '"a.b.c"'])('is none where the payload is %j', (payload) => {
      expect(decodeToken(token(HEADER, payload))).not.toHaveProperty('inner');
    });
  });

  it('never throws', () => {
    const part = fc.oneof(
      fc.constantFrom('.', '~', 'ghp_', '', encode(HEADER), encode({ sub: 'alice' })),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const decoded = decodeToken(parts.join(''));
        expect(decoded.verified).toBe(false);
        expect(decoded.claims === null || typeof decoded.claims === 'object').toBe(true);
      }),
    );
  });
});

describe('timesOf', () => {
  it('gives numbers alone', () => {
    expect(timesOf({ iat: 1, nbf: '2', exp: 3.5 })).toEqual({ iat: 1, nbf: null, exp: 3.5 });
    expect(timesOf({ exp: Infinity, iat: null })).toEqual({ iat: null, nbf: null, exp: null });
    expect(timesOf(null)).toEqual({ iat: null, nbf: null, exp: null });
  });
});
