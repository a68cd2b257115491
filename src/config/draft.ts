/** One provider of a config, right or wrong: what can be made of it, and everything to be said about it. Pure. */

import * as v from 'valibot';
import { nearestName } from '../nearest.js';
import type { ProviderType } from '../verdict.js';
import { findUnwise } from './lint.js';
import { findUnknownFields } from './lint-fields.js';
import { findUnreplaced } from './lint-variables.js';
import type { Note } from './note.js';
import type { ProviderConfig } from './provider-config.js';
import { kindOfValue } from './scalars.js';
import { checkTogether, PROVIDER_SCHEMAS } from './schema.js';
import { isMapping, type Mapping, type Path } from './shape.js';

/** What became of a provider. */
export interface Draft {
  /** The config; where parts of it are wrong, without these; null if too little is left. */
  readonly config: ProviderConfig | null;
  /** Where the values stand that the schema refuses; empty for a config that can be used as it is. */
  readonly wrong: readonly Path[];
  /** Faults and warnings, with paths below the provider. */
  readonly notes: readonly Note[];
}

/** Reads a provider after substitution. */
export function draftProvider(raw: unknown): Draft {
  const invalid = (path: Path, message: string): Note => ({ code: 'field_invalid', path, message });
  const unusable = (note: Note): Draft => ({ config: null, wrong: [note.path], notes: [note] });
  if (!isMapping(raw)) return unusable(invalid([], `expected a mapping with type, got ${kindOfValue(raw)}`));
  const { type } = raw;
  if (type === null || type === '') {
    const message = 'type is empty, or resolves to nothing: in a provider_config, that turns authentication off';
    return unusable({ code: 'auth_off', path: ['type'], message });
  }
  if (typeof type !== 'string' || !isProviderType(type)) {
    const known = Object.keys(PROVIDER_SCHEMAS);
    const near = typeof type === 'string' ? nearestName(type, known) : null;
    const hint = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
    return unusable(
      invalid(['type'], type === undefined ? `type is missing; ${hint}` : `no such provider type; ${hint}`),
    );
  }
  const result = v.safeParse(PROVIDER_SCHEMAS[type], raw);
  const faults = (result.issues ?? []).map((issue) => {
    const path = issuePath(issue);
    const missing = issue.input === undefined && path.length > 0;
    return invalid(path, missing ? `${String(path.at(-1))} is missing` : issue.message);
  });
  const wrong = faults.map(({ path }) => path);
  const config = result.success ? result.output : salvage(type, raw, wrong);
  const unwise = config === null ? [] : findUnwise(config);
  const unknown = findUnknownFields(type, raw);
  const ignored = unknown.map(({ path, place = path }) => place);
  return {
    config,
    wrong,
    notes: [
      ...unknown,
      ...faults,
      ...checkTogether(raw).map(({ path, message }) => invalid(path, message)),
      ...unwise.filter((note) => !isAbout(note, wrong)),
      ...findUnreplaced(raw).filter((note) => !isAbout(note, ignored)),
    ],
  };
}

/** The path of a schema's complaint. */
export function issuePath(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

/** Whether a note is about something at these paths, or below them. */
export function isAbout(note: Note, paths: readonly Path[]): boolean {
  return paths.some((path) => path.every((part, index) => note.path[index] === part));
}

function isProviderType(type: string): type is ProviderType {
  return Object.hasOwn(PROVIDER_SCHEMAS, type);
}

/** Values for required fields whose own are wrong; no lint has anything to say about these. */
const STAND_INS: Readonly<Record<string, string>> = {
  uri: 'https://unset.invalid/',
  url: 'https://unset.invalid/',
  endpoint: 'https://unset.invalid/',
  client_id: 'unset',
  client_secret: 'unset',
  principal_header: 'x-unset',
};

/** The config without what is wrong in it, so that the rest of it can be warned about. */
function salvage(type: ProviderType, raw: Mapping, wrong: readonly Path[]): ProviderConfig | null {
  const mended = wrong.reduce<Mapping>(without, raw);
  const result = v.safeParse(PROVIDER_SCHEMAS[type], mended);
  return result.success ? result.output : null;
}

function without(value: Mapping, path: Path): Mapping {
  const [name, ...rest] = path.map(String);
  if (name === undefined) return value;
  const { [name]: inner, ...others } = value;
  if (rest.length > 0 && isMapping(inner)) return { ...others, [name]: without(inner, rest) };
  const standIn = Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined;
  return standIn === undefined ? others : { ...others, [name]: standIn };
}
