// What a stranger gets: the tarball, installed into an empty folder, run and imported from TypeScript.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'authcheck-package-'));
const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(() => {
  const list = JSON.parse(
    npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  ) as readonly Packed[];
  const [first] = Object.values(list);
  if (first === undefined) throw new Error('npm pack packed nothing');
  packed = first;
  writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
  npm(
    folder,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    join(folder, packed.filename),
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The compiler takes its time.
describe('the package', { timeout: 60_000 }, () => {
  it('holds what is needed and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const needed of [
      'bin/authcheck.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/run.cjs',
      'dist/man/authcheck.1',
      'dist/schema/verdict.schema.json',
      'LICENSE',
      'README.md',
    ]) {
      expect(paths).toContain(needed);
    }
    expect(
      paths.filter(
        (path) =>
          !/^(?:bin\/|dist\/|docs\/|package\.json$|LICENSE$|bench\/RESULTS\.md$|(?:README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$)/.test(
            path,
          ),
      ),
    ).toEqual([]);
    expect(paths.filter((path) => path.includes('compiled-'))).toEqual([]);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !paths.includes(link))).toEqual([]);
    expect(packed.unpackedSize).toBeLessThan(3 * 1024 * 1024);
  });

  it('has no install scripts, its own or those of what it needs', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripts = Object.entries(lock.packages).filter(
      ([name, entry]) => name !== '' && name !== 'node_modules/authcheck' && entry.hasInstallScript === true,
    );
    expect(scripts).toEqual([]);
  });

  it('runs', () => {
    const bin = join(folder, 'node_modules/.bin/authcheck');
    const { stdout, status } = spawnSync(bin, ['demo'], { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('✓ accepted');
    expect(JSON.parse(spawnSync(bin, ['schema', 'config'], { cwd: folder, encoding: 'utf8' }).stdout)).toHaveProperty(
      '$schema',
    );
  });

  it('runs as before once it is compiled for a Node', () => {
    const bin = join(folder, 'node_modules/.bin/authcheck');
    const help = (): string => spawnSync(bin, ['--help'], { cwd: folder, encoding: 'utf8' }).stdout;
    const before = help();
    execFileSync(process.execPath, [join(folder, 'node_modules/authcheck/bin/compile.js')]);
    const made = readdirSync(join(folder, 'node_modules/authcheck/dist/cli')).filter((name) =>
      name.includes('compiled'),
    );
    expect(made).toEqual([expect.stringContaining(process.version)]);
    expect(help()).toBe(before);
    expect(before).toContain('Usage');
  });

  it('is imported from TypeScript, typed and working', () => {
    cpSync(join(root, 'test/package/consumer.ts'), join(folder, 'consumer.ts'));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      // No --types: TypeScript 6 takes none of itself, and the package says that it needs those of Node.
      '--typeRoots',
      join(root, 'node_modules/@types'),
    ];
    execFileSync(process.execPath, [tsc, ...flags, 'consumer.ts'], { cwd: folder, stdio: 'pipe' });
    expect(execFileSync(process.execPath, ['consumer.js'], { cwd: folder, encoding: 'utf8' }).trim()).toBe(
      'alice roles=alice teams=ml',
    );
  });
});
