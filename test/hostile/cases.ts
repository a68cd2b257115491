/** How many hostile cases run, and from which seed: few and always the same in the gate, many in `npm run hostile`. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countBuiltins, listBuiltins } from './pristine.js';

declare module 'vitest' {
  interface TaskMeta {
    /** How many cases the test has judged; fast-check's shrinking is not counted. */
    cases?: number;
  }
}

/** Cases of all properties together in the gate: the shares of the properties add up to it, or a little more. */
const GATE = 10_000;

const factor = Number(process.env.AUTHCHECK_HOSTILE_CASES ?? GATE) / GATE;
const seed = Number(process.env.AUTHCHECK_HOSTILE_SEED ?? 1);

/**
 * Registers a property as a test: it must hold for every case, throw nothing, and leave the prototypes of the language
 * as they were.
 *
 * @param share cases in the gate; multiplied in `npm run hostile`.
 */
export function holds<Case>(
  name: string,
  share: number,
  cases: fc.Arbitrary<Case>,
  property: (input: Case) => void | Promise<void>,
): void {
  const numRuns = Math.ceil(share * factor);
  // The limit is there to end what hangs.
  const timeout = 60_000 * Math.max(1, factor);
  test(name, { timeout }, async ({ task }) => {
    let judged = 0;
    let failed = false;
    const judge = async (input: Case): Promise<void> => {
      try {
        await property(input);
        if (countBuiltins() !== COUNT) expect.unreachable(`a prototype was changed: ${listBuiltins()}`);
        if (!failed) judged += 1;
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    await fc.assert(fc.asyncProperty(cases, judge), { numRuns, seed });
    expect(listBuiltins()).toBe(BUILTINS);
    task.meta.cases = judged;
  });
}

const BUILTINS = listBuiltins();
const COUNT = countBuiltins();
