import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthConfig } from '../src/config/parse.js';
import { AuthcheckError } from '../src/errors.js';
import type { HttpClient } from '../src/exchange.js';
import { makeFixture, type Fixture } from '../src/fixture.js';
import { readKeySet, type KeySet } from '../src/protocol/jwks.js';
import { createAuthProvider } from '../src/providers/create.js';
import { loadSuite } from '../src/suite/load.js';
import { runSuite } from '../src/suite/run.js';
import { answerAsWritten, type AnswerKind } from '../src/suite/answer.js';
import { UNAVAILABLE, type Verdict } from '../src/verdict.js';
import { compact, encode, newKey, signWith, type IssuerKey } from './forge.js';

const NOW = Date.UTC(2026, 0, 1);
const seconds = NOW / 1000;

const es256 = newKey('ES256', 'acme-key');
const rs256 = newKey('RS256', 'acme-key');
const other = newKey('ES256', 'acme-other');

const CONFIG = {
  type: 'oauth2_token',
  issuer: 'https://acme.okta.example/oauth2/default',
  audience: 'acme-api',
  claims_mapping: { groups: 'teams', 'realm_access.roles': 'roles', 'https://acme.example/dept': 'projects' },
  jwks: { uri: 'https://acme.okta.example/keys', token: 'hush-bearer' },
};

const CLAIMS = {
  iss: CONFIG.issuer,
  aud: ['acme-api', 'acme-account'],
  sub: 'alice.smith',
  email: 'alice.smith@acme.example',
  name: 'Alice Smith',
  groups: ['acme-ml', 'acme-admins'],
  realm_access: { roles: ['acme-admins', 'offline'] },
  'https://acme.example/dept': 'research',
  iat: seconds - 60,
  exp: seconds + 3600,
};

/** Everything in the above that must be in no file. */
const PERSONAL = /acme|alice|smith|okta|admins|offline|research|hush/i;

interface Question {
  readonly config?: object;
  readonly policies?: object;
  readonly claims?: object;
  readonly header?: object;
  readonly key?: IssuerKey;
  readonly published?: readonly object[];
  readonly token?: string;
  readonly http?: HttpClient;
  readonly keep?: readonly string[];
}

function sign({ claims = CLAIMS, header = {}, key = es256 }: Question): string {
  const head = { alg: key.alg, typ: 'JWT', kid: key.kid, ...header };
  return compact(head, claims, (input) => signWith(key.privateKey, key.alg, input));
}

async function ask(question: Question): Promise<{ verdict: Verdict; token: string; make: () => Promise<Fixture> }> {
  const { config = CONFIG, policies = {}, key = es256, published = [key.jwk, other.jwk], http, keep = [] } = question;
  const parsed = parseAuthConfig({ provider_config: config, ...policies });
  const [provider] = parsed.providers;
  if (provider === undefined) throw new Error('there is one provider');
  const token = question.token ?? sign(question);
  const keys = readKeySet(JSON.stringify({ keys: published }));
  const asked = createAuthProvider(provider, {
    now: () => NOW,
    ...('jwks' in config ? { keySet: keys } : {}),
    ...(http === undefined ? {} : { http }),
  });
  const verdict = await asked.authenticate({ token });
  const keySet: KeySet | null = keys.ok ? keys.keySet : null;
  return {
    verdict,
    token,
    make: () => makeFixture({ token, verdict, now: NOW, provider, policies: parsed, keySet, keep }),
  };
}

/** What the files say when they are run as anybody would. */
async function runFiles({ files }: Fixture): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-fixture-'));
  try {
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    const { results } = await runSuite(loadSuite('authcheck.test.yaml', { cwd: folder }));
    const [result] = results;
    if (result === undefined) throw new Error('there is one test');
    expect(results).toHaveLength(1);
    expect(result.differences).toEqual([]);
    return result.verdict;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const stepsOf = ({ steps }: Verdict): unknown => steps.map(({ name, status, code }) => [name, status, code]);

function textOf({ files }: Fixture, name: string): string {
  return files.find((file) => file.name === name)?.text ?? '';
}

function decoded(fixture: Fixture, part: 0 | 1): unknown {
  const [header = '', claims = ''] = textOf(fixture, 'token.jwt').split('.');
  return JSON.parse(Buffer.from(part === 0 ? header : claims, 'base64url').toString());
}

/** Everything that a reader of the files can read, decoded. */
function allText(fixture: Fixture): string {
  const token = textOf(fixture, 'token.jwt') === '' ? '' : JSON.stringify([decoded(fixture, 0), decoded(fixture, 1)]);
  return fixture.files.map(({ text }) => text).join('\n') + token;
}

/** Without the numbers of keys and the tokens (which are there decoded too): any word may stand in them by chance. */
function withoutChance(text: string): string {
  return text.replace(/"(?:n|x|y|k)": ?"[\w-]+"/g, '').replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '');
}

async function check(question: Question, code: string | null): Promise<Fixture> {
  const { verdict, token, make } = await ask(question);
  expect(verdict.reason?.code ?? null).toBe(code);
  const fixture = await make();
  const again = await runFiles(fixture);
  expect(again.outcome).toBe(verdict.outcome);
  expect(again.reason?.code ?? null).toBe(code);
  expect(stepsOf(again)).toEqual(stepsOf(verdict));
  expect(withoutChance(allText(fixture))).not.toMatch(PERSONAL);
  for (const part of token.split('.').filter((one) => one.length > 40)) expect(allText(fixture)).not.toContain(part);
  const { x, n } = (question.key ?? es256).jwk as { x?: string; n?: string };
  expect(allText(fixture)).not.toContain(x ?? n);
  return fixture;
}

describe('a fixture of a JWT', () => {
  it('says of other people what the original said', async () => {
    const fixture = await check({}, null);
    expect(decoded(fixture, 0)).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'key-1' });
    expect(decoded(fixture, 1)).toEqual({
      iss: 'https://host-1.example.com/path-1/path-2',
      aud: ['audience-1', 'audience-2'],
      sub: 'user-1',
      email: 'user-1@example.com',
      name: 'name-1 name-2',
      groups: ['group-1', 'group-2'],
      realm_access: { roles: ['group-2', 'role-1'] },
      'https://host-2.example.com/dept': 'value-1',
      iat: CLAIMS.iat,
      exp: CLAIMS.exp,
    });
    expect(textOf(fixture, 'config.yaml')).toBe(`provider_config:
  type: oauth2_token
  issuer: https://host-1.example.com/path-1/path-2
  audience: audience-1
  jwks:
    uri: https://issuer.example.com/jwks
  claims_mapping:
    groups: teams
    realm_access.roles: roles
    https://host-2.example.com/dept: projects
`);
    expect(fixture.verdict.attributes).toEqual({
      teams: ['group-1', 'group-2'],
      roles: ['group-2', 'role-1'],
      projects: ['value-1'],
    });
    const expected =
      'expect:\n      outcome: accepted\n      reason: null\n      principal: user-1\n      attributes:\n';
    expect(textOf(fixture, 'authcheck.test.yaml')).toContain(expected);
    expect(fixture.stayed).toEqual(['iat', 'exp']);
    expect(fixture.replaced).toContain('header.kid');
    expect(fixture.replaced).not.toContain('exp');
  });

  it.each<[string, Question, string | null]>([
    ['expired', { claims: { ...CLAIMS, exp: seconds - 1 } }, 'token_expired'],
    ['without an end', { claims: { ...CLAIMS, exp: undefined } }, null],
    ['not valid yet', { claims: { ...CLAIMS, nbf: seconds + 60 } }, 'token_not_yet_valid'],
    ['issued in the future', { claims: { ...CLAIMS, iat: seconds + 60 } }, null],
    ['for somebody else', { claims: { ...CLAIMS, aud: 'acme-other-api' } }, 'audience_mismatch'],
    ['for nobody', { claims: { ...CLAIMS, aud: undefined } }, 'audience_missing'],
    ['from somebody else', { claims: { ...CLAIMS, iss: 'https://acme.example' } }, 'issuer_mismatch'],
    ['from almost the issuer', { claims: { ...CLAIMS, iss: `${CONFIG.issuer}/` } }, 'issuer_mismatch'],
    ['from an issuer in capitals', { claims: { ...CLAIMS, iss: CONFIG.issuer.toUpperCase() } }, 'issuer_mismatch'],
    ['with a time that is a string', { claims: { ...CLAIMS, exp: '1800000000' } }, 'claim_invalid'],
    ['about nobody', { claims: { ...CLAIMS, sub: undefined } }, 'claim_missing'],
    ['about somebody blank', { claims: { ...CLAIMS, sub: ' \u200b' } }, 'claim_invalid'],
    ['about somebody with a control character', { claims: { ...CLAIMS, sub: 'alice\u0007smith' } }, 'claim_invalid'],
    ['about a number', { claims: { ...CLAIMS, sub: 4711 } }, 'claim_invalid'],
    [
      'without attributes',
      { claims: { ...CLAIMS, groups: 7, realm_access: null, 'https://acme.example/dept': {} } },
      null,
    ],
    ['with the signature of another key', { published: [newKey('ES256', 'acme-key').jwk] }, 'signature_invalid'],
    ['with a key that is not published', { published: [other.jwk] }, 'key_not_found'],
    ['with no keys at all', { published: [] }, 'key_not_found'],
    ['without a key id', { header: { kid: undefined } }, 'key_id_missing'],
    ['with a key id that is a number', { header: { kid: 4711 } }, 'header_invalid'],
    ['that is not signed', { header: { alg: 'none' } }, 'algorithm_not_allowed'],
    ['of an algorithm that nobody knows', { header: { alg: 'ES256K' } }, 'algorithm_not_allowed'],
    [
      'of an algorithm that the config refuses',
      { config: { ...CONFIG, algorithms: ['RS256'] } },
      'algorithm_not_allowed',
    ],
    ['that is symmetric', { header: { alg: 'HS256' } }, 'symmetric_key_refused'],
    ['of another type', { header: { typ: 'logout+jwt' } }, 'header_invalid'],
    ['of a type that is no text', { header: { typ: { acme: 'alice' } } }, 'header_invalid'],
    ['that demands extensions', { header: { crit: ['exp'] } }, 'critical_header_unsupported'],
    [
      'with a header full of keys',
      { header: { jku: 'https://acme.example/keys', x5c: ['acme'], jwk: es256.jwk } },
      null,
    ],
    ['with a key of another kind', { header: { alg: 'RS256' } }, 'key_mismatch'],
    ['with a key for encryption', { published: [{ ...es256.jwk, use: 'enc' }] }, 'key_mismatch'],
    ['with a key for another algorithm', { key: rs256, published: [{ ...rs256.jwk, alg: 'RS512' }] }, 'key_mismatch'],
    ['with a key that is none', { published: [{ kid: 'acme-key', kty: 'EC', crv: 'secp256k1' }] }, 'key_mismatch'],
    ['with a key off its curve', { published: [{ ...es256.jwk, y: es256.jwk.x }] }, 'key_mismatch'],
    ['with a key that is too short', { key: newKey('RS256', 'acme-key', 1024) }, 'key_too_weak'],
    ['with a key that anybody has', { key: rs256, published: [{ ...rs256.jwk, e: 'AQ' }] }, 'key_too_weak'],
    [
      'with a point of small order for a key',
      {
        key: newKey('EdDSA', 'acme-key'),
        published: [{ kty: 'OKP', crv: 'Ed25519', kid: 'acme-key', x: Buffer.alloc(32).toString('base64url') }],
      },
      'key_too_weak',
    ],
    ['with a key for other operations', { published: [{ ...es256.jwk, key_ops: ['sign'] }] }, 'key_mismatch'],
    ['with two keys of one id', { published: [newKey('ES256', 'acme-key').jwk, es256.jwk] }, null],
    [
      'for the server’s own audience',
      { config: { ...CONFIG, audience: undefined }, claims: { ...CLAIMS, aud: 'llama-stack' } },
      null,
    ],
    ['with the server’s own mapping', { config: { ...CONFIG, claims_mapping: undefined } }, null],
    ['without an issuer to compare', { config: { ...CONFIG, issuer: null } }, null],
    [
      'with a tolerance',
      { config: { ...CONFIG, clock_tolerance: 60 }, claims: { ...CLAIMS, exp: seconds - 30 } },
      null,
    ],
    ['with a large number', { claims: { ...CLAIMS, iat: 1e300 } }, null],
  ])('is %s', async (_, question, code) => {
    await check(question, code);
  });

  it.each(['RS256', 'PS384', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])('is of the algorithm %s', async (alg) => {
    const fixture = await check({ key: newKey(alg, 'acme-key') }, null);
    expect(decoded(fixture, 0)).toMatchObject({ alg });
  });

  it('is signed by a secret of its own where the config allows it', async () => {
    const k = encode('acme-secret-acme-secret-acme-secret-acme');
    const { createSigner } = await import('../src/protocol/sign.js');
    const { readKey } = await import('../src/protocol/keys.js');
    const signer = await createSigner({ key: readKey({ kty: 'oct', k, kid: 'acme-key', alg: 'HS256' }) });
    const config = { ...CONFIG, jwks: { ...CONFIG.jwks, allow_symmetric_keys: true } };
    const fixture = await check({ config, token: await signer.sign(CLAIMS), published: [signer.jwk] }, null);
    expect(allText(fixture)).not.toContain(k);
  });

  it('keeps the claims that are named', async () => {
    const { make } = await ask({ keep: ['groups', 'realm_access.roles'] });
    const fixture = await make();
    expect(decoded(fixture, 1)).toMatchObject({
      groups: CLAIMS.groups,
      realm_access: CLAIMS.realm_access,
      sub: 'user-1',
    });
    expect(fixture.stayed).toEqual(['groups', 'realm_access', 'iat', 'exp']);
    await runFiles(fixture);
  });

  it('says of a claim that stays that it does, whatever claim begins with its name', async () => {
    const { make } = await ask({ claims: { ...CLAIMS, group: 'open' }, keep: ['group'] });
    const { stayed, replaced } = await make();
    expect(stayed).toContain('group');
    expect(replaced).toContain('groups');
  });

  it('takes the policies along, about the same people under other names', async () => {
    const policies = {
      access_policy: [
        { permit: { actions: 'read', principal: 'alice.smith', resource: 'model::*' }, description: 'Alice of Acme' },
        { forbid: { actions: ['delete'] }, unless: ['user with acme-admins in roles', 'user is owner'] },
      ],
      route_policy: [{ permit: { paths: '/v1/*' }, when: 'user with acme-ml not in teams' }],
    };
    const fixture = await check({ policies }, null);
    const [, rules = ''] = textOf(fixture, 'config.yaml').split(/^(?=access_policy)/m);
    expect(rules).toBe(`access_policy:
  - permit:
      actions: read
      principal: user-1
      resource: model::*
  - forbid:
      actions:
        - delete
    unless:
      - user with group-2 in roles
      - user is owner
route_policy:
  - permit:
      paths: /v1/*
    when: user with group-1 not in teams
`);
  });

  it('is the same for the same token, but for its keys', async () => {
    const { make } = await ask({});
    const [one, two] = [await make(), await make()];
    for (const name of ['config.yaml', 'authcheck.test.yaml']) expect(textOf(one, name)).toBe(textOf(two, name));
    expect(decoded(one, 1)).toEqual(decoded(two, 1));
    expect(textOf(one, 'jwks.json')).not.toBe(textOf(two, 'jwks.json'));
  });

  it('holds nothing of a number that no double holds', async () => {
    const digits = '123456789'.repeat(40);
    const claims = encode(CLAIMS);
    const payload = Buffer.from(`{"ssn":${digits},${Buffer.from(claims, 'base64url').toString().slice(1)}`);
    const input = `${encode({ alg: 'ES256', typ: 'JWT', kid: es256.kid })}.${payload.toString('base64url')}`;
    const token = `${input}.${signWith(es256.privateKey, 'ES256', input).toString('base64url')}`;
    const fixture = await check({ token }, null);
    expect(allText(fixture)).not.toContain('123456789123456789');
  });

  it.each([
    ['typ', 'acme-typ+jwt', 'header_invalid'],
    ['alg', 'acme-alg', 'algorithm_not_allowed'],
    ['alg', 'EdAcme', 'algorithm_not_allowed'],
    ['crit', ['https://acme.example/crit'], 'critical_header_unsupported'],
  ])('holds nothing of a header whose %s somebody made up', async (name, value, code) => {
    const head = { alg: 'ES256', typ: 'JWT', kid: es256.kid, [name]: value };
    const token = compact(head, CLAIMS, (input) => signWith(es256.privateKey, 'ES256', input));
    const fixture = await check({ token }, code);
    expect(allText(fixture)).not.toMatch(/acme/i);
    expect(fixture.replaced).toContain(`header.${name}`);
  });

  it('holds nothing of any claims', async () => {
    const word = fc.string({ unit: fc.constantFrom(...'qxzjkQXZJK@./:'), minLength: 6, maxLength: 12 });
    const value = fc.oneof(word, fc.array(word, { maxLength: 3 }), fc.dictionary(word, word, { maxKeys: 2 }));
    const claims = fc.record({ sub: word, email: word, groups: fc.array(word), realm: value, more: value });
    await fc.assert(
      fc.asyncProperty(claims, async (own) => {
        const { make } = await ask({ claims: { ...CLAIMS, ...own } });
        const text = withoutChance(allText(await make()));
        const strings = JSON.stringify(Object.values(own)).match(/[qxzjkQXZJK]{4,}/g) ?? [];
        // A name that holds no value stays, and so may what is in it.
        const names = JSON.stringify(
          Object.values(own).map((one) => (typeof one === 'object' ? Object.keys(one) : [])),
        );
        for (const one of strings) if (!names.includes(one)) expect(text).not.toContain(one);
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, string, RegExp]>([
    ['opaque', 'acme-opaque', /^the token cannot be read/],
    ['cut off', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhb', /^the token cannot be read/],
    ['encrypted', `${encode({ alg: 'dir', enc: 'A256GCM' })}.a.b.c.d`, /^the token cannot be read/],
    ['badly signed', `${encode({ alg: 'ES256', kid: 'k' })}.${encode(CLAIMS)}.a+b`, /^the token cannot be read/],
  ])('is refused of a token that is %s', async (_, token, message) => {
    const { make } = await ask({ token });
    await expect(make()).rejects.toThrow(AuthcheckError);
    await expect(make()).rejects.toMatchObject({
      code: 'fixture_refused',
      message: expect.stringMatching(message) as string,
    });
    await expect(make()).rejects.not.toThrow(PERSONAL);
  });

  it('is refused where the fault would be lost, or the key set is missing', async () => {
    const long = await ask({ claims: { ...CLAIMS, sub: 'x'.repeat(5000) } });
    await expect(long.make()).rejects.toMatchObject({
      code: 'fixture_refused',
      message: 'this verdict cannot be reproduced offline: the step subject would be "passed" rather than "failed"',
    });
    const { verdict, token } = await ask({});
    const { providers, ...policies } = parseAuthConfig(CONFIG);
    const [provider] = providers;
    if (provider === undefined) throw new Error('there is one provider');
    const reason = { code: 'endpoint_timeout', message: 'nobody answered', fix: '' } as const;
    const nobody = { principal: null, attributes: {}, server: UNAVAILABLE };
    const undecided: Verdict = { ...verdict, ...nobody, outcome: 'undecided', reason };
    const made = makeFixture({ token, verdict: undecided, now: NOW, provider, policies, keySet: null });
    await expect(made).rejects.toThrow('this verdict cannot be reproduced offline: nobody answered');
  });
});

describe('a fixture of what a provider answered', () => {
  const answers = (kind: AnswerKind, answer: object): HttpClient => answerAsWritten(kind, { ...answer });
  const introspection = {
    type: 'oauth2_token',
    issuer: CONFIG.issuer,
    audience: 'acme-api',
    introspection: { url: 'https://acme.okta.example/introspect', client_id: 'acme-client', client_secret: 'hush' },
  };
  const answer = { active: true, ...CLAIMS, aud: 'acme-api', client_id: 'acme-client', token_type: 'Bearer' };
  const github = { type: 'github_token' };
  const custom = { type: 'custom', endpoint: 'https://acme.example/auth' };
  const kubernetes = { type: 'kubernetes', api_server_url: 'https://k8s.acme.example' };
  const opaque = 'acme-opaque-token';

  it.each<[string, object, HttpClient, string | null]>([
    ['introspection: active', introspection, answers('introspection', answer), null],
    ...['\u007f', '\u0085', '\u2028', '\ufffe'].map((odd): [string, object, HttpClient, null] => [
      `introspection: with ${JSON.stringify(encodeURIComponent(odd))}`,
      introspection,
      answers('introspection', { ...answer, name: `alice${odd}smith`, [`x${odd}`]: odd }),
      null,
    ]),
    ['introspection: inactive', introspection, answers('introspection', { active: false }), 'token_inactive'],
    [
      'introspection: expired',
      introspection,
      answers('introspection', { ...answer, exp: seconds - 9 }),
      'token_expired',
    ],
    [
      'introspection: for another',
      introspection,
      answers('introspection', { ...answer, aud: 'acme' }),
      'audience_mismatch',
    ],
    [
      'introspection: no one',
      introspection,
      answers('introspection', { active: true, client_id: 'acme' }),
      'claim_missing',
    ],
    ['introspection: refused', introspection, answers('introspection', { status: 401 }), 'client_credentials_rejected'],
    ['introspection: broken', introspection, answers('introspection', { status: 500 }), 'endpoint_error'],
    ['introspection: senseless', introspection, answers('introspection', { acme: 1 }), 'endpoint_invalid_response'],
    [
      'introspection: silent',
      introspection,
      answers('introspection', { failure: 'endpoint_timeout' }),
      'endpoint_timeout',
    ],
    ['github', github, answers('github', { user: { login: 'alice', id: 4711 }, orgs: [{ login: 'acme' }] }), null],
    [
      'github: no organizations',
      github,
      answers('github', { user: { login: 'alice', id: 1 }, orgs: { status: 403 } }),
      null,
    ],
    ['github: unknown', github, answers('github', { status: 401 }), 'token_refused'],
    ['custom', custom, answers('custom', { principal: 'alice', attributes: { roles: ['acme'], acme: ['x'] } }), null],
    ['custom: nobody', custom, answers('custom', { principal: 'alice' }), null],
    ['custom: refused', custom, answers('custom', { status: 401, body: { message: 'alice?' } }), 'token_refused'],
    [
      'kubernetes',
      kubernetes,
      answers('kubernetes', { username: 'system:serviceaccount:acme:alice', groups: ['acme:x'] }),
      null,
    ],
    ['kubernetes: refused', kubernetes, answers('kubernetes', { status: 403 }), 'token_refused'],
    ['kubernetes: unnamed', kubernetes, answers('kubernetes', { groups: ['acme'] }), 'endpoint_invalid_response'],
  ])('%s', async (_, config, http, code) => {
    const fixture = await check({ config, http, token: opaque }, code);
    expect(fixture.files.map(({ name }) => name)).toEqual(['config.yaml', 'authcheck.test.yaml']);
  });

  it('has the client secret in a variable, with a placeholder', async () => {
    const fixture = await check({ config: introspection, http: answers('introspection', answer), token: opaque }, null);
    expect(textOf(fixture, 'config.yaml')).toContain('client_secret: ${env.CLIENT_SECRET}');
    expect(textOf(fixture, 'authcheck.test.yaml')).toContain('CLIENT_SECRET: placeholder');
  });

  it('has a token that looks as doubtful as the original', async () => {
    const http = answers('github', { user: { login: 'alice', id: 1 }, orgs: [] });
    const fixture = await check({ config: github, http, token: `ghp_${'a'.repeat(36)}` }, null);
    expect(textOf(fixture, 'authcheck.test.yaml')).toContain('token: ghp_0000');
  });

  it('is refused where nothing was asked, and where the answer cannot be told again', async () => {
    const upstream = { type: 'upstream_header', principal_header: 'x-user' };
    const { make } = await ask({ config: upstream, token: opaque });
    await expect(make()).rejects.toThrow('the provider default looks at no token: there is nothing to share');
    let count = 0;
    const picky: HttpClient = {
      send: (request) => answers('introspection', (count += 1) % 2 === 1 ? { status: 401 } : answer).send(request),
      close: () => Promise.resolve(),
    };
    const raw = { ...introspection, introspection: { ...introspection.introspection, client_secret: 'a+b' } };
    await expect((await ask({ config: raw, http: picky, token: opaque })).make()).rejects.toThrow(
      'this verdict cannot be reproduced offline: the step request would be "passed" rather than "warned"',
    );
  });
});
