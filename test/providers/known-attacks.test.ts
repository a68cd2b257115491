import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readKeySet, type AuthProvider } from '../../src/index.js';
import { compact, encode, goodClaims, mint, newKey, signWith, type IssuerKey } from '../forge.js';
import { json, serve } from '../loopback.js';
import { provide, stepOf, summary } from './provide.js';

const rsa = newKey('RS256', 'rsa');
const ec = newKey('ES256', 'ec');
const edwards = newKey('EdDSA', 'edwards');

/** A provider that knows these keys; none of these tests needs a network. */
function knowing(keys: readonly object[], jwks: object = {}): AuthProvider {
  const config = {
    type: 'oauth2_token',
    issuer: 'https://idp.example',
    audience: 'my-api',
    jwks: { uri: 'https://idp.example/jwks', ...jwks },
  };
  return provide(config, { keySet: readKeySet(JSON.stringify({ keys })) });
}

async function judge(token: string, keys: readonly object[] = [rsa.jwk, ec.jwk, edwards.jwk], jwks: object = {}) {
  return knowing(keys, jwks).authenticate({ token });
}

const nothing = (): Buffer => Buffer.alloc(0);

describe('honest tokens', () => {
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    '%s is accepted',
    async (alg) => {
      const key = newKey(alg);
      expect(summary(await judge(mint(key), [key.jwk]))).toBe('accepted');
    },
  );

  test.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt'])('typ %s', async (typ) => {
    expect(summary(await judge(mint(rsa, {}, { typ })))).toBe('accepted');
  });

  test('two keys under one kid are both tried', async () => {
    const twin = newKey('RS256', 'rsa');
    expect(summary(await judge(mint(rsa), [twin.jwk, rsa.jwk]))).toBe('accepted');
    expect(summary(await judge(mint(twin), [ec.jwk, rsa.jwk, twin.jwk]))).toBe('accepted');
  });
});

describe('alg none', () => {
  const casings = Array.from({ length: 16 }, (_, bits) =>
    [...'none'].map((letter, i) => ((bits >> i) & 1 ? letter.toUpperCase() : letter)).join(''),
  );

  test.each([...casings, 'none ', ' none', 'none\u0000', ''])('%j is refused', async (alg) => {
    for (const kid of ['rsa', 'ec', 'edwards', undefined]) {
      const verdict = await judge(compact({ alg, kid }, goodClaims(), nothing));
      expect(summary(verdict)).toBe('rejected: algorithm_not_allowed');
      expect(stepOf(verdict, 'subject').unverified).toBe(true);
    }
  });

  test('no config can allow it', () => {
    const jwks = { uri: 'https://idp.example/jwks' };
    expect(() => provide({ type: 'oauth2_token', jwks, algorithms: ['none'] })).toThrow(/algorithms/);
  });

  test.each(['RS256', 'ES256', 'EdDSA'])('an empty signature is none of %s', async (alg) => {
    const kid = { RS256: 'rsa', ES256: 'ec', EdDSA: 'edwards' }[alg];
    expect(summary(await judge(compact({ alg, kid }, goodClaims(), nothing)))).toBe('rejected: signature_invalid');
  });
});

describe('a public key used as HMAC secret', () => {
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
  const secrets: [string, string | Buffer][] = [
    ['PEM', pem],
    ['PEM without its last line break', String(pem).trimEnd()],
    ['PKCS#1 PEM', rsa.publicKey.export({ format: 'pem', type: 'pkcs1' })],
    ['DER', rsa.publicKey.export({ format: 'der', type: 'spki' })],
    ['PKCS#1 DER', rsa.publicKey.export({ format: 'der', type: 'pkcs1' })],
    ['JWK', JSON.stringify(rsa.jwk)],
    ['modulus', Buffer.from(String(rsa.jwk.n), 'base64url')],
    ['modulus, encoded', String(rsa.jwk.n)],
    ['nothing', ''],
  ];

  test.each(secrets)('%s', async (_name, secret) => {
    const token = compact({ alg: 'HS256', kid: 'rsa' }, goodClaims(), (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );
    expect(summary(await judge(token))).toBe('rejected: symmetric_key_refused');
    expect(summary(await judge(token, [rsa.jwk], { allow_symmetric_keys: true }))).toBe('rejected: key_mismatch');
    const bare = { kty: rsa.jwk.kty, n: rsa.jwk.n, e: rsa.jwk.e, kid: 'rsa' };
    expect(summary(await judge(token, [bare], { allow_symmetric_keys: true }))).toBe('rejected: key_mismatch');
  });

  test('a symmetric key of the set works only where the config says so', async () => {
    const secret = Buffer.alloc(32, 7);
    const oct = { kty: 'oct', kid: 'shared', k: secret.toString('base64url') };
    const seal = (input: string): Buffer => createHmac('sha256', secret).update(input).digest();
    const token = compact({ alg: 'HS256', kid: 'shared' }, goodClaims(), seal);
    expect(summary(await judge(token, [oct]))).toBe('rejected: symmetric_key_refused');
    expect(summary(await judge(token, [oct], { allow_symmetric_keys: true }))).toBe('accepted');
    const confused = compact({ alg: 'RS256', kid: 'shared' }, goodClaims(), seal);
    expect(summary(await judge(confused, [oct], { allow_symmetric_keys: true }))).toBe('rejected: key_mismatch');
    const short = { ...oct, k: secret.subarray(16).toString('base64url') };
    const verdict = await judge(token, [short], { allow_symmetric_keys: true });
    expect(summary(verdict)).toBe('rejected: key_too_weak');
    expect(verdict.reason?.message).toContain('HS256 needs a secret of 256 bits, the key has 128');
  });
});

describe('RSA keys that prove nothing', () => {
  const PREFIX = Buffer.from('3031300d060960864801650304020105000420', 'hex');

  test('exponent 1: the signature is the padded hash, and anybody can write it', async () => {
    const size = 256;
    const token = compact({ alg: 'RS256', kid: 'e1' }, goodClaims(), (input) => {
      const digest = Buffer.concat([PREFIX, createHash('sha256').update(input).digest()]);
      const padding = Buffer.alloc(size - digest.length - 3, 0xff);
      return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]);
    });
    const verdict = await judge(token, [{ ...rsa.jwk, kid: 'e1', e: 'AQ' }]);
    expect(summary(verdict)).toBe('rejected: key_too_weak');
    expect(verdict.reason?.message).toBe('the key is too weak: its exponent is 1');
  });

  test.each(['AA', 'AAAB', 'AQ'])('exponent %s', async (e) => {
    expect(summary(await judge(mint(rsa), [{ ...rsa.jwk, e }]))).toBe('rejected: key_too_weak');
  });

  test.each(['RS256', 'PS256'])('1024 bits, %s', async (alg) => {
    const weak = newKey(alg, 'weak', 1024);
    const verdict = await judge(mint(weak), [weak.jwk]);
    expect(summary(verdict)).toBe('rejected: key_too_weak');
    expect(verdict.reason?.message).toContain('1024 bits');
  });

  test('leading zeros make no modulus longer', async () => {
    const weak = newKey('RS256', 'weak', 1024);
    const n = Buffer.concat([Buffer.alloc(128), Buffer.from(String(weak.jwk.n), 'base64url')]).toString('base64url');
    expect(summary(await judge(mint(weak), [{ ...weak.jwk, n }]))).toBe('rejected: key_too_weak');
  });
});

describe('a key that is for something else', () => {
  test.each<[string, object]>([
    ['another algorithm', { alg: 'RS512' }],
    ['another family', { alg: 'PS256' }],
    ['encryption', { alg: undefined, use: 'enc' }],
    ['encryption, by its alg', { alg: 'RSA-OAEP-256' }],
    ['signing only', { key_ops: ['sign'] }],
    ['wrapping', { use: undefined, key_ops: ['wrapKey', 'encrypt'] }],
    ['nothing', { key_ops: [] }],
    ['an alg that is no string', { alg: 5 }],
    ['an alg that is empty', { alg: '' }],
  ])('%s', async (_name, more) => {
    const verdict = await judge(mint(rsa), [{ ...rsa.jwk, ...more }]);
    expect(summary(verdict)).toBe('rejected: key_mismatch');
    // What is expected is what the key could verify.
    expect(verdict.steps.find(({ name }) => name === 'algorithm')?.expected).not.toContain('RS256');
  });

  test('null is nothing that a key is for', async () => {
    expect(summary(await judge(mint(rsa), [{ ...rsa.jwk, alg: null, use: null, key_ops: null }]))).toBe('accepted');
  });

  test('of several under one kid, the nearest is told of', async () => {
    const keys = [
      { ...ec.jwk, kid: 'rsa' },
      { ...rsa.jwk, alg: undefined, use: 'enc' },
    ];
    const verdict = await judge(mint(rsa), keys);
    expect(verdict.reason?.message).toBe('the key is not for signatures (use)');
  });

  test('an even modulus', async () => {
    const n = Buffer.from(String(rsa.jwk.n), 'base64url');
    n[n.length - 1] = (n.at(-1) ?? 0) & 0xfe;
    const verdict = await judge(mint(rsa), [{ ...rsa.jwk, n: n.toString('base64url') }]);
    expect(verdict.reason?.message).toBe('the key is unusable: its modulus is even');
  });

  test('a key for RS256 does not verify PS256', async () => {
    const token = compact({ alg: 'PS256', kid: 'rsa' }, goodClaims(), (input) =>
      signWith(rsa.privateKey, 'PS256', input),
    );
    expect(summary(await judge(token))).toBe('rejected: key_mismatch');
  });

  test.each([
    ['ES256', 'P-384'],
    ['ES384', 'P-256'],
    ['ES512', 'P-256'],
  ])('%s with a key on %s', async (alg, namedCurve) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'ec' };
    const token = compact({ alg, kid: 'ec' }, goodClaims(), (input) => signWith(privateKey, alg, input));
    expect(summary(await judge(token, [jwk]))).toBe('rejected: key_mismatch');
  });

  test('a point that is not on the curve', async () => {
    const token = mint(ec);
    const verdict = await judge(token, [{ ...ec.jwk, y: ec.jwk.x }]);
    expect(summary(verdict)).toBe('rejected: key_mismatch');
    expect(verdict.reason?.message).toBe('the key is unusable: its parameters do not form a valid key');
    expect(summary(await judge(token, [{ ...ec.jwk, x: 'AAAA' }]))).toBe('rejected: key_mismatch');
  });

  test('the key that signed, under another kid', async () => {
    const other = newKey('RS256', 'other');
    expect(summary(await judge(mint(rsa, {}, { kid: 'other' }), [rsa.jwk, other.jwk]))).toBe(
      'rejected: signature_invalid',
    );
    expect(summary(await judge(mint(rsa, {}, { kid: 'RSA' })))).toBe('rejected: key_not_found');
    expect(summary(await judge(mint(rsa, {}, { kid: '__proto__' })))).toBe('rejected: key_not_found');
    expect(summary(await judge(mint(rsa, {}, { kid: '../../dev/null' })))).toBe('rejected: key_not_found');
    expect(summary(await judge(mint(rsa, {}, { kid: undefined })))).toBe('rejected: key_id_missing');
    expect(summary(await judge(mint(rsa, {}, { kid: '' })))).toBe('rejected: key_id_missing');
    expect(summary(await judge(mint(rsa, {}, { kid: 5 })))).toBe('rejected: header_invalid');
  });
});

describe('ECDSA signatures', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const zero = Buffer.alloc(32);
  const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);

  test.each<[string, Buffer]>([
    ['psychic: r = s = 0', Buffer.concat([zero, zero])],
    ['r = 0', Buffer.concat([zero, one])],
    ['s = 0', Buffer.concat([one, zero])],
    ['r = s = n', Buffer.concat([order, order])],
    ['r = s = 1', Buffer.concat([one, one])],
    ['too short', Buffer.alloc(63, 1)],
    ['too long', Buffer.alloc(65, 1)],
  ])('%s', async (_name, signature) => {
    const token = compact({ alg: 'ES256', kid: 'ec' }, goodClaims(), () => signature);
    expect(summary(await judge(token))).toBe('rejected: signature_invalid');
  });

  test('DER, as TLS has it, is not what a JWT has', async () => {
    const token = compact({ alg: 'ES256', kid: 'ec' }, goodClaims(), (input) =>
      sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'der' }),
    );
    expect(summary(await judge(token))).toBe('rejected: signature_invalid');
  });
});

describe('the spelling of a token', () => {
  const token = mint(ec);
  const [header = '', claims = '', signature = ''] = token.split('.');

  /** The same bytes for a lenient decoder: the bits that the last character has too many are set. */
  function withJunkBits(part: string): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return part.slice(0, -1) + (alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? '');
  }

  test('junk bits are the same bytes for a lenient decoder, and refused', async () => {
    const junk = withJunkBits(signature);
    expect(Buffer.from(junk, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(summary(await judge(`${header}.${claims}.${junk}`))).toBe('rejected: token_malformed');
  });

  test.each<[string, string]>([
    ['padding of the signature', `${token}==`],
    ['padding of the header', `${header}=.${claims}.${signature}`],
    ['padding of the claims', `${header}.${claims}=.${signature}`],
    ['a space before', ` ${token}`],
    ['a line break after', `${token}\n`],
    ['a line break inside', `${header}.${claims.slice(0, 5)}\n${claims.slice(5)}.${signature}`],
    ['a space in the signature', `${header}.${claims}. ${signature}`],
    ['base64 instead of base64url', `${header}.${claims}.${signature.slice(0, -2)}+/`],
    ['a fourth part', `${token}.`],
    ['a fourth part with content', `${token}.${claims}`],
    ['no third part', `${header}.${claims}`],
    ['a NUL', `${token}\u0000`],
    ['letters that look like others', token.replace('e', 'е')],
  ])('%s', async (_name, spelled) => {
    expect(summary(await judge(spelled))).toBe('rejected: token_malformed');
  });

  test('a JWS in JSON form is no token', async () => {
    const jws = JSON.stringify({ protected: header, payload: claims, signature });
    expect(summary(await judge(jws))).toBe('rejected: token_opaque');
  });
});

describe('two readers of one token', () => {
  const seal =
    (key: IssuerKey) =>
    (input: string): Buffer =>
      signWith(key.privateKey, key.alg, input);

  test.each<[string, string, string]>([
    ['alg twice', '{"alg":"ES256","kid":"ec","alg":"ES256"}', '{}'],
    ['kid twice', '{"alg":"ES256","kid":"ec","kid":"rsa"}', '{}'],
    ['alg twice, once escaped', '{"alg":"ES256","kid":"ec","\\u0061lg":"none"}', '{}'],
    ['sub twice', '{"alg":"ES256","kid":"ec"}', '{"sub":"alice","sub":"root"}'],
    ['sub twice, once escaped', '{"alg":"ES256","kid":"ec"}', '{"sub":"alice","s\\u0075b":"root"}'],
    [
      'a member twice, further in',
      '{"alg":"ES256","kid":"ec"}',
      '{"sub":"alice","realm":{"roles":[],"roles":["admin"]}}',
    ],
    ['something after the claims', '{"alg":"ES256","kid":"ec"}', '{"sub":"alice"}{"sub":"root"}'],
    ['a comment', '{"alg":"ES256","kid":"ec"}', '{"sub":"alice"/**/}'],
    ['a byte order mark', '{"alg":"ES256","kid":"ec"}', '\ufeff{"sub":"alice"}'],
    ['claims that are a list', '{"alg":"ES256","kid":"ec"}', '[{"sub":"alice"}]'],
  ])('%s', async (_name, header, claims) => {
    expect(summary(await judge(compact(header, claims, seal(ec))))).toBe('rejected: token_malformed');
  });

  test('claims that are not UTF-8', async () => {
    const input = `${encode({ alg: 'ES256', kid: 'ec' })}.${Buffer.from('{"sub":"\xff"}', 'latin1').toString('base64url')}`;
    const token = `${input}.${seal(ec)(input).toString('base64url')}`;
    expect(summary(await judge(token))).toBe('rejected: token_malformed');
  });

  test('a claim named __proto__ gives nobody a name', async () => {
    const claims = JSON.stringify({ ...goodClaims(), sub: undefined }).replace('{', '{"__proto__":{"sub":"root"},');
    const token = compact({ alg: 'ES256', kid: 'ec' }, claims, seal(ec));
    expect(summary(await judge(token))).toBe('rejected: claim_missing');
  });
});

describe('headers that ask for something', () => {
  test.each<[string, object]>([
    ['crit', { crit: ['exp'], exp: 1 }],
    ['an empty crit', { crit: [] }],
    ['crit: null', { crit: null }],
    ['an unencoded payload', { crit: ['b64'], b64: false }],
    ['an unencoded payload without crit', { b64: false }],
  ])('%s', async (_name, header) => {
    expect(summary(await judge(mint(ec, {}, { ...header })))).toBe('rejected: critical_header_unsupported');
  });

  test.each(['id+jwt', 'ID', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'application/oauth-authz-req+jwt', 'JOSE', ''])(
    'typ %j: not an access token',
    async (typ) => {
      expect(summary(await judge(mint(ec, {}, { typ })))).toBe('rejected: header_invalid');
    },
  );

  test('an ID token, which says nothing of its kind, is for its client', async () => {
    const claims = { aud: 'web-client', nonce: 'n', at_hash: 'h', azp: 'web-client', email: 'alice@example.com' };
    const verdict = await judge(mint(ec, claims, { typ: 'JWT' }));
    expect(summary(verdict)).toBe('rejected: audience_mismatch');
    expect(stepOf(verdict, 'signature').status).toBe('passed');
  });

  test('typ that is no string', async () => {
    expect(summary(await judge(mint(ec, {}, { typ: ['JWT'] })))).toBe('rejected: header_invalid');
  });

  test('the keys that a token brings along are shown and never fetched', async () => {
    const attacker = newKey('RS256', 'rsa');
    const evil = await serve(json({ keys: [attacker.jwk] }));
    const brought = {
      jku: `${evil.origin}/jwks`,
      x5u: `${evil.origin}/certificate`,
      jwk: attacker.jwk,
      x5c: [rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')],
    };
    const server = await serve(json({ keys: [rsa.jwk] }));
    const provider = provide({
      type: 'oauth2_token',
      issuer: 'https://idp.example',
      audience: 'my-api',
      jwks: { uri: server.origin },
    });
    const forged = await provider.authenticate({ token: mint(attacker, {}, brought) });
    expect(summary(forged)).toBe('rejected: signature_invalid');
    const unknown = await provider.authenticate({ token: mint(attacker, {}, { ...brought, kid: 'evil' }) });
    expect(summary(unknown)).toBe('rejected: key_not_found');
    const issuer = await provider.authenticate({ token: mint(attacker, { iss: evil.origin }, brought) });
    expect(summary(issuer)).toBe('rejected: signature_invalid');
    const honest = await provider.authenticate({ token: mint(rsa, {}, brought) });
    expect(summary(honest)).toBe('accepted');
    expect(stepOf(honest, 'format').message).toContain('its jku, jwk, x5u, x5c is not used');
    expect(evil.requests).toHaveLength(0);
    expect(server.requests.length).toBeGreaterThan(0);
  });
});

describe('an Ed25519 key of small order', () => {
  test.each([
    '01' + '00'.repeat(31),
    '00'.repeat(32),
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ])('lets anybody sign, and is refused: %s', async (point) => {
    const x = Buffer.from(point, 'hex');
    const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'small', x: x.toString('base64url') };
    const forged = compact({ alg: 'EdDSA', kid: 'small' }, goodClaims(), () => Buffer.concat([x, Buffer.alloc(32)]));
    const verdict = await judge(forged, [jwk]);
    expect(summary(verdict)).toBe('rejected: key_too_weak');
  });
});
