import { expect, it } from 'vitest';
import { describeProvider } from '../../../src/cli/batch/block-judge.js';
import { cutBlocks } from '../../../src/cli/batch/blocks.js';
import { judgeBlocks } from '../../../src/cli/batch/pool.js';
import { parseAuthConfig, readKeySet } from '../../../src/index.js';

it('a thread that fails ends the batch, and no answer is waited for', async () => {
  const [provider] = parseAuthConfig({ type: 'oauth2_token', jwks: { uri: 'https://idp.example/jwks' } }).providers;
  if (provider === undefined) throw new Error('there is one provider');
  const assignment = {
    provider: describeProvider(provider),
    ...{ keySet: readKeySet('{"keys":[]}'), at: null, whole: false, concurrency: 1 },
  };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let line = 0; line < 30; line += 1) yield await Promise.resolve(Buffer.from('a\n'));
  };
  let answered = 0;
  const judge = async (): Promise<void> => {
    for await (const { last } of judgeBlocks(cutBlocks(chunks()), assignment, {}, 2)) answered = last;
  };
  // The file of the threads is there only where the program was built.
  await expect(judge()).rejects.toThrow('worker.cjs');
  expect(answered).toBe(8);
});
