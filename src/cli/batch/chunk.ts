/** Lines that are judged together, in this thread or in another: nothing in here that cannot be sent to one. */

import {
  createAuthProvider,
  type ConfiguredProvider,
  type KeySetResult,
  type ProviderConfig,
  type ProviderOptions,
} from '../../index.js';
import { judgeLine, type Row } from './judge.js';
import type { Line } from './lines.js';

/** What a thread must know to judge. */
export interface Assignment {
  readonly provider: {
    readonly name: string;
    readonly config: ProviderConfig;
    readonly source: string | null;
    /** The fields that the config sets, and where each stands. */
    readonly sets: readonly string[];
    readonly places: ReadonlyMap<string, string>;
  };
  readonly keySet: KeySetResult | null;
  /** Milliseconds since 1970; null for the clock. */
  readonly at: number | null;
  /** Whether rows hold the whole verdict. */
  readonly whole: boolean;
  /** How many lines are judged at once. */
  readonly concurrency: number;
}

/** Lines in the order of the file. */
export interface Chunk {
  readonly sequence: number;
  readonly lines: readonly Line[];
}

/** The rows of a chunk, in the same order, and in one text. */
export interface AnsweredChunk {
  readonly sequence: number;
  readonly text: string;
  readonly last: number;
  readonly tallies: readonly Pick<Row, 'outcome' | 'reason' | 'ms'>[];
}

/** Judges chunks. */
export interface ChunkJudge {
  readonly judgeChunk: (chunk: Chunk) => Promise<AnsweredChunk>;
  readonly close: () => Promise<void>;
}

/** Makes a provider that can be sent to a thread out of one that cannot. */
export function describeProvider({ name, config, source, sets, locate }: ConfiguredProvider): Assignment['provider'] {
  const fields = Object.entries(config).flatMap(([field, value]: [string, unknown]) => [
    [field],
    ...(typeof value === 'object' && value !== null ? Object.keys(value).map((inner) => [field, inner]) : []),
  ]);
  const places = fields.flatMap((field): [string, string][] => {
    const place = locate(field);
    return place === null ? [] : [[field.join('.'), place]];
  });
  return { name, config, source, sets: Object.keys(config).filter(sets), places: new Map(places) };
}

/** Opens the provider of an assignment. */
export function openJudge(assignment: Assignment, options: ProviderOptions = {}): ChunkJudge {
  const { keySet, at, whole, concurrency } = assignment;
  const { name, config, source, sets, places } = assignment.provider;
  const configured: ConfiguredProvider = {
    name,
    config,
    source,
    sets: (field) => sets.includes(field),
    locate: (field) => places.get(field.join('.')) ?? null,
  };
  const provider = createAuthProvider(configured, {
    ...options,
    cache: false,
    ...(at === null ? {} : { now: () => at }),
    ...(keySet === null ? {} : { keySet }),
  });
  return {
    async judgeChunk({ sequence, lines }) {
      const rows: Row[] = [];
      for (let from = 0; from < lines.length; from += concurrency) {
        const some = lines.slice(from, from + concurrency);
        rows.push(...(await Promise.all(some.map((line) => judgeLine(line, provider, whole)))));
      }
      return {
        sequence,
        text: rows.map(({ text }) => `${text}\n`).join(''),
        last: rows.at(-1)?.line ?? 0,
        tallies: rows.map(({ outcome, reason, ms }) => ({ outcome, reason, ms })),
      };
    },
    close: () => provider.close(),
  };
}
