import { describe, expect, it } from 'vitest';
import {
  describeProvider,
  openJudge,
  type AnsweredBlock,
  type Assignment,
} from '../../../src/cli/batch/block-judge.js';
import { cutBlocks } from '../../../src/cli/batch/blocks.js';
import {
  createAuthProvider,
  createSigner,
  parseAuthConfig,
  readKeySet,
  type ConfiguredProvider,
} from '../../../src/index.js';

const NOW = Date.UTC(2026, 0, 1);
const [parsed] = parseAuthConfig({
  type: 'oauth2_token',
  audience: 'api',
  jwks: { uri: 'https://idp.example/jwks' },
}).providers;
if (parsed === undefined) throw new Error('there is one provider');
const provider: ConfiguredProvider = { ...parsed, locate: (field) => `run.yaml:${field.length}:1` };
const signer = await createSigner({ algorithm: 'ES256', kid: 'k' });
const keySet = readKeySet(JSON.stringify({ keys: [signer.jwk] }));
const sign = (claims: object): Promise<string> =>
  signer.sign({ sub: 'alice', aud: 'api', exp: NOW / 1000 + 60, ...claims });

/** What a thread makes of lines, each block of which ends where a text does. */
async function answer(texts: readonly string[], more: Partial<Assignment> = {}): Promise<AnsweredBlock[]> {
  const assignment: Assignment = {
    provider: describeProvider(provider),
    ...{ keySet, at: NOW, whole: false, concurrency: 1, ...more },
  };
  const judge = openJudge(structuredClone(assignment));
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
  };
  const answered: AnsweredBlock[] = [];
  for await (const block of cutBlocks(chunks())) answered.push(await judge.judgeBlock(block));
  await judge.close();
  return answered;
}

const rowsOf = ({ text }: AnsweredBlock): Record<string, unknown>[] =>
  Buffer.from(text)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('judges as the provider does that it was described from, at the same time', async () => {
  const asked = createAuthProvider(provider, { keySet, now: () => NOW });
  const tokens = await Promise.all([{}, { aud: 'other' }, { exp: NOW / 1000 - 1 }].map(sign));
  const [answered = expect.fail()] = await answer([`${tokens.join('\n')}\n`], { whole: true });
  for (const [index, { verdict }] of rowsOf(answered).entries()) {
    const expected = await asked.authenticate({ token: tokens[index] ?? '' });
    expect(verdict).toEqual({ ...JSON.parse(JSON.stringify(expected)), timing: expect.anything() as unknown });
  }
  expect(JSON.stringify(rowsOf(answered)[1])).toContain('run.yaml:1:1');
  await asked.close();
});

describe('a block', () => {
  it('is told up to its last line that is not blank, and counted by itself', async () => {
    const [good, expired] = [await sign({}), await sign({ exp: 1 })];
    const answered = await answer([`\n${good}\n \t\n${expired}\n{}\n\n`, ' \n\n', `${good}\n`]);
    expect(answered.map(({ last }) => last)).toEqual([5, 0, 9]);
    expect(answered.map(({ tally: { accepted, unreadable } }) => [accepted, unreadable])).toEqual([
      [1, 1],
      [0, 0],
      [1, 0],
    ]);
    expect(answered.map(({ tally }) => [...tally.rejected])).toEqual([[['token_expired', 1]], [], []]);
    expect(answered.map(({ tally }) => tally.times.length)).toEqual([2, 0, 1]);
    expect(answered.flatMap((one) => (one.text.length === 0 ? [] : rowsOf(one))).map(({ line }) => line)).toEqual([
      2, 4, 5, 9,
    ]);
  });

  it('has whole rows, in their order, however long and in whatever script', async () => {
    const token = await sign({});
    const ids = ['a', '魔'.repeat(60_000), 'b', 'é'.repeat(200_000), 'c'];
    const lines = ids.map((id) => `${JSON.stringify({ token, id })}\n`);
    for (const concurrency of [1, 3, 16]) {
      const [first = expect.fail(), second = expect.fail()] = await answer([lines.join(''), `${token}\n`], {
        concurrency,
      });
      expect(rowsOf(first).map(({ id }) => id)).toEqual(ids);
      expect(rowsOf(second)).toMatchObject([{ line: 6, outcome: 'accepted' }]);
    }
  });
});
