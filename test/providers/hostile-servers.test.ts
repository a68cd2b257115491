// Every provider against every way in which a server can break or lie: nobody is accepted, and no secret comes back.
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createAuthProvider,
  createProviderClient,
  parseAuthConfig,
  type AuthProvider,
  type Exchange,
  type HttpClient,
  type Verdict,
} from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { FAULTS, whole, type Fault } from '../fault-server.js';
import { json, serve } from '../loopback.js';
import { stepOf, summary } from './provide.js';
import { SECRETS, WAYS, type Way } from './ways.js';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

interface Asked {
  readonly said: readonly string[];
  readonly failed: readonly string[];
}

/** Both clients answer to the same tests: nobody may notice which of them made a request. */
describe.each([
  ['undici', false],
  ['Node’s own client', true],
])('over %s', (_client, oneShot) => {
  /** Makes the provider; of a server that hangs, it has enough after a moment. */
  function open(
    way: Way,
    origin: string,
    waits: boolean,
    exchanges: Exchange[],
    detour: (url: string) => string = (url) => url,
  ): AuthProvider {
    const [configured] = parseAuthConfig(way.config(origin, certificates.caFile)).providers;
    if (configured === undefined) return expect.unreachable('the config has no provider');
    const client = createProviderClient(configured, { onExchange: (exchange) => exchanges.push(exchange), oneShot });
    const http: HttpClient = {
      ...client,
      send: (request) => client.send({ ...request, url: detour(request.url), ...(waits ? { timeout: 250 } : {}) }),
    };
    const provider = createAuthProvider(configured, { http });
    onTestFinished(() => provider.close());
    return provider;
  }

  const token = ({ token: given }: Way): { readonly token: string } => ({ token: given });

  function failures({ steps }: Verdict): string[] {
    return steps.filter(({ status }) => status === 'failed').map(({ name, code }) => `${name}: ${code ?? ''}`);
  }

  test.each(Object.entries(WAYS))('%s accepts from a server without a fault', async (_name, way) => {
    const server = await serve(whole(way.good));
    expect(summary(await open(way, server.origin, false, []).authenticate(token(way)))).toBe('accepted');
    expect(server.requests.length).toBeGreaterThan(0);
  });

  describe('nobody is accepted, and it is said why, by a server that', () => {
    test.each(Object.entries(FAULTS))('%s', async (_name, fault) => {
      const exchanges: Exchange[] = [];
      const judge = async ([name, way]: [string, Way]): Promise<[string, Asked]> => [
        name,
        await askTwice(way, fault, exchanges),
      ];
      const asked = Object.fromEntries(await Promise.all(Object.entries(WAYS).map(judge)));
      const expected = Object.entries(WAYS).map(([name, { step, content }]) => {
        const code = fault.code === 'content' ? content : fault.code;
        return [name, { said: Array(2).fill(`undecided: ${code}`), failed: [`${step}: ${code}`] }];
      });
      expect(asked).toEqual(Object.fromEntries(expected));
      const said = JSON.stringify([asked, exchanges]);
      expect(exchanges.length).toBeGreaterThanOrEqual(Object.keys(WAYS).length);
      for (const secret of SECRETS) expect(said.toLowerCase()).not.toContain(secret.toLowerCase());
    });
  });

  /** One time-out is like another here. */
  const QUICK = Object.entries(FAULTS).filter(([name, { waits }]) => !waits || name === 'hangs after the headers');

  test.each(QUICK)('GitHub, for the organizations only: %s', async (_name, fault) => {
    const github = await serve(json({ login: 'octocat', id: 1 }));
    const broken = await fault.start({ status: 200, body: '[{"login":"admins"}]' }, certificates);
    const exchanges: Exchange[] = [];
    const detour = (url: string): string =>
      url.includes('/user/orgs') ? url.replace(github.origin, broken.origin) : url;
    const provider = open(WAYS.github_token!, github.origin, fault.waits, exchanges, detour);
    const verdict = await provider.authenticate({ token: WAYS.github_token!.token });
    const step = stepOf(verdict, 'organizations');
    // The corpus wants a connection that breaks to be a warning, and an error of the server to leave the question open.
    const isOpen = ['endpoint_error', 'endpoint_rate_limited'].includes(fault.code);
    expect([verdict.outcome, step.status]).toEqual(isOpen ? ['undecided', 'failed'] : ['accepted', 'warned']);
    expect(step.code).toBe(isOpen ? fault.code : 'organizations_unreadable');
    expect(verdict.attributes).toEqual(isOpen ? {} : { roles: ['octocat'], teams: [] });
    expect(broken.elsewhere).toEqual([]);
    const said = JSON.stringify([verdict, exchanges]);
    for (const secret of SECRETS) expect(said.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  /** Twice, because what a server sends unasked could be taken for the answer to the next question. */
  async function askTwice(way: Way, fault: Fault, exchanges: Exchange[]): Promise<Asked> {
    const server = await fault.start(way.good, certificates);
    const provider = open(way, server.origin, fault.waits, exchanges);
    const first = await provider.authenticate(token(way));
    const second = fault.waits ? first : await provider.authenticate(token(way));
    for (const { principal, attributes, server: answer } of [first, second]) {
      expect(principal).toBeNull();
      expect(attributes).toEqual({});
      expect(answer).toEqual({ status: 503, body: { error: { message: 'Authentication service unavailable' } } });
    }
    expect(server.elsewhere).toEqual([]);
    if (fault.code === 'endpoint_tls') expect(server.requests).toEqual([]);
    const said = JSON.stringify([first, second]);
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    return { said: [summary(first), summary(second)], failed: failures(first) };
  }
});
