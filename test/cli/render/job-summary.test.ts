import { expect, test } from 'vitest';
import { formatJobSummary } from '../../../src/cli/render/job-summary.js';
import { createAuthProvider, parseAuthConfig, type Verdict } from '../../../src/index.js';

/** Verdicts of a provider that believes headers: whatever they say is accepted. */
async function judge(name: string, headers: Readonly<Record<string, string>>): Promise<Verdict> {
  const fields = { type: 'upstream_header', principal_header: 'x-user', attributes_header: 'x-attributes' };
  const [configured] = parseAuthConfig({ providers: { [name]: fields } }).providers;
  if (configured === undefined) throw new Error('there is one');
  return createAuthProvider(configured, { env: {} }).authenticate({ token: null, headers: Object.entries(headers) });
}

test('of who is accepted, it has all, and nothing of it is markup', async () => {
  const attributes = JSON.stringify({ teams: ['ml', '`x`', 'y'.repeat(201)] });
  const verdict = await judge('a`b', { 'x-user': '<b>', 'x-attributes': attributes });
  expect(formatJobSummary(verdict, [])).toBe(
    [
      '### authcheck: ✅ accepted',
      '',
      '- provider: `` a`b ``',
      '- principal: ` <b> `',
      `- \` teams \`: \` ml \` \`\` \`x\` \`\` \` ${'y'.repeat(200)}… \``,
      '',
      '',
    ].join('\n'),
  );
});

test('of who is not, it has what failed, and what was expected', async () => {
  const verdict = await judge('proxy', {});
  const failed = verdict.steps.filter(({ status }) => status === 'failed');
  const summary = formatJobSummary(verdict, [
    { name: 'principal', ok: false, expected: 'bob', actual: '' },
    { name: 'outcome', ok: true, expected: 'accepted', actual: 'accepted' },
  ]);
  expect(failed).toHaveLength(1);
  expect(summary.split('\n- ').slice(2)).toEqual([
    expect.stringMatching(/^\S.* \(` [a-z_]+ `\)$/),
    ...failed.map(({ name, message }) => `${name}: \` ${message} \``),
    `with this provider, the server answers ${verdict.server.status}\n\nExpected:\n`,
    '❌ principal: ` bob `, found ` (empty) `',
    '✅ outcome: ` accepted `\n\n',
  ]);
});

test('the answer of the server is that of the verdict', async () => {
  const verdict = await judge('proxy', {});
  const away = JSON.parse(JSON.stringify(verdict).replace('"status":401', '"status":503')) as Verdict;
  expect(formatJobSummary(away, [])).toContain('the server answers 503\n');
});
