/** What is true of every verdict, whatever was asked and whatever was answered. */

import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Verdict } from '../../src/index.js';
import { verdictSchema } from '../../src/verdict-schema.js';

/** As the build writes it into the package. */
const schema: object = toJsonSchema(verdictSchema, { errorMode: 'ignore', typeMode: 'input', target: 'draft-2020-12' });
const isVerdict = new Ajv2020({ strict: false }).compile(schema);

/** What went into a verdict. */
export interface Asked {
  /** Characters of all that was read: token, key set, answers. */
  readonly size: number;
  /** What must not come out: the token, client secrets. Shorter ones than {@link FRAGMENT} are not looked for. */
  readonly secrets: readonly string[];
}

/** Characters of a secret that nobody writes by chance. */
const FRAGMENT = 16;

/** Holds a verdict against its schema and against itself, looks for secrets in it, and bounds its size. */
export function expectSound(verdict: Verdict, asked: Asked): void {
  const text = JSON.stringify(verdict);
  const { outcome, principal, reason, server, attributes, steps } = verdict;
  const isAccepted = outcome === 'accepted';
  const facts = {
    schema: isVerdict(JSON.parse(text)) ? null : isVerdict.errors,
    status: server.status,
    hasPrincipal: principal !== null,
    hasReason: reason !== null,
    hasRefusal: server.body !== null,
    hasAttributes: !isAccepted && Object.keys(attributes).length > 0,
    failed: steps.find((step) => step.status === 'failed')?.code ?? null,
  };
  expect(facts).toEqual({
    schema: null,
    status: { accepted: 200, rejected: 401, undecided: 503 }[outcome],
    hasPrincipal: isAccepted,
    hasReason: !isAccepted,
    hasRefusal: !isAccepted,
    hasAttributes: false,
    failed: reason?.code ?? null,
  });
  expectSecret(text, asked.secrets);
  expectBounded(text, asked.size);
}

/** What is looked for at either end of a secret. */
const LONGEST = 1024;

/** No fragment of a secret stands in a text: every run of twice as many characters has one of those looked for in it. */
export function expectSecret(text: string, secrets: readonly string[]): void {
  const ends = secrets.flatMap((secret) =>
    secret.length > 2 * LONGEST ? [secret.slice(0, LONGEST), secret.slice(-LONGEST)] : [secret],
  );
  for (const secret of ends) {
    for (let at = 0; at + FRAGMENT <= secret.length; at += FRAGMENT) {
      if (text.includes(secret.slice(at, at + FRAGMENT)))
        expect.unreachable(`a fragment of a secret is shown: ${text}`);
    }
  }
}

/** A text is no larger than what it tells of allows: a constant, and so many bytes for each that was read. */
export function expectBounded(text: string, size: number): void {
  expect(Buffer.byteLength(text)).toBeLessThan(32 * 1024 + 60 * size);
}

/** A verdict without what time does to it. */
export function timeless(verdict: Verdict): string {
  return JSON.stringify({ ...verdict, timing: null });
}
