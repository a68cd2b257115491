/** Judges blocks of lines, in this thread or in another: nothing in here that cannot be sent to one. */

import {
  createAuthProvider,
  type ConfiguredProvider,
  type KeySetResult,
  type ProviderConfig,
  type ProviderOptions,
  type ReasonCode,
} from '../../index.js';
import { judgeLine, type Row } from './line-judge.js';
import { readLines, type Block } from './blocks.js';

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

/** The rows of a block, in the same order. */
export interface AnsweredBlock {
  /** In UTF-8. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** The number of the last line that was answered; 0 if none was. */
  readonly last: number;
  readonly tally: Tally;
}

/** What the rows of a block come to. */
export interface Tally {
  readonly accepted: number;
  /** How many were rejected or undecided, by reason. */
  readonly rejected: ReadonlyMap<ReasonCode, number>;
  readonly undecided: ReadonlyMap<ReasonCode, number>;
  /** Lines that hold no token. */
  readonly unreadable: number;
  /** Microseconds that each token took. */
  readonly times: Uint32Array<ArrayBuffer>;
}

/** Judges blocks, one after the other. */
export interface BlockJudge {
  readonly judgeBlock: (block: Block) => Promise<AnsweredBlock>;
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
export function openJudge(assignment: Assignment, options: ProviderOptions = {}): BlockJudge {
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
  const rows = openRows();
  return {
    async judgeBlock(block) {
      let last = 0;
      let asked: Promise<Row>[] = [];
      for (const line of readLines(block)) {
        // Blank lines are nobody's token.
        if (line.text?.trim() === '') continue;
        last = line.number;
        asked.push(judgeLine(line, provider, { whole }));
        if (asked.length < concurrency) continue;
        for (const row of await Promise.all(asked)) rows.add(row);
        asked = [];
      }
      for (const row of await Promise.all(asked)) rows.add(row);
      return { ...rows.take(), last };
    },
    close: () => provider.close(),
  };
}

interface OpenRows {
  readonly add: (row: Row) => void;
  /** What was added since the last time. */
  readonly take: () => Pick<AnsweredBlock, 'text' | 'tally'>;
}

/** Collects rows as bytes: texts that are kept until a block is done would be moved about by every garbage collection. */
function openRows(): OpenRows {
  let bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  let used = 0;
  let tally = openTally();
  return {
    add({ text, outcome, reason, ms }) {
      const most = used + MAX_BYTES_OF_UNIT * text.length + 1;
      if (most > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(most, 2 * bytes.length));
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      used += bytes.write(`${text}\n`, used);
      if (outcome === null) tally.unreadable += 1;
      else {
        tally.times.push(Math.round(ms * 1000));
        if (outcome === 'accepted') tally.accepted += 1;
        else if (reason !== null) addTo(tally[outcome], reason, 1);
      }
    },
    take() {
      // What is moved to another thread is gone from here: the rows go, the room for them stays.
      const text = new Uint8Array(bytes.subarray(0, used));
      const taken = { text, tally: { ...tally, times: Uint32Array.from(tally.times) } };
      used = 0;
      tally = openTally();
      return taken;
    },
  };
}

interface OpenTally {
  accepted: number;
  unreadable: number;
  readonly rejected: Map<ReasonCode, number>;
  readonly undecided: Map<ReasonCode, number>;
  readonly times: number[];
}

function openTally(): OpenTally {
  return { accepted: 0, unreadable: 0, rejected: new Map(), undecided: new Map(), times: [] };
}

/** Room for the rows of most blocks, in bytes. */
const FIRST_SIZE = 128 * 1024;
/** Of UTF-8, for a unit of UTF-16. */
const MAX_BYTES_OF_UNIT = 3;

/** Adds to what is counted for a reason. */
export function addTo(counts: Map<ReasonCode, number>, reason: ReasonCode, more: number): void {
  counts.set(reason, (counts.get(reason) ?? 0) + more);
}
