/** Judges one line of a batch, from its text to its row. */

import {
  AuthcheckError,
  hasFiniteNumbers,
  isObject,
  member,
  parseJson,
  redactJson,
  stringMember,
  type AuthProvider,
  type AuthRequest,
  type Json,
  type JsonObject,
  type Outcome,
  type ReasonCode,
} from '../../index.js';
import { formatRow } from '../render/batch.js';
import { refuseJson, triage } from '../token.js';
import type { Line } from './blocks.js';

/** What became of a line. */
export interface Row {
  /** The row as JSON, on one line. */
  readonly text: string;
  /** Null for a line that holds no token. */
  readonly outcome: Outcome | null;
  readonly reason: ReasonCode | null;
  /** Milliseconds. */
  readonly ms: number;
}

/** Judges a line; the row holds the whole verdict if that is asked for. */
export async function judgeLine(
  { number, text }: Line,
  provider: AuthProvider,
  { whole }: { readonly whole: boolean },
): Promise<Row> {
  const started = performance.now();
  const asked = readQuestion(text);
  const { id } = asked;
  if ('error' in asked) {
    const row = { line: number, id, error: { code: 'input_unreadable', message: asked.error } };
    return { text: formatRow(row), outcome: null, reason: null, ms: 0 };
  }
  const verdict = await provider.authenticate(asked.request);
  const { outcome, principal, attributes, token } = verdict;
  const reason = verdict.reason?.code ?? null;
  const row = whole
    ? { line: number, id, verdict }
    : { line: number, id, outcome, principal, attributes, reason, fingerprint: token.fingerprint };
  return { text: formatRow(row), outcome, reason, ms: performance.now() - started };
}

/** Undefined where the line names none. */
type Id = Json | undefined;

type Question = { readonly id: Id; readonly request: AuthRequest } | { readonly id: Id; readonly error: string };

function readQuestion(text: string | null): Question {
  if (text === null) return { id: undefined, error: 'the line has more than 1 MiB' };
  if (!text.trimStart().startsWith('{')) return readToken(text, undefined, {});
  const json = parseJson(text.trim());
  // The message of a fault may quote the line.
  if (!json.ok || !isObject(json.value)) return { id: undefined, error: 'the line is not valid JSON' };
  const id = member(json.value, 'id');
  if (id !== undefined && !hasFiniteNumbers(id))
    return { id: undefined, error: 'the id holds a number that is too large' };
  const token = stringMember(json.value, 'token') ?? stringMember(json.value, 'access_token');
  if (token === null) return { id, error: 'the object has neither token nor access_token' };
  const about = member(json.value, 'request') ?? {};
  if (isObject(about)) return readToken(token, id, about);
  return { id: maskId(id, [token]), error: 'request is not an object' };
}

/** Whoever names a line after its token is not to find the token in the answer. */
function maskId(id: Id, secrets: readonly string[]): Id {
  return id === undefined ? id : redactJson(id, secrets);
}

function readToken(text: string, id: Id, about: JsonObject): Question {
  try {
    const { token } = refuseJson(triage(text));
    if (token === '') return { id, error: 'the token is empty' };
    const texts = (name: string): [string, string[]][] =>
      Object.entries(objectIn(about, name)).map(([key, value]) => [key, textsOf(value)]);
    const headers = texts('headers').flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, value]),
    );
    const params = texts('params');
    return {
      id: maskId(id, [text, token]),
      request: { token, path: stringMember(about, 'path') ?? '/', headers, params: Object.fromEntries(params) },
    };
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    return { id: maskId(id, [text]), error: error.message };
  }
}

function objectIn(about: JsonObject, name: string): JsonObject {
  const value = member(about, name);
  return isObject(value) ? value : {};
}

function textsOf(value: Json): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
}
