// The rules of the house (DESIGN §1): arrows point down, no circles, one home for each package, no nameless drawers.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), 'utf8');
  const specifiers = [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^']+)'/gm)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => ({
    from,
    to: specifier.startsWith('.')
      ? relative(SRC, resolve(SRC, dirname(from), specifier)).replace(/\.js$/, '.ts')
      : specifier,
  }));
});

const inner = imports.filter(({ to }) => to.endsWith('.ts'));
const outer = imports.filter(({ to }) => !to.endsWith('.ts'));

/** From the top of the house to its ground floor. */
const FLOORS = ['cli', 'index', 'server', 'fixture', 'suite', 'report', 'providers', 'protocol', 'http', 'ground'];

function floorOf(file: string): number {
  const [first = ''] = file.split('/');
  const name = first.replace(/\.ts$/, '');
  return FLOORS.indexOf(FLOORS.includes(name) ? name : 'ground');
}

describe('imports', () => {
  it('are found at all', () => {
    expect(inner.length).toBeGreaterThan(100);
    expect(outer.length).toBeGreaterThan(20);
  });

  it('point down only', () => {
    const upward = inner.filter(({ from, to }) => floorOf(to) < floorOf(from));
    expect(upward).toEqual([]);
  });

  it('of the CLI reach the core through its public door only', () => {
    const around = inner.filter(
      ({ from, to }) => from.startsWith('cli/') && !to.startsWith('cli/') && to !== 'index.ts',
    );
    expect(around).toEqual([]);
  });

  it('never go from one provider to another', () => {
    const kinds = ['oauth2-jwks', 'oauth2-introspection', 'github-token', 'custom', 'kubernetes', 'upstream-header'];
    const isKind = (file: string): boolean => kinds.some((kind) => file === `providers/${kind}.ts`);
    expect(inner.filter(({ from, to }) => isKind(from) && isKind(to))).toEqual([]);
  });

  it('of the policies know nothing of where a config comes from', () => {
    expect(inner.filter(({ from, to }) => from.startsWith('policy/') && to.startsWith('config/'))).toEqual([]);
  });

  it('make no circle', () => {
    const next = new Map(files.map((file) => [file, inner.filter(({ from }) => from === file).map(({ to }) => to)]));
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe('packages', () => {
  const HOMES: Readonly<Record<string, readonly string[]>> = {
    chalk: ['cli/render/style.ts'],
    'fast-string-width': ['cli/render/style.ts'],
    commander: [
      'cli/complete.ts',
      'cli/expect.ts',
      'cli/help.ts',
      'cli/main.ts',
      'cli/manual.ts',
      'cli/options.ts',
      'cli/repeated-flags.ts',
      'cli/request.ts',
      'cli/span.ts',
      'cli/tree.ts',
    ],
    cosmiconfig: ['config/search.ts'],
    undici: ['pooled-connections.ts'],
    re2js: ['policy/pattern.ts'],
    yaml: ['config/document-keys.ts', 'config/document.ts', 'config/edit.ts', 'config/format-yaml.ts'],
    'fastify-plugin': ['server/fastify.ts'],
    fastify: ['server/fastify.ts'],
    pino: ['cli/serve/log.ts'],
    'prom-client': ['cli/serve/metrics.ts'],
    valibot: [
      'config/cache-schema.ts',
      'config/document-schema.ts',
      'config/draft.ts',
      'config/mapping-schema.ts',
      'config/parse.ts',
      'config/policy-schema.ts',
      'config/scalars.ts',
      'config/schema.ts',
      'suite/shape.ts',
      'suite/schema.ts',
      'verdict-schema.ts',
    ],
    'lru-cache': ['providers/cache.ts'],
    ioredis: ['providers/shared-cache.ts'],
    jose: ['protocol/public-part.ts'],
  };
  const packageOf = (specifier: string): string => specifier.split('/')[0] ?? specifier;
  const packages = outer.filter(({ to }) => !to.startsWith('node:'));

  it('have one home each', () => {
    const homeless = packages.filter(({ from, to }) => {
      const homes = HOMES[packageOf(to)] ?? [];
      return !homes.includes(from) && !(packageOf(to) === 'commander' && from.startsWith('cli/commands/'));
    });
    expect(homeless).toEqual([]);
  });

  it('are the dependencies of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8'));
    expect(manifest).toHaveProperty('dependencies');
    const { dependencies, peerDependencies } = manifest as { dependencies: object; peerDependencies: object };
    const named = Object.keys({ ...dependencies, ...peerDependencies }).sort();
    expect([...new Set(packages.map(({ to }) => packageOf(to)))].sort()).toEqual(named);
  });

  it('and process stay out of the core', () => {
    const core = files.filter((file) => !file.startsWith('cli/'));
    const users = core.filter((file) => /\bprocess\.|node:process/.test(readFileSync(join(SRC, file), 'utf8')));
    expect(users).toEqual([]);
    const cli = files.filter((file) => file.startsWith('cli/') && file !== 'cli/io.ts');
    expect(cli.filter((file) => /\bprocess\./.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
  });
});

describe('files', () => {
  it('are named for what is in them', () => {
    expect(files.filter((file) => /(?:^|\/)(?:utils?|helpers?|types|common|misc)(?:\.ts|\/)/.test(file))).toEqual([]);
  });

  it('are one thing each: at most 200 lines', () => {
    const long = files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 201);
    expect(long).toEqual([]);
  });

  it('have no default exports', () => {
    expect(files.filter((file) => /^export default/m.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
  });
});
