// Every adapter over a provider whose server breaks: 503 and nothing else, to the client and in the log.
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  createAuthenticator,
  createProviderClient,
  parseAuthConfig,
  type AuthConfig,
  type Authenticator,
  type HttpClient,
} from '../../src/index.js';
import { makeCertificates, type Certificates } from '../certificates.js';
import { FAULTS, whole } from '../fault-server.js';
import { serve } from '../loopback.js';
import { SECRETS, WAYS } from '../providers/ways.js';
import { FRAMEWORKS } from './frameworks.js';

/** The one that sends both the token and secrets of the server. */
const WAY = WAYS.introspection!;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

interface Guarded {
  readonly authenticator: Authenticator;
  readonly log: readonly string[];
}

function guard(origin: string, waits: boolean): Guarded {
  const log: string[] = [];
  const hear = (details: object, message: string): void => void log.push(message + JSON.stringify(details));
  const config = parseAuthConfig(WAY.config(origin, certificates.caFile));
  const authenticator = createAuthenticator(config, {
    http: openClient(config, waits),
    logger: { info: hear, warn: hear, error: hear },
  });
  onTestFinished(() => authenticator.close());
  return { authenticator, log };
}

/** Of a server that hangs, it has enough after a moment. */
function openClient({ providers: [first] }: AuthConfig, waits: boolean): HttpClient {
  const client = createProviderClient(first!);
  return { ...client, send: (request) => client.send(waits ? { ...request, timeout: 250 } : request) };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What each framework answers, all of them asked at a time. */
async function askAll(authenticator: Authenticator): Promise<Readonly<Record<string, Reply>>> {
  const ask = async ([name, start]: (typeof FRAMES)[number]): Promise<[string, Reply]> => {
    const response = await fetch(`${await start(authenticator)}/who?access=${WAY.token}`, {
      headers: { authorization: `Bearer ${WAY.token}`, 'x-request-id': WAY.token, connection: 'close' },
    });
    const headers = Object.fromEntries(response.headers);
    return [name, { status: response.status, headers, body: await response.text() }];
  };
  return Object.fromEntries(await Promise.all(FRAMES.map(ask)));
}

const FRAMES = Object.entries(FRAMEWORKS);

test('a server without a fault: every adapter lets the request through', async () => {
  const { origin } = await serve(whole(WAY.good));
  const replies = await askAll(guard(origin, false).authenticator);
  expect(Object.values(replies).map(({ status }) => status)).toEqual(FRAMES.map(() => 200));
});

test.each(Object.entries(FAULTS))('a server that %s', async (_name, fault) => {
  const server = await fault.start(WAY.good, certificates);
  const { authenticator, log } = guard(server.origin, fault.waits);
  const replies = await askAll(authenticator);
  for (const [name] of FRAMES) {
    const reply = replies[name]!;
    expect(reply, name).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } });
    expect(reply.headers, name).not.toHaveProperty('www-authenticate');
    expect(JSON.parse(reply.body), name).toEqual({ error: { message: 'Authentication service unavailable' } });
  }
  expect(log).toHaveLength(FRAMES.length);
  const code = fault.code === 'content' ? WAY.content : fault.code;
  for (const line of log) expect(line).toContain(`"reason":"${code}"`);
  expect(server.elsewhere).toEqual([]);
  const said = JSON.stringify([replies, log]).toLowerCase();
  for (const secret of SECRETS) expect(said).not.toContain(secret.toLowerCase());
});
