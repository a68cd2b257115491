/** What is said in the place of a personal value: a noun, and a number. Pure. */

import { TIME_CLAIMS } from './time-claims.js';

/** What a replacement looks like around its number. */
export type Form = readonly [before: string, after: string];

/** What stands in the place of a host. */
export const HOST: readonly Form[] = [
  ['host-', '.example.com'],
  ['h', '.test'],
];

/** What is said in the place of the values of claims that everybody has. */
const CLAIMS_BY_NOUN: Readonly<Record<string, readonly string[]>> = {
  user: ['sub', 'username', 'principal', 'preferred_username', 'login', 'upn', 'email'],
  name: ['name', 'given_name', 'family_name'],
  group: ['groups'],
  role: ['roles'],
  team: ['teams', 'team'],
  org: ['organizations'],
  project: ['projects', 'project'],
  tenant: ['tenant'],
  namespace: ['namespaces', 'namespace'],
  path: ['path'],
  issuer: ['iss'],
  audience: ['aud'],
  client: ['azp', 'client_id'],
  scope: ['scope', 'scp'],
  key: ['kid'],
};
const NOUNS: ReadonlyMap<string, string> = new Map(
  Object.entries(CLAIMS_BY_NOUN).flatMap(([noun, claims]) => claims.map((claim) => [claim, noun] as const)),
);

/** The forms that a replacement of this part of a claim may take, the best first. */
export function formsOf(part: string, claim = ''): readonly Form[] {
  if (/^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/.test(part)) return [['', '']];
  const email: readonly Form[] = /^[^@]+@[^@]+$/.test(part) ? [['user-', '@example.com']] : [];
  return [...email, [`${NOUNS.get(claim) ?? 'value'}-`, '']];
}

/** Tells the claims that everybody has: their names give nobody away. */
export function isCommon(name: string): boolean {
  return NOUNS.has(name) || TIME_CLAIMS.includes(name);
}

/** Numbers the replacements of each form; none is, or holds, what stood there before. */
export function assignReplacements(
  found: ReadonlyMap<string, readonly Form[]>,
  taken: ReadonlySet<string>,
  holdsSecret: (text: string) => boolean,
): Map<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    [...found].map(([part, forms]) => {
      const [before, after] = forms.find((form) => !form.some(holdsSecret)) ?? ['v', ''];
      const form = `${before} ${after}`;
      let fresh = '';
      do {
        const count = (counts.get(form) ?? 0) + 1;
        counts.set(form, count);
        fresh = `${before}${count}${after}`;
      } while (taken.has(fresh) || holdsSecret(fresh));
      return [part, fresh];
    }),
  );
}
