import { describe, expect, it } from 'vitest';
import { createSigner, readSuite, runSuite } from '../../src/index.js';
import { serve } from '../loopback.js';
import { CONFIG, runText } from './suite.js';

async function verdictOf(text: string): Promise<unknown> {
  const [result] = await runText(text);
  const { outcome, reason, principal, attributes } = result?.verdict ?? {};
  return { outcome, reason: reason?.code ?? null, principal, attributes };
}

const accepted = (principal: string, attributes: object): object => ({
  outcome: 'accepted',
  reason: null,
  principal,
  attributes,
});

const refused = (reason: string, outcome = 'rejected'): object => ({
  outcome,
  reason,
  principal: null,
  attributes: {},
});

describe('claims', () => {
  const judge = (rest: string, config = CONFIG): Promise<unknown> =>
    verdictOf(`${config}tests: [{name: a, ${rest}, expect: {outcome: accepted}}]`);

  it('are signed, and completed with what the config wants', async () => {
    expect(await judge('claims: {sub: alice}')).toEqual(accepted('alice', { roles: ['alice'] }));
  });

  it('are taken as they are written', async () => {
    expect(await judge('claims: {sub: alice, iss: https://other.example}')).toEqual(refused('issuer_mismatch'));
    expect(await judge('claims: {sub: alice, aud: null}')).toEqual(refused('audience_missing'));
    expect(await judge('claims: {sub: alice, exp: 1}')).toEqual(refused('token_expired'));
    expect(await judge('claims: {sub: on, groups: [2026-01-01, yes]}')).toEqual(
      accepted('on', { roles: ['on'], teams: ['2026-01-01', 'yes'] }),
    );
    expect(await judge('claims: {sub: alice, groups: {constructor: 1}}')).toMatchObject({ outcome: 'accepted' });
  });

  it('have headers without what is null: neither what the signer would write', async () => {
    expect(await judge('claims: {sub: alice}, header: {kid: null}')).toEqual(refused('key_id_missing'));
    expect(await judge('claims: {sub: alice}, header: {typ: null}')).toMatchObject({ outcome: 'accepted' });
  });

  it('are judged at the time of the file, or of the test', async () => {
    const at = (now: string, own = ''): Promise<unknown> =>
      judge(`claims: {sub: alice, exp: 1767225600}${own}`, `now: ${now}\n${CONFIG}`);
    expect(await at('2025-12-31T23:59:59Z')).toMatchObject({ outcome: 'accepted' });
    expect(await at('2026-01-01T00:00:00Z')).toEqual(refused('token_expired'));
    expect(await at('1767225599')).toMatchObject({ outcome: 'accepted' });
    expect(await at('2025-12-31T23:59:59Z', ', now: 1767225600')).toEqual(refused('token_expired'));
  });

  it('may have a header and an algorithm of their own', async () => {
    expect(await judge('claims: {sub: alice}, header: {typ: id+jwt}')).toEqual(refused('header_invalid'));
    expect(await judge('claims: {sub: alice}, header: {alg: none}')).toEqual(refused('algorithm_not_allowed'));
    expect(await judge('claims: {sub: alice}, header: {kid: other}')).toEqual(refused('key_not_found'));
    expect(await judge('claims: {sub: alice}, algorithm: PS256')).toMatchObject({ outcome: 'accepted' });
    const only = CONFIG.replace('audience', 'algorithms: [RS512]\n  audience');
    expect(await judge('claims: {sub: alice}', only)).toMatchObject({ outcome: 'accepted' });
    expect(await judge('claims: {sub: alice}, algorithm: ES256', only)).toEqual(refused('algorithm_not_allowed'));
  });
});

describe('tokens', () => {
  it('are checked with the key set of the file', async () => {
    const signer = await createSigner({ algorithm: 'ES256', kid: 'k' });
    const other = await createSigner({ algorithm: 'ES256', kid: 'k' });
    const claims = { sub: 'alice', iss: 'https://idp.example', aud: 'api', exp: 2_000_000_000 };
    const judge = async (token: string): Promise<unknown> =>
      verdictOf(`now: 1900000000
${CONFIG}jwks: {keys: [${JSON.stringify(signer.jwk)}]}
tests: [{name: a, token: ${token}, expect: {outcome: accepted}}]`);
    expect(await judge(await signer.sign(claims))).toEqual(accepted('alice', { roles: ['alice'] }));
    expect(await judge(await other.sign(claims))).toEqual(refused('signature_invalid'));
    const signed = 'tests: [{name: a, claims: {sub: alice}, expect: {outcome: accepted}}]';
    expect(await verdictOf(`${CONFIG}jwks: {keys: [${JSON.stringify(signer.jwk)}]}\n${signed}`)).toEqual(
      accepted('alice', { roles: ['alice'] }),
    );
  });
});

describe('answers', () => {
  const judge = (type: string, answer: string): Promise<unknown> =>
    verdictOf(`config: {${type}}\ntests: [{name: a, ${answer}, expect: {outcome: accepted}}]`);
  const asks = 'type: oauth2_token, introspection: {url: https://idp.example/i, client_id: c, client_secret: s}';

  it('of an introspection endpoint', async () => {
    expect(await judge(asks, 'introspection: {active: true, sub: alice, groups: [ml]}')).toEqual(
      accepted('alice', { roles: ['alice'], teams: ['ml'] }),
    );
    expect(await judge(asks, 'introspection: {active: false}')).toEqual(refused('token_inactive'));
    expect(await judge(asks, 'introspection: {status: 401}')).toEqual(
      refused('client_credentials_rejected', 'undecided'),
    );
    expect(await judge(asks, 'introspection: {failure: endpoint_timeout}')).toEqual(
      refused('endpoint_timeout', 'undecided'),
    );
  });

  it('of GitHub', async () => {
    const type = 'type: github_token';
    const user = 'user: {login: alice, id: 1}';
    expect(await judge(type, `github: {${user}, orgs: [{login: acme}]}`)).toEqual(
      accepted('alice', { roles: ['alice'], teams: ['acme'] }),
    );
    expect(await judge(type, `github: {${user}, orgs: {status: 403, body: {}}}`)).toEqual(
      accepted('alice', { roles: ['alice'], teams: [] }),
    );
    expect(await judge(type, 'github: {status: 401}')).toEqual(refused('token_refused'));
    expect(await judge(type, 'github: {user: {status: 401}, orgs: []}')).toEqual(refused('token_refused'));
    expect(await judge(type, `github: {${user}, orgs: {status: 500}}`)).toEqual(refused('endpoint_error', 'undecided'));
    const orgs = Array.from({ length: 100 }, (_, index) => `{login: o${index}}`).join();
    // A full page, and no second one.
    const [full] = await runText(
      `config: {${type}}\ntests: [{name: a, github: {${user}, orgs: [${orgs}]}, expect: {steps: {organizations: passed}}}]`,
    );
    expect(full?.differences).toEqual([]);
  });

  it('of a custom endpoint', async () => {
    const type = 'type: custom, endpoint: https://auth.example/';
    expect(await judge(type, 'custom: {principal: alice, attributes: {roles: [a]}, status: 7, more: 1}')).toEqual(
      accepted('alice', { roles: ['a'] }),
    );
    expect(await judge(type, 'custom: {principal: alice, failure: none}')).toMatchObject({ outcome: 'accepted' });
    expect(await judge(type, 'custom: {status: 403, body: {message: no}}')).toEqual(refused('token_refused'));
    expect(await judge(type, 'custom: {status: 200, body: not JSON}')).toEqual(
      refused('endpoint_invalid_response', 'undecided'),
    );
  });

  it('of an endpoint that says more in its headers', async () => {
    const limited = '{status: 403, headers: {X-RateLimit-Remaining: 0, X-RateLimit-Reset: "1900000000"}, body: {}}';
    expect(await judge('type: github_token', `github: ${limited}`)).toEqual(
      refused('endpoint_rate_limited', 'undecided'),
    );
    expect(await judge('type: github_token', 'github: {status: 403, headers: none}')).toEqual(refused('token_refused'));
    expect(await judge('type: github_token', 'github: {user: {login: alice, id: 1}}')).toEqual(
      accepted('alice', { roles: ['alice'], teams: [] }),
    );
    expect(await judge('type: github_token', 'github: {orgs: []}')).toEqual(
      refused('endpoint_invalid_response', 'undecided'),
    );
  });

  it('of Kubernetes', async () => {
    expect(await judge('type: kubernetes', 'kubernetes: {username: alice, groups: [ml]}')).toEqual(
      accepted('alice', { roles: ['alice', 'ml'] }),
    );
    expect(await judge('type: kubernetes', 'kubernetes: {status: 401}')).toEqual(refused('token_refused'));
  });

  it('of nobody: the headers of the request', async () => {
    const type = 'type: upstream_header, principal_header: x-user, attributes_header: x-groups';
    expect(await judge(type, `request: {headers: {X-User: alice, x-groups: '{"roles":["a"]}'}}`)).toEqual(
      accepted('alice', { roles: ['a'] }),
    );
    expect(await judge(type, 'request: {path: /}')).toEqual(refused('header_missing'));
    expect(await judge(type, 'request: {headers: {x-user: [alice, bob]}, params: {a: b, c: [d]}}')).toEqual(
      refused('claim_invalid'),
    );
  });

  it('are not needed for a request without a token', async () => {
    expect(await judge(asks, 'request: {path: /}')).toEqual(refused('header_missing'));
  });
});

it('runs the tests that are asked for, in the order of the file', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `test ${index}`);
  const tests = names.map((name) => `  - {name: ${name}, claims: {sub: a}, expect: {outcome: accepted}}\n`);
  const results = await runText(`${CONFIG}tests:\n${tests.join('')}`);
  expect(results.map(({ test }) => test.name)).toEqual(names);
  expect(new Set(results.map(({ differences }) => differences.length))).toEqual(new Set([0]));
});

it('asks the real provider where that is wanted, and no test answers for it', async () => {
  const config = 'config: {type: custom, endpoint: "http://127.0.0.1:1/"}';
  const text = `${config}\ntests: [{name: a, token: x, expect: {outcome: undecided}}, {name: b, token: x, custom: {principal: al}, expect: {outcome: accepted}}]`;
  const suite = readSuite(text, 'a.yaml', { cwd: '/', live: true });
  const { results } = await runSuite(suite, { live: true });
  expect(results.map(({ differences }) => differences)).toEqual([[], []]);
  expect(results[0]?.verdict.reason?.message).not.toContain('without --live nobody is asked');
  const { results: silent } = await runSuite(suite, { only: /^a$/ });
  expect(silent.map(({ verdict }) => verdict.reason?.message)).toEqual([
    expect.stringContaining('without --live nobody is asked'),
  ]);
});

it('needs nothing of the world where the file has the keys', async () => {
  const text = `${CONFIG}  tls_cafile: /none.pem\ntests: [{name: a, claims: {sub: alice}, expect: {outcome: accepted}}]`;
  const { results } = await runSuite(readSuite(text, 'a.yaml', { cwd: '/', live: true }), { live: true });
  expect(results.map(({ differences }) => differences)).toEqual([[]]);
});

it('adds no issuer to claims where the config names none', async () => {
  const text = `${CONFIG.replace('  issuer: https://idp.example\n', '')}tests: [{name: a, claims: {sub: alice}, expect: {outcome: accepted}}]`;
  const [result] = await runText(text);
  expect(result?.verdict.outcome).toBe('accepted');
  expect(Object.keys(result?.verdict.token.claims ?? {})).toEqual(['aud', 'iat', 'exp', 'sub']);
});

it('asks the real provider too where the file has keys for another', async () => {
  const server = await serve((_request, response) => response.end('{"principal": "alice"}'));
  const jwt = '{type: oauth2_token, jwks: {uri: https://idp.example/jwks}}';
  const config = `config: {providers: {jwt: ${jwt}, told: {type: custom, endpoint: "${server.origin}/"}}}`;
  const tests = '[{name: a, provider: told, token: x, expect: {principal: alice}}]';
  const suite = readSuite(`${config}\njwks: {keys: []}\ntests: ${tests}`, 'a.yaml', { cwd: '/', live: true });
  const { results } = await runSuite(suite, { live: true });
  expect(results.map(({ differences }) => differences)).toEqual([[]]);
  expect(server.requests).toHaveLength(1);
});

it('tells a real endpoint of the request as the test has it', async () => {
  const server = await serve((_request, response) => response.end('{"principal": "alice"}'));
  const request = '{path: /v1/x, headers: {X-Tenant: ml}, params: {a: b, c: [d, e]}}';
  const text = `config: {type: custom, endpoint: "${server.origin}/"}\ntests: [{name: a, token: x, request: ${request}, expect: {principal: alice}}]`;
  const { results } = await runSuite(readSuite(text, 'a.yaml', { cwd: '/', live: true }), { live: true });
  expect(results.map(({ differences }) => differences)).toEqual([[]]);
  expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
    api_key: 'x',
    request: { path: '/v1/x', headers: { 'x-tenant': 'ml' }, params: { a: ['b'], c: ['d', 'e'] } },
  });
});

it('asks the provider of the test, else that of the file, else that of the config', async () => {
  const provider = (name: string): string => `${name}: {type: upstream_header, principal_header: x-${name}}`;
  const config = `config: {default: a, providers: {${['a', 'b', 'c'].map(provider).join(', ')}}}\n`;
  const request = 'request: {headers: {x-a: al, x-b: bo, x-c: cy}}, expect: {outcome: accepted}';
  const principals = async (head: string): Promise<unknown> =>
    (await runText(`${config}${head}tests: [{name: x, ${request}}, {name: y, provider: c, ${request}}]`)).map(
      ({ verdict }) => verdict.principal,
    );
  expect(await principals('')).toEqual(['al', 'cy']);
  expect(await principals('provider: b\n')).toEqual(['bo', 'cy']);
});
