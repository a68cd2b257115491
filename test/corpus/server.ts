/** Runs the recorded cases: reads them, serves their answers on the loopback, and compares verdicts with what they expect. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'vitest';
import {
  ConfigError,
  createAuthProvider,
  parseAuthConfig,
  type AuthRequest,
  type Json,
  type ProviderOptions,
  type Verdict,
} from '../../src/index.js';
import { differs } from './differences.js';

/** How the recorded server answers one request. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly body_b64?: string;
  readonly mode?: 'close' | 'reset' | 'partial' | 'hang' | 'raw';
  readonly raw?: string;
}

/** Answers by the path (or path and query) that they are for; null for any. */
export type Responses = readonly (readonly [string | null, RecordedAnswer])[];

/** A case in which a provider judges a token. */
export interface ProviderCase {
  readonly id: string;
  readonly config?: unknown;
  readonly token: string | null;
  readonly now?: number;
  readonly jwks?: unknown;
  readonly responses?: Responses;
  readonly server?: 'refuse';
  readonly scope?: {
    readonly path?: string;
    readonly query_string?: string;
    readonly headers?: readonly (readonly [string, string])[];
  } | null;
  readonly expected: {
    readonly outcome: Verdict['outcome'];
    readonly binding: boolean;
    readonly hint: string | null;
    /** Why another answer is defensible too. */
    readonly debatable?: string;
    readonly principal?: string;
    readonly attributes?: Readonly<Record<string, readonly string[]>> | null;
  };
  readonly reference: { readonly head: { readonly status?: number; readonly message?: string } };
}

/** A file of the corpus. */
export interface Corpus<Case> {
  readonly cases: readonly Case[];
  readonly default_config?: unknown;
  readonly default_jwks?: unknown;
  readonly default_env?: Readonly<Record<string, string>>;
}

/** Reads one file of the corpus. */
export function readCorpus<Case>(name: string): Corpus<Case> {
  const corpus: Corpus<Case> = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
  return corpus;
}

/** What the core made of a case. */
export type Answer = Verdict | 'config_refused';

/** Lets the real provider judge a case against a server of its own. */
export async function runCase(
  { config, token, responses = [], server, scope }: ProviderCase,
  options: ProviderOptions = {},
): Promise<Answer> {
  const { base, close } = await serve(responses);
  if (server === 'refuse') await close();
  try {
    const [configured] = parseAuthConfig(JSON.parse(JSON.stringify(config).replaceAll('{BASE}', base))).providers;
    if (configured === undefined) throw new Error('the case configures no provider');
    const provider = createAuthProvider(configured, options);
    return await provider.authenticate(requestOf(token, scope)).finally(() => provider.close());
  } catch (error) {
    if (error instanceof ConfigError) return 'config_refused';
    throw error;
  } finally {
    if (server !== 'refuse') await close();
  }
}

/** What a case says about its answer, in the form of `conclusionOf`. */
function expectationOf({ expected }: ProviderCase): unknown {
  const { outcome, principal, attributes, hint, debatable } = expected;
  if (hint === 'config' || debatable === 'reject at config time') return 'config_refused';
  if (outcome !== 'accepted') return { outcome, principal: null, attributes: {} };
  if (principal === undefined) return { outcome, principal: expect.any(String), attributes: expect.any(Object) };
  return { outcome, principal, attributes: asSets(attributes ?? {}) };
}

/** The part of an answer that the corpus binds. */
function conclusionOf(answer: Answer): unknown {
  if (answer === 'config_refused') return answer;
  const { outcome, principal, attributes } = answer;
  return { outcome, principal, attributes: asSets(attributes) };
}

/** What Python's libraries say of a value that the server handed them unlooked at. */
const LEAKED = /^1 validation error|codec can't|Illegal header value/;

/** What the client is told where both refuse; null where the server says otherwise, or no request could carry that. */
function toldOf({ token, reference }: ProviderCase, answer: Answer): unknown {
  const { status, message = '' } = reference.head;
  const isBoth = answer !== 'config_refused' && answer.server.status === 401 && status === 401;
  const isSendable = token !== '' && token?.includes('\0') !== true;
  return !isBoth || !isSendable || LEAKED.test(message) ? null : { error: { message } };
}

/** Holds an answer against its case: a binding one must agree, unless authcheck differs on purpose. */
export function judgeCase(corpus: string, entry: ProviderCase, answer: Answer): void {
  const { binding, debatable } = entry.expected;
  const told = toldOf(entry, answer);
  if (told !== null) expect(answer).toMatchObject({ server: { status: 401, body: told } });
  if (!binding && debatable !== 'reject at config time') expect(answer).toMatchObject({ steps: expect.any(Array) });
  else if (differs(corpus, entry.id)) expect(conclusionOf(answer)).not.toEqual(expectationOf(entry));
  else expect(conclusionOf(answer)).toEqual(expectationOf(entry));
}

/** The values of each attribute without order and duplicates. */
export function asSets(
  attributes: Readonly<Record<string, readonly Json[]>>,
): Readonly<Record<string, readonly Json[]>> {
  return Object.fromEntries(
    Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, values]) => [name, [...new Set(values)].sort()]),
  );
}

function requestOf(token: string | null, scope: ProviderCase['scope']): AuthRequest {
  const query = new URLSearchParams(scope?.query_string ?? '');
  return {
    token,
    path: scope?.path ?? '',
    headers: scope?.headers ?? [],
    params: Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)])),
  };
}

async function serve(responses: Responses): Promise<{ readonly base: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response, find(responses, request.url ?? ''), base));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${portOf(server.address())}`;
  return {
    base,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function find(responses: Responses, target: string): RecordedAnswer {
  const [path] = target.split('?');
  const match = responses.find(([key]) => key === target) ?? responses.find(([key]) => key === null || key === path);
  return match?.[1] ?? { status: 404 };
}

function answer(request: IncomingMessage, response: ServerResponse, recorded: RecordedAnswer, base: string): void {
  const socket: Socket = request.socket;
  const body = Buffer.from(
    recorded.body_b64 ?? recorded.body ?? '',
    recorded.body_b64 === undefined ? 'utf8' : 'base64',
  );
  switch (recorded.mode) {
    case 'hang':
      return;
    case 'close':
      socket.destroy();
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'raw':
      socket.end((recorded.raw ?? '').replaceAll('{BASE}', base));
      return;
    case 'partial':
      response.writeHead(recorded.status ?? 200, { 'content-length': body.length + 1000 });
      response.write(body, () => socket.destroy());
      return;
    case undefined:
      response.statusCode = recorded.status ?? 200;
      for (const [name, value] of recorded.headers ?? [['content-type', 'application/json']]) {
        response.setHeader(name, value.replaceAll('{BASE}', base));
      }
      response.end(body);
  }
}
