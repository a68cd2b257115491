// What is installed with authcheck, as docs/dependencies.md says.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(resolve(root, name), 'utf8');

interface Entry {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Entry>> };
const { dependencies, publishConfig } = JSON.parse(read('package.json')) as {
  dependencies: Readonly<Record<string, string>>;
  publishConfig: { readonly provenance: boolean };
};
const guide = read('docs/dependencies.md');

const installed = Object.entries(packages).filter(
  ([name, { dev, devOptional, optional, peer }]) =>
    name !== '' && dev !== true && devOptional !== true && optional !== true && peer !== true,
);

test('every dependency has its line, and no other', () => {
  const listed = [...guide.matchAll(/^\| ([a-z0-9-]+) \|/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'package');
  expect(listed).toEqual(Object.keys(dependencies));
});

test('is pinned to one version', () => {
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('as many packages are installed as it says', () => {
  expect(guide).toContain(`installs ${installed.length} packages`);
});

test('nothing runs when it is installed, and all of it is checked', () => {
  for (const [name, entry] of installed) {
    expect(entry.hasInstallScript, name).toBeUndefined();
    expect(entry.integrity, name).toMatch(/^sha512-/);
    // A registry of one's own must not stand in a lockfile for everybody.
    expect(entry.resolved, name).toBeUndefined();
  }
});

test('what is published is audited, tested, and says where it was built', () => {
  expect(publishConfig.provenance).toBe(true);
  const release = read('.github/workflows/release.yml');
  expect(release).toContain('id-token: write');
  const steps = ['npm ci', 'npm test', 'npm audit --omit dev', 'npm sbom', 'npm pkg set', 'npm publish'];
  const places = steps.map((step) => release.indexOf(`run: ${step}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
