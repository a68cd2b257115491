/** An introspection answer for people: as it is, and then the verdict on it. */

import type { Json, Verdict } from '../../index.js';
import { formatJson } from './json.js';
import type { Style } from './style.js';
import { formatVerdict, type VerdictContext } from './verdict.js';

/** The answer of the endpoint. */
export interface IntrospectionAnswer {
  readonly status: number | null;
  readonly failure: string | null;
  readonly body: Json;
}

const MAX_BODY = 4000;

/** Writes the answer and the verdict. */
export function formatIntrospection(
  answer: IntrospectionAnswer | null,
  verdict: Verdict,
  context: VerdictContext,
  style: Style,
): string {
  const judged = formatVerdict(verdict, context, style);
  if (answer === null) return judged;
  const told = answer.body ?? 'a body that cannot be read';
  const text = typeof told === 'string' ? told : formatJson(told).trimEnd();
  const lines = text.slice(0, MAX_BODY).split('\n');
  const cut = text.length > MAX_BODY ? [`… (${text.length - MAX_BODY} more characters)`] : [];
  const title = answer.failure === null ? `the endpoint answered ${answer.status ?? ''}` : answer.failure;
  const body = answer.failure === null ? [...lines, ...cut].map((line) => `  ${style.plain(line)}\n`).join('') : '';
  return `${style.strong(title)}\n${body}\n${judged}`;
}
