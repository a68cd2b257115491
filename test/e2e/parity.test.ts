import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../certificates.js';
import { redirect, serve, type Answer, type Loopback } from '../loopback.js';
import { run, unwrap, type Ended } from './program.js';
import { CLIENT_SECRET, JWKS_TOKEN, OPAQUE, startWorld, type World } from './world.js';

let world: World;
let token: string;
beforeAll(async () => {
  world = await startWorld();
  token = await world.signer.sign(world.claims);
});
afterAll(() => world.close());

/** A server as the reference: it accepts this one token. */
function serverThatAccepts(accepted: string | null): Answer {
  return (request, response) => {
    const { authorization } = request.headers;
    if (authorization === `Bearer ${accepted ?? ''}`) response.writeHead(200).end('{"data":[]}');
    else
      refuse(
        response,
        authorization === undefined
          ? `Authentication required. Please provide a valid OAuth2 Bearer token from ${world.origin}`
          : 'Invalid JWT token',
      );
  };
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(JSON.stringify({ error: { message } }));
}

function parity(server: Loopback, given: string, ...more: string[]): Promise<Ended> {
  const args = ['parity', '--config', world.config, '--server', `${server.origin}/v1/models`, '--token', given];
  return run([...args, ...more]);
}

describe('authcheck parity', { timeout: 60_000 }, () => {
  it('says that a server agrees, and where the token went: exit 0', async () => {
    const server = await serve(serverThatAccepts(token));
    const { stdout, stderr, code } = await parity(server, token);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(unwrap(stdout)).toContain(
      `run.yaml · provider jwt (oauth2_token, jwks) · token sent to ${server.origin}/v1/models · keys from ${world.origin}/jwks`,
    );
    expect(stdout).toContain('✓ same  both accept the token');
    expect(stdout).toMatch(/✓ outcome +both +accepted/);
    expect(stdout).toMatch(/✓ without a token +both +rejected/);
    expect(stdout).toMatch(/✓ forged token +both +rejected/);
  });

  it('says what differs, and what usually explains it: exit 1', async () => {
    const server = await serve(serverThatAccepts(null));
    const { stdout, code } = await parity(server, token);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ different  the server refuses a token that this config accepts');
    expect(stdout).toMatch(/✗ outcome +config +accepted\n +server +rejected/);
    expect(stdout).toMatch(/✗ status +config +200\n +server +401/);
    expect(stdout).toMatch(/· message +config +–\n +server +Invalid JWT token/);
    expect(stdout).toContain('WWW-Authenticate: Bearer');
    expect(unwrap(stdout)).toContain('→ the server may run with another config, such as an older one');
  });

  it('says why the config refuses what the server accepts', async () => {
    const other = await world.signer.sign({ ...world.claims, aud: 'other' });
    const { stdout, code } = await parity(await serve(serverThatAccepts(other)), other);
    expect(code).toBe(1);
    expect(stdout).toContain('the server accepts a token that this config refuses');
    expect(unwrap(stdout)).toContain('rejected: The token was made for another audience. (audience_mismatch)');
    expect(unwrap(stdout)).toContain('→ the server may expect another audience');
  });

  it('names what differs where both refuse the token, or both accept it: exit 1', async () => {
    const expired = await world.signer.sign({ ...world.claims, exp: 1 });
    const other = await serve((_request, response) => refuse(response, 'no entry'));
    const refused = await parity(other, expired);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('✗ different  both refuse the token, but not all is the same: message\n');
    expect(refused.stdout).toMatch(/✗ message +config +Invalid JWT token\n +server +no entry\n/);
    const kin = await serve((request, response) => {
      if (request.headers.authorization === `Bearer ${token}`) response.end('{}');
      else refuse(response, 'Authentication required. Please provide a valid Bearer token from https://other');
    });
    const accepted = await parity(kin, token);
    expect(accepted.code).toBe(1);
    expect(unwrap(accepted.stdout)).toContain(
      '✗ different both accept the token, but not all is the same: message without a token',
    );
  });

  it('agrees that a token is refused: exit 0', async () => {
    const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(86)}`;
    const { stdout, code } = await parity(await serve(serverThatAccepts(null)), forged);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ same  both refuse the token\n');
    expect(stdout).toMatch(/✓ message +both +Invalid JWT token\n/);
  });

  it('says that a server lets everybody in: exit 1', async () => {
    const open = await serve((_request, response) => response.end('{}'));
    const { stdout, code } = await parity(open, token);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ different  the server lets everybody in here, with a token or without');
    expect(stdout).toMatch(/✗ without a token +config +rejected\n +server +accepted \(200\)/);
  });

  it('says that a server accepts what cannot be valid: exit 1', async () => {
    const gullible = await serve((request, response) => {
      if (request.headers.authorization === undefined) refuse(response, 'who are you?');
      else response.end('{}');
    });
    const { stdout, code } = await parity(gullible, token);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ different  the server accepts a token that cannot be valid');
    expect(stdout).toMatch(/✗ forged token +config +rejected\n +server +accepted \(200\)/);
  });

  it('says that nobody can say: exit 3', async () => {
    const dead = { ...(await serve(() => undefined)), origin: 'http://127.0.0.1:1' };
    const down = await parity(dead, token);
    expect(down.code).toBe(3);
    expect(unwrap(down.stdout)).toContain('? undecided the server did not say anything about the token');
    expect(unwrap(down.stdout)).toContain('the server could not be asked: the connection failed (ECONNREFUSED)');
    const target = await serve(serverThatAccepts(token));
    const moved = await parity(await serve(redirect(target.origin)), token, '--json');
    expect(moved.code).toBe(3);
    expect(JSON.parse(moved.stdout)).toMatchObject({ same: null, server: { status: 302, outcome: 'undecided' } });
    expect(target.requests).toHaveLength(0);
    const terse = await serve((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${token}` ? 200 : 401).end();
    });
    const undecided = await parity(terse, token, '--provider', 'down');
    expect(undecided.code).toBe(3);
    expect(undecided.stdout).toContain('endpoint_unreachable');
  });

  it('prints JSON with the same exit codes', async () => {
    const { stdout, code } = await parity(await serve(serverThatAccepts(token)), token, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      server: { status: 200, outcome: 'accepted', message: null, failure: null },
      without_token: { status: 401, outcome: 'rejected', www_authenticate: 'Bearer' },
      with_garbage: { status: 401, outcome: 'rejected', message: 'Invalid JWT token' },
      verdict: { outcome: 'accepted', principal: 'alice' },
      rows: [
        { name: 'outcome', ours: 'accepted', server: 'accepted', same: true },
        { name: 'status' },
        { name: 'message' },
        { name: 'without_token', same: true },
        { name: 'without_token_message', same: true },
        { name: 'with_garbage', same: true },
      ],
      same: true,
      hints: [expect.stringContaining('"Bearer"')],
    });
    expect((await parity(await serve(serverThatAccepts(null)), token, '--json')).code).toBe(1);
  });

  it('tells a custom endpoint of the request that the server gets', async () => {
    const server = await serve(serverThatAccepts(OPAQUE));
    const args = ['--provider', 'custom', '--request-header', 'X-Tenant: ml', '--verbose'];
    const { stderr } = await run([
      ...['parity', '--config', world.config, '--server', `${server.origin}/v1/models?page=2`, '--token', OPAQUE],
      ...args,
    ]);
    expect(server.requests[0]?.headers['x-tenant']).toBe('ml');
    expect(stderr).toContain('"request":{"path":"/v1/models","headers":{"x-tenant":"ml"},"params":{"page":["2"]}}');
    expect(stderr).toContain('> authorization: Bearer [redacted]');
    const flags = ['--request-path', '/other', '--request-param', 'a=b', '--request-param', 'c='];
    const told = await parity(server, OPAQUE, ...args, ...flags);
    expect(told.stderr).toContain('"request":{"path":"/other","headers":{"x-tenant":"ml"},"params":{"a":["b"]}}');
  });

  it('trusts the CA that is named, and only then', async () => {
    const { caFile, right } = await makeCertificates();
    const server = await serve(serverThatAccepts(token), right);
    expect((await parity(server, token, '--ca-file', caFile)).code).toBe(0);
    const relative = ['--config', world.config, '--token', token, '--ca-file', basename(caFile)];
    const named = await run(['parity', ...relative, '--server', server.origin], { cwd: dirname(caFile) });
    expect(named.code).toBe(0);
    const distrusted = await parity(server, token);
    expect(distrusted.code).toBe(3);
    expect(unwrap(distrusted.stdout)).toContain('→ --ca-file names the CA');
    expect((await parity(server, token, '--ca-file', '/nonexistent.pem')).code).toBe(2);
  });

  it('warns of what the answer does not say, and says which way nothing came back', async () => {
    const odd = readFileSync(world.config, 'utf8').replace('audience: api', 'audience: api\n    odd: 1');
    const given = ['--config', world.file('odd.yaml', odd), '--token', `"${token}"`];
    const { stdout, stderr, code } = await run(['parity', ...given, '--server', 'http://api.example/v1/models'], {
      env: { http_proxy: 'http://127.0.0.1:1' },
    });
    expect(code).toBe(3);
    expect(unwrap(stdout)).toContain(
      'no answer from http://api.example/v1/models through the proxy http://127.0.0.1:1',
    );
    for (const words of [
      'plain http: the token crosses the network in the clear',
      'odd is ignored by the server',
      'the token was given with quotes',
      'only the provider jwt was asked',
    ])
      expect(unwrap(stderr)).toContain(words);
  });

  it('says where the token went, and where it did not', async () => {
    const server = await serve(serverThatAccepts(OPAQUE));
    const ways = async (...args: string[]): Promise<string> => {
      const { stdout } = await run([...args, '--server', `${server.origin}/v1/models`], { cwd: world.folder });
      return unwrap(stdout);
    };
    const sent = `token sent to ${server.origin}/v1/models`;
    const introspection = ['parity', '--config', 'run.yaml', '--provider', 'introspection', '--token', OPAQUE];
    expect(await ways(...introspection)).toContain(`${sent} and to ${world.origin}/introspect`);
    const unasked = await ways('parity', '--config', 'run.yaml', '--provider', 'jwt', '--token', OPAQUE);
    expect(unasked).toContain(`${sent} · the provider was not asked`);
    const keys = world.file('keys.json', JSON.stringify({ keys: [world.signer.jwk] }));
    expect(await ways('parity', '--jwks', keys, '--audience', 'api', '--token', token)).toContain(
      `${sent} · keys from the file`,
    );
    const dead = await run([...introspection, '--server', 'http://127.0.0.1:1/x'], { cwd: world.folder });
    expect(unwrap(dead.stdout)).toContain(
      `no answer from http://127.0.0.1:1/x · token sent to ${world.origin}/introspect`,
    );
  });

  it('says which of the two was reached through a proxy', async () => {
    const proxy = await serve((_request, response) => response.end(JSON.stringify({ keys: [world.signer.jwk] })));
    const answer = serverThatAccepts(token);
    // The keys are there first.
    const server = await serve((request, response) => void setTimeout(() => answer(request, response), 300));
    const config = readFileSync(world.config, 'utf8').replace(`${world.origin}/jwks`, 'http://idp.example/jwks');
    const given = ['--config', world.file('proxied.yaml', config), '--token', token];
    const { stdout } = await run(['parity', ...given, '--server', `${server.origin}/v1/models`], {
      env: { http_proxy: proxy.origin, no_proxy: '127.0.0.1' },
    });
    expect(proxy.requests).toHaveLength(1);
    expect(unwrap(stdout)).toContain(
      `token sent to ${server.origin}/v1/models · keys from http://idp.example/jwks through the proxy ${proxy.origin}`,
    );
  });

  it('notes that a server may need a path, and what it would be', async () => {
    const server = await serve(serverThatAccepts(token));
    const { stderr, code } = await run([
      ...['parity', '--config', world.config, '--server', server.origin, '--token', token],
    ]);
    expect(code).toBe(0);
    expect(unwrap(stderr)).toContain(`such as ${server.origin}/v1/models`);
  });

  it('refuses what it cannot do: exit 2, and nothing is sent', async () => {
    const server = await serve(serverThatAccepts(token));
    const base = ['parity', '--config', world.config, '--token', token];
    const cases = [
      base,
      [...base, '--server', '127.0.0.1'],
      [...base, '--server', server.origin.replace('//', '//user:MARKED@')],
      [...base, '--server', server.origin, '--provider', 'proxy'],
      [...base, '--server', server.origin, '--request-header', 'authorization: Basic MARKED'],
      ['parity', '--config', world.config, '--token', 'two words', '--server', server.origin],
    ];
    for (const args of cases) {
      const { stdout, stderr, code } = await run(args);
      expect(code, stderr).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).not.toContain('MARKED');
    }
    expect(server.requests).toHaveLength(0);
  });

  it('shows nothing of the token, and nothing that a terminal would obey', async () => {
    const evil = await serve((request, response) => {
      const said = `${request.headers.authorization ?? ''} \u001b[2J\u202e\u0007`;
      response.setHeader('www-authenticate', `Bearer realm="${request.headers.authorization ?? ''}"`);
      response.writeHead(401).end(JSON.stringify({ error: { message: said } }));
    });
    for (const given of [token, OPAQUE]) {
      const provider = ['--provider', given === OPAQUE ? 'introspection' : 'jwt'];
      for (const more of [['--verbose'], ['--json'], ['--color']]) {
        const { stdout, stderr } = await parity(evil, given, ...provider, ...more);
        for (const secret of [given, CLIENT_SECRET, JWKS_TOKEN]) expect(stdout + stderr).not.toContain(secret);
        expect(stdout + stderr).not.toMatch(/\u001b\[2J|\u202e|\u0007/);
      }
    }
  });
});
