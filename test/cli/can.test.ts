// What `can` says, and what it refuses, where nobody has to be asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { record } from './recorder.js';

const cwd = mkdtempSync(join(tmpdir(), 'authcheck-can-'));
writeFileSync(
  join(cwd, 'run.yaml'),
  `provider_config: {type: upstream_header, principal_header: x-user, attributes_header: x-attributes}
access_policy:
  - permit: {principal: root, actions: [read]}
  - permit: {actions: read, resource: "model::*"}
    when: user in owners teams
    description: teammates
route_policy:
  - permit: {paths: /v1/files}
  - forbid: {paths: /v1/admin}
`,
);
afterAll(() => rmSync(cwd, { recursive: true }));

async function can(...flags: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const { io, stdout, stderr } = record({ cwd, columns: 120, env: { NO_COLOR: '1' } });
  const code = await main(['can', ...flags, '--config', 'run.yaml'], io);
  return { code, said: stdout() + stderr() };
}

it('names the rule, by number and place, and marks only the one that decides', async () => {
  const owned = ['--as', 'alice', '--attribute', 'teams=ml', '--owner', 'bob', '--owner-attribute', 'teams=ml'];
  const { code, said } = await can('read', 'model::x', ...owned);
  expect(code).toBe(0);
  expect(said).toMatch(/✓ yes {2}alice may read model::x\n.* · run\.yaml:4:5\n +“teammates”\n/);
  expect(said).toMatch(/\n {2}user {3}alice {2}teams ml\n {2}owner {2}bob {4}teams ml\n/);
  expect(said).toMatch(/\n {5}1 {2}run\.yaml:3:5 .*\n {2}→ {2}2 {2}run\.yaml:4:5 /);
  const refused = await can('read', 'model::x', '--as', 'alice');
  expect(refused.code).toBe(1);
  expect(refused.said).toMatch(/✗ no {2}alice may not read model::x\n/);
  expect(refused.said).toMatch(/\n {2}user {3}alice +no attributes\n {2}owner {2}\(nobody\) +--owner and /);
});

it('answers for paths by the route policy, and locates its rules too', async () => {
  const { code, said } = await can('/v1/admin', '--as', 'alice');
  expect(code).toBe(1);
  expect(said).toMatch(/alice may not ask for \/v1\/admin\n.* · run\.yaml:9:5\n/);
});

it.each([
  [['/v1/files', '--as', 'a', '--owner', 'bob'], 'a path has no resource and no owner'],
  [['/v1/files', 'model::x', '--as', 'a'], ''],
  [['read', 'model::x', '--as', 'a', '--token-file', 'x'], '--as needs no token'],
  [['read', 'model::x', '--as', 'a', '--token', 'x'], '--as needs no token'],
  [['read', 'model::x', '--as', 'a', '--owner-attribute', 'teams=ml'], '--owner-attribute needs --owner'],
  [['read', 'model::x', '--attribute', 'teams=ml'], '--attribute needs --as'],
])('refuses what contradicts itself: %j', async (flags, why) => {
  const { code, said } = await can(...flags);
  expect(code).toBe(2);
  expect(said).toContain(why);
});

it('asks a provider that believes headers with those that are given, and about the path that is given', async () => {
  const user = ['--request-header', 'x-user: alice'];
  const { code, said } = await can('/v1/files', ...user);
  expect(code).toBe(0);
  expect(said).toContain('✓ yes  alice may ask for /v1/files');
  expect((await can('/v1/files')).code).toBe(1);
});
