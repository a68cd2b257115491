/** The providers of a config: as they are written, what became of each, and which is the default. Pure. */

import { draftProvider, type Draft } from './draft.js';
import type { AddNote } from './note.js';
import { formatPath, isMapping, valueAt, type Mapping, type Path, type Section } from './shape.js';

/** A provider as it is written, and what became of it. */
export interface ReadProvider extends Draft {
  readonly name: string;
  /** From the top of the document. */
  readonly path: Path;
  /** Before substitution. */
  readonly written: unknown;
  /** Whether this field is set, rather than left at its default. */
  readonly sets: (field: string) => boolean;
}

/** Reads the providers; what is wrong because a variable is missing was said already. */
export function readProviders(
  section: Section,
  auth: Mapping,
  missing: ReadonlySet<string>,
  place: AddNote,
): readonly ReadProvider[] {
  return section.providers.flatMap(({ name, path, value: written }): ReadProvider[] => {
    const resolved = valueAt(auth, path);
    if (resolved === null && isMapping(written)) {
      const message = 'type is empty, or resolves to nothing: authentication is off, and the server lets everybody in';
      place({ code: 'auth_off', path: ['type'], message }, path);
      return [];
    }
    const draft = draftProvider(path.length === 0 ? withoutPolicies(auth) : resolved);
    for (const note of draft.notes) {
      if (note.code === 'field_unknown' || !missing.has(formatPath([...path, ...note.path]))) place(note, path);
    }
    const sets = (field: string): boolean => isMapping(resolved) && resolved[field] !== undefined;
    return [{ ...draft, name, path: [...section.path, ...path], written, sets }];
  });
}

/** What is left of a section that is a provider, with policies beside its fields. */
function withoutPolicies(auth: Mapping): Mapping {
  return Object.fromEntries(Object.entries(auth).filter(([name]) => !/^(?:access|route)_policy$/.test(name)));
}

/** The name of the provider to use unless another is named; null if there is none, or none of that name. */
export function chooseDefault(
  auth: Mapping,
  providers: readonly Pick<ReadProvider, 'name'>[],
  fail: (message: string) => void,
): string | null {
  // Beside provider_config, the server reads neither providers nor default.
  if ('provider_config' in auth || !isMapping(auth.providers) || auth.default === undefined)
    return providers[0]?.name ?? null;
  const names = Object.keys(auth.providers);
  const chosen = names.find((name) => name === auth.default);
  if (chosen !== undefined) return chosen;
  fail(`default names no provider; it may be ${names.join(' or ')}`);
  return null;
}
