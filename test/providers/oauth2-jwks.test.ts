import fc from 'fast-check';
import { createLocalJWKSet, errors, exportJWK, generateKeyPair, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createAuthProvider,
  parseAuthConfig,
  readKeySet,
  type AuthProvider,
  type ProviderOptions,
  type Verdict,
} from '../../src/index.js';
import { mint, newKey } from '../forge.js';

const NOW = 1_767_225_600;
const ISSUER = 'https://idp.example';
const AUDIENCE = 'my-api';

type Claims = Readonly<Record<string, unknown>>;

let sign: (claims: Claims, header?: Readonly<Record<string, unknown>>) => Promise<string>;
let keySet: JSONWebKeySet;
let provider: AuthProvider;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'ec-1', alg: 'ES256', use: 'sig' }] };
  sign = (claims, header = {}) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'ec-1', ...header }).sign(privateKey);
  provider = createProvider();
});

function createProvider(more: Claims = {}, options: ProviderOptions = {}): AuthProvider {
  const [configured] = parseAuthConfig({
    type: 'oauth2_token',
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { uri: 'https://idp.example/jwks' },
    ...more,
  }).providers;
  if (configured === undefined) throw new Error('no provider');
  const given = readKeySet(JSON.stringify(keySet));
  return createAuthProvider(configured, { now: () => NOW * 1000, keySet: given, ...options });
}

async function josePasses(token: string): Promise<boolean> {
  try {
    await jwtVerify(token, createLocalJWKSet(keySet), {
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(NOW * 1000),
      requiredClaims: ['sub'],
    });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

function failures({ steps }: Verdict): string[] {
  return steps.filter(({ status }) => status === 'failed').map(({ name, code }) => `${name} ${code ?? ''}`);
}

/** The checks of claims that nobody vouches for; of all of them, nobody does, or everybody. */
function doubted({ steps }: Verdict): boolean {
  const checks = steps.filter(({ name }) => ['issuer', 'audience', 'expiry', 'subject', 'mapping'].includes(name));
  const doubts = new Set(checks.map(({ unverified }) => unverified));
  expect([checks.length, doubts.size]).toEqual([5, 1]);
  return doubts.has(true);
}

const GOOD: Claims = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: NOW + 60 };

/** Values of the wrong kind, for every claim. */
const odd = fc.oneof(
  fc.constantFrom(null, true, false, '', ' ', [], {}, [null], [AUDIENCE, 5], String(NOW + 60), -1, 1.5),
  fc.jsonValue({ maxDepth: 2 }),
);
const time = fc.oneof(
  fc.constantFrom(NOW, NOW - 1, NOW + 1, NOW + 0.5, NOW - 0.5, 0, 1e300),
  fc.integer({ min: NOW - 100, max: NOW + 100 }),
);

/** A claim that is mostly right, and absent, late or of another kind often enough. */
function claim(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 5, arbitrary: right },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const claimSets = fc.record({
  iss: claim(fc.constant(ISSUER)),
  aud: claim(fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE], ['other', AUDIENCE], 'other', ['other'])),
  sub: claim(fc.constant('alice')),
  exp: claim(time),
  nbf: claim(time),
  iat: claim(time),
});

describe('a refusal has the way out that helps', () => {
  const reasonOf = async (token: string, keys?: object): Promise<Verdict['reason']> => {
    const given = keys === undefined ? {} : { keySet: readKeySet(JSON.stringify(keys)) };
    return (await createProvider({}, given).authenticate({ token })).reason;
  };

  test('of what is no JWT, without a change of its code', async () => {
    expect(await reasonOf('undefined')).toMatchObject({
      code: 'token_opaque',
      fix: expect.stringContaining('client') as unknown,
    });
    expect(await reasonOf('${{ secrets.TOKEN }}')).toMatchObject({
      code: 'token_malformed',
      message: 'this is not a token but a variable or a placeholder that nothing replaced',
    });
    expect((await reasonOf('opaque'))?.fix).toContain('configure introspection');
  });

  test('of the token of a service account, where the config has another issuer', async () => {
    const claims = { ...GOOD, sub: 'system:serviceaccount:ml:trainer', iss: 'https://kubernetes.default.svc' };
    expect((await reasonOf(await sign(claims)))?.fix).toContain('provider of the type kubernetes');
    expect((await reasonOf(await sign({ ...claims, iss: `${String(GOOD.iss)}/` })))?.fix).not.toContain('kubernetes');
  });

  test('of one part of a JWT, and of a signature that is not there', async () => {
    const [header = '', claims = ''] = (await sign(GOOD)).split('.');
    for (const part of [header, claims])
      expect(await reasonOf(part)).toMatchObject({
        code: 'token_opaque',
        message: 'this is one part of a JWT, its header or its claims, and not the whole',
      });
    expect(await reasonOf(`${header}.${claims}.`)).toMatchObject({
      code: 'signature_invalid',
      message: 'the signature is empty',
    });
  });

  test('of a token whose end is missing, wherever it was cut', async () => {
    const token = await sign(GOOD);
    const start = token.lastIndexOf('.') + 1;
    for (const kept of [3, 4, 7, 8, 40])
      expect((await reasonOf(token.slice(0, start + kept)))?.fix).toMatch(/^Copy the token again, whole/);
  });

  test('of a token whose signature Google took out, which nobody cut off', async () => {
    const [header, claims] = (await sign(GOOD)).split('.');
    const reason = await reasonOf(`${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`);
    expect(reason?.message).toMatch(/: Google, .* took its signature out$/);
    expect(reason?.fix).toContain('X-Serverless-Authorization');
  });

  test('of a token with a word for a signature, which may have been cut off or not', async () => {
    const [header, claims] = (await sign(GOOD)).split('.');
    expect((await reasonOf(`${header}.${claims}.REDACTED`))?.message).toMatch(
      /rather than \d+: it was cut off or replaced$/,
    );
  });

  test('of a token that another key signed, which is as long as it should be', async () => {
    for (const alg of ['ES512', 'RS256'])
      expect((await reasonOf(mint(newKey(alg)), { keys: [newKey(alg).jwk] }))?.message).toBe(
        'the signature does not match the key "k1"',
      );
  });

  test('of a token for Microsoft Graph, whose signature only Graph can verify', async () => {
    const token = await sign({ ...GOOD, aud: 'https://graph.microsoft.com' });
    const reason = await reasonOf(token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA'));
    expect(reason?.code).toBe('signature_invalid');
    expect(reason?.message).toContain('Microsoft Graph');
    expect(reason?.fix).toContain('/.default');
  });

  test('of an API key of Supabase', async () => {
    const key = new SignJWT({ iss: 'supabase', ref: 'abc', role: 'anon' }).setProtectedHeader({ alg: 'HS256' });
    const reason = await reasonOf(await key.sign(new Uint8Array(64)));
    expect(reason?.code).toBe('symmetric_key_refused');
    expect(reason?.message).toMatch(/^HS256 is symmetric: this is an API key of Supabase/);
    expect(reason?.fix).toContain('session.access_token');
  });

  test('of a refresh token of Keycloak', async () => {
    const secret = new Uint8Array(64);
    const token = await new SignJWT({ ...GOOD, typ: 'Refresh' })
      .setProtectedHeader({ alg: 'HS512', kid: 'h' })
      .sign(secret);
    const reason = await reasonOf(token);
    expect(reason?.code).toBe('symmetric_key_refused');
    expect(reason?.message).toBe('HS512 is symmetric: this is Keycloak’s refresh token, which only Keycloak can check');
    expect(reason?.fix).toContain('access_token');
  });

  test('of a token of Okta’s org server, whose keys are not those', async () => {
    const reason = await reasonOf(await sign({ ...GOOD, iss: 'https://acme.okta.com' }, { kid: 'org' }));
    expect(reason?.code).toBe('key_not_found');
    expect(reason?.fix).toContain('custom authorization server');
  });

  test('of a token of a service account, whose key is the cluster’s', async () => {
    const reason = await reasonOf(await sign({ ...GOOD, sub: 'system:serviceaccount:ml:trainer' }, { kid: 'other' }));
    expect(reason?.code).toBe('key_not_found');
    expect(reason?.fix).toContain('provider of the type kubernetes');
  });

  test('of a key that is not there names those that are, and twenty at the most', async () => {
    const [key] = keySet.keys;
    const keys = ['a', 'b\u001b', 'c'.repeat(65)].map((kid) => ({ ...key, kid }));
    expect((await reasonOf(await sign(GOOD, { kid: 'new' }), { keys }))?.message).toBe(
      `the key set has no key "new"; it has "a", "b\\u001b", "${'c'.repeat(64)}…"`,
    );
    const many = Array.from({ length: 25 }, (_, index) => ({ ...key, kid: `k${index}` }));
    expect((await reasonOf(await sign(GOOD, { kid: 'new' }), { keys: many }))?.message).toMatch(
      /; it has "k0", (?:"k\d+", ){18}"k19" and 5 more$/,
    );
  });

  test('of a key that was rotated away, or is not in an old file yet', async () => {
    const reason = await reasonOf(await sign(GOOD, { kid: 'ec-0' }));
    expect(reason?.code).toBe('key_not_found');
    expect(reason?.fix).toMatch(/get a new token, or, where the key set is a file, a new file\.$/);
  });

  test('of a key set in which no key can be found', async () => {
    const token = await sign(GOOD);
    const [{ kid, ...unnamed } = {}] = keySet.keys;
    expect(kid).toBe('ec-1');
    expect(await reasonOf(token, { keys: [] })).toMatchObject({
      code: 'key_not_found',
      message: 'the key set is empty: no token can be verified',
      fix: expect.stringContaining('jwks.uri') as unknown,
    });
    expect(await reasonOf(token, { keys: [unnamed] })).toMatchObject({
      code: 'key_not_found',
      message: 'no key of the key set has a kid: the server never picks one',
    });
  });

  test('of a key that is a certificate alone', async () => {
    const reason = await reasonOf(await sign(GOOD), { keys: [{ kty: 'RSA', kid: 'ec-1', x5c: ['MIIB'] }] });
    expect(reason).toMatchObject({
      code: 'key_mismatch',
      message: 'the key is unusable: it has only a certificate (x5c), and the server needs n and e',
      fix: expect.stringContaining('Have the issuer publish') as unknown,
    });
  });
});

describe('oauth2_token with jwks', () => {
  test('accepts no token that jose refuses', async () => {
    const outcomes = { accepted: 0, rejected: 0 };
    await fc.assert(
      fc.asyncProperty(claimSets, async (claims) => {
        const token = await sign(claims);
        const { outcome } = await provider.authenticate({ token });
        expect(outcome).not.toBe('undecided');
        if (outcome === 'accepted') expect(await josePasses(token)).toBe(true);
        outcomes[outcome === 'accepted' ? 'accepted' : 'rejected'] += 1;
      }),
      { numRuns: 500 },
    );
    expect(outcomes.accepted).toBeGreaterThan(10);
    expect(outcomes.rejected).toBeGreaterThan(10);
  });

  test('agrees with jose on every token whose claims are of the right kinds', async () => {
    const sound = fc.record(
      {
        iss: fc.constantFrom(ISSUER, `${ISSUER}/`),
        aud: fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE], 'other', []),
        sub: fc.constant('alice'),
        exp: time,
        nbf: time,
      },
      { requiredKeys: ['sub'] },
    );
    await fc.assert(
      fc.asyncProperty(sound, async (claims) => {
        const token = await sign(claims);
        const { outcome } = await provider.authenticate({ token });
        expect(outcome === 'accepted').toBe(await josePasses(token));
      }),
      { numRuns: 300 },
    );
  });

  test('accepts no token of which one character was changed', async () => {
    const token = await sign(GOOD);
    expect((await provider.authenticate({ token })).outcome).toBe('accepted');
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'Aa0_-.=+/ \n'), async (index, character) => {
        fc.pre(token[index] !== character);
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        expect((await provider.authenticate({ token: changed })).outcome).toBe('rejected');
      }),
    );
  });

  test('says everything that is wrong, not only the first', async () => {
    const token = await sign({ iss: 'https://other.example', aud: 'account', sub: 'alice', exp: NOW - 60 });
    const verdict = await provider.authenticate({ token });
    expect(failures(verdict)).toEqual(['issuer issuer_mismatch', 'audience audience_mismatch', 'expiry token_expired']);
    expect(verdict.reason?.code).toBe('issuer_mismatch');
    expect(verdict.steps.every(({ unverified }) => !unverified)).toBe(true);
    expect(verdict).toMatchObject({ outcome: 'rejected', principal: null, attributes: {}, server: { status: 401 } });
  });

  test('marks what it says of claims that nobody vouches for', async () => {
    const [header, , signature] = (await sign(GOOD)).split('.');
    const claims = Buffer.from(JSON.stringify({ ...GOOD, sub: 'mallory', exp: NOW - 60 })).toString('base64url');
    const verdict = await provider.authenticate({ token: `${header ?? ''}.${claims}.${signature ?? ''}` });
    expect(failures(verdict)).toEqual(['signature signature_invalid', 'expiry token_expired']);
    const unverified = verdict.steps.filter((step) => step.unverified).map(({ name }) => name);
    expect(unverified).toEqual(['issuer', 'audience', 'expiry', 'not_before', 'subject', 'mapping']);
    expect(verdict.principal).toBeNull();
  });

  test('reports the steps in the order of the contract', async () => {
    const { steps } = await provider.authenticate({ token: await sign(GOOD) });
    expect(steps.map(({ name }) => name)).toEqual([
      ...[
        'format',
        'key',
        'algorithm',
        'signature',
        'issuer',
        'audience',
        'expiry',
        'not_before',
        'subject',
        'mapping',
      ],
    ]);
  });

  test('never shows the token', async () => {
    const token = await sign(GOOD);
    for (const given of [token, `${token}x`, token.slice(0, -4)]) {
      const shown = JSON.stringify(await provider.authenticate({ token: given }));
      expect(shown).not.toContain(token.split('.')[2]?.slice(0, 20));
    }
  });

  test.each([
    ['none', 'algorithm_not_allowed'],
    ['None', 'algorithm_not_allowed'],
    ['HS256', 'symmetric_key_refused'],
    ['RS256', 'key_mismatch'],
    ['ES256K', 'algorithm_not_allowed'],
  ])('refuses a header that says %s, whatever the signature', async (alg, code) => {
    const [, claims, signature] = (await sign(GOOD)).split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: 'ec-1' })).toString('base64url');
    const verdict = await provider.authenticate({ token: `${header}.${claims ?? ''}.${signature ?? ''}` });
    expect(verdict.reason?.code).toBe(code);
  });

  test.each([
    [{ kid: undefined }, 'key_id_missing'],
    [{ kid: 'ec-2' }, 'key_not_found'],
    [{ typ: 'dpop+jwt' }, 'header_invalid'],
  ])('refuses the header %j', async (header, code) => {
    const verdict = await provider.authenticate({ token: await sign(GOOD, header) });
    expect(verdict.reason?.code).toBe(code);
  });

  test('says of Okta’s own typ where such a token is from', async () => {
    const { reason } = await provider.authenticate({
      token: await sign(GOOD, { typ: 'application/okta-internal-at+jwt' }),
    });
    expect(reason).toMatchObject({
      code: 'header_invalid',
      message: expect.stringContaining('Okta’s org authorization server') as unknown,
      fix: expect.stringContaining('/oauth2/default') as unknown,
    });
  });

  test('says what is wrong with another header, whoever the token is from', async () => {
    const claims = { ...GOOD, iss: 'https://acme.okta.com' };
    const { reason } = await provider.authenticate({ token: await sign(claims, { typ: 'logout+jwt' }) });
    expect(reason?.message).toContain('the typ says "logout+jwt"');
  });

  test.each([5, null, ['a']])('refuses the jti %j', async (jti) => {
    const verdict = await provider.authenticate({ token: await sign({ ...GOOD, jti }) });
    expect(failures(verdict)).toEqual(['subject claim_invalid']);
    expect(verdict.reason?.message).toMatch(/^jti is .*, not a string$/);
    // One fault is told in a step, and the subject's own comes first.
    const nobody = await provider.authenticate({ token: await sign({ ...GOOD, jti, sub: ' ' }) });
    expect(nobody.reason?.message).toBe('sub is blank');
  });

  test('never uses a key that the token brings along', async () => {
    const forger = await generateKeyPair('ES256');
    const jwk = await exportJWK(forger.publicKey);
    const token = await new SignJWT({ ...GOOD, sub: 'mallory' })
      .setProtectedHeader({ alg: 'ES256', kid: 'ec-1', jwk, jku: 'https://evil.example/jwks' })
      .sign(forger.privateKey);
    expect((await provider.authenticate({ token })).reason?.code).toBe('signature_invalid');
  });

  test('tells a token that nobody signed from one with another algorithm', async () => {
    const [, claims = ''] = (await sign(GOOD)).split('.');
    const reasonOf = async (alg: string): Promise<string | undefined> => {
      const head = Buffer.from(JSON.stringify({ alg, kid: 'ec-1' })).toString('base64url');
      return (await provider.authenticate({ token: `${head}.${claims}.` })).reason?.message;
    };
    expect(await reasonOf('none')).toBe('"none" is not an allowed algorithm: the token is not signed');
    expect(await reasonOf('ES256K')).toBe('"ES256K" is not an allowed algorithm');
  });

  test('accepts only the algorithms that the config lists', async () => {
    const token = await sign(GOOD);
    expect((await createProvider({ algorithms: ['RS256'] }).authenticate({ token })).reason?.code).toBe(
      'algorithm_not_allowed',
    );
    expect((await createProvider({ algorithms: ['ES256'] }).authenticate({ token })).outcome).toBe('accepted');
  });

  test.each<[string[], boolean, string]>([
    [['ES256', 'HS256'], false, 'symmetric_key_refused'],
    [['ES256'], true, 'algorithm_not_allowed'],
    [['ES256', 'HS256'], true, 'accepted'],
  ])('lets a secret verify only where %j and allow_symmetric_keys: %j say so', async (algorithms, allow, outcome) => {
    const secret = Buffer.alloc(32, 7);
    const jwk = { kty: 'oct', kid: 'secret-1', k: secret.toString('base64url') };
    const asked = createProvider(
      { algorithms, jwks: { uri: 'https://idp.example/jwks', allow_symmetric_keys: allow } },
      { keySet: readKeySet(JSON.stringify({ keys: [jwk] })) },
    );
    const token = await new SignJWT({ ...GOOD }).setProtectedHeader({ alg: 'HS256', kid: 'secret-1' }).sign(secret);
    const verdict = await asked.authenticate({ token });
    expect(verdict.reason?.code ?? verdict.outcome).toBe(outcome);
  });

  test('made anew with another key set in hand, forgets the first', async () => {
    const token = await sign(GOOD);
    const keySets: ProviderOptions['keySets'] = new Map();
    expect((await createProvider({}, { keySets }).authenticate({ token })).outcome).toBe('accepted');
    const other = createProvider({}, { keySets, keySet: readKeySet('{"keys": []}') });
    expect((await other.authenticate({ token })).reason?.code).toBe('key_not_found');
  });

  test('lets a clock be off only as far as the config says', async () => {
    const token = await sign({ ...GOOD, exp: NOW - 30 });
    expect((await createProvider({ clock_tolerance: 30 }).authenticate({ token })).reason?.code).toBe('token_expired');
    expect((await createProvider({ clock_tolerance: 31 }).authenticate({ token })).outcome).toBe('accepted');
  });

  test.each([null, ''])('has nothing to say of a request without a token (%j)', async (token) => {
    const verdict = await provider.authenticate({ token });
    expect(verdict.reason?.code).toBe('header_missing');
    expect(verdict.server.body?.error.message).toContain(`Bearer token from ${ISSUER}`);
  });

  test('never throws, whatever the token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (token) => {
        expect((await provider.authenticate({ token })).outcome).toBe('rejected');
      }),
    );
  });
});

describe('claims that no valid signature vouches for are told as such', () => {
  test('and those of a good one are not', async () => {
    expect(doubted(await provider.authenticate({ token: await sign(GOOD) }))).toBe(false);
  });

  test.each([
    ['alg', { alg: 'RS256' }],
    ['kid that is missing', { kid: undefined }],
    ['kid that no key has', { kid: 'ec-2' }],
  ])('of another %s', async (_, header) => {
    const [, claims = '', signature = ''] = (await sign(GOOD)).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'ec-1', ...header })).toString('base64url');
    expect(doubted(await provider.authenticate({ token: `${head}.${claims}.${signature}` }))).toBe(true);
  });

  test('of a key for other algorithms', async () => {
    const misfit = readKeySet(JSON.stringify({ keys: [{ ...keySet.keys[0], alg: 'ES384' }] }));
    const verdict = await createProvider({}, { keySet: misfit }).authenticate({ token: await sign(GOOD) });
    expect(failures(verdict)).toEqual(['algorithm key_mismatch']);
    expect(verdict.reason?.fix).not.toContain('publish the parameters');
    expect(doubted(verdict)).toBe(true);
  });

  test('of a wrong signature', async () => {
    const [header = '', claims = ''] = (await sign(GOOD)).split('.');
    const token = `${header}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`;
    expect(doubted(await provider.authenticate({ token }))).toBe(true);
  });

  test('of a key set that could not be had', async () => {
    const none = readKeySet('{}');
    expect(doubted(await createProvider({}, { keySet: none }).authenticate({ token: await sign(GOOD) }))).toBe(true);
  });
});
