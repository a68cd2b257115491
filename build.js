// Builds dist/: the library by tsc, the JSON Schemas from the valibot schemas, the CLI as a bundle split by command, and
// the manual from the tree of commands.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = new URL('.', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));

rmSync(path('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '-p', path('tsconfig.build.json')], {
  stdio: 'inherit',
});

const { toJsonSchema } = await import('@valibot/to-json-schema');
const { documentSchema } = await import('./dist/config/document-schema.js');
const { suiteSchema } = await import('./dist/suite/schema.js');
const { verdictSchema } = await import('./dist/verdict-schema.js');
mkdirSync(path('dist/schema'), { recursive: true });
for (const [name, schema] of Object.entries({ config: documentSchema, test: suiteSchema, verdict: verdictSchema })) {
  // A check that JSON Schema cannot say (such as "a URL") is left out of it; the parser makes it all the same.
  const json = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input', target: 'draft-2020-12' });
  writeFileSync(
    path(`dist/schema/${name}.schema.json`),
    `${JSON.stringify({ title: `authcheck ${name}`, ...json }, null, 2)}\n`,
  );
}

const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));

/** What packages load at their start and never need here: commander starts no programs, and we decide about colour. */
const NEVER_NEEDED = {
  'node:process': 'export default process;',
  'node:child_process': 'export default {};',
  '#supports-color': 'export default { stdout: false, stderr: false };',
};
/** Of undici, what `pooled-connections.ts` uses: the rest of it (fetch, caches, mocks) takes longer to load than a request. */
const UNDICI = `
  Object.assign(require('undici/lib/dispatcher/dispatcher').prototype, require('undici/lib/api'));
  exports.Agent = require('undici/lib/dispatcher/agent');
  Object.defineProperty(exports, 'ProxyAgent', { get: () => require('undici/lib/dispatcher/proxy-agent'), enumerable: true });
`;
const leaveOut = {
  name: 'leave-out',
  resolveId(id, from) {
    if (id === 'undici') return '\0undici.cjs';
    if (id === 'clock') return '\0clock';
    return id in NEVER_NEEDED && /commander|chalk/.test(from ?? '') ? `\0${id}` : null;
  },
  load(id) {
    if (id === path('src/cli/version.ts')) return `export const readVersion = () => '${version}';`;
    if (id === '\0undici.cjs') return UNDICI;
    if (id === '\0clock') return CLOCK;
    return id.startsWith('\0') ? (NEVER_NEEDED[id.slice(1)] ?? null) : null;
  },
};

/** Groups of the bundle that most runs do without. */
const LATE = ['widths', 'chalk', 'cache', 'others', 'policy', 'patterns'];
const LATE_IMPORT = new RegExp(
  `^(?:let|const) ((?:node|require)_\\w+) = require\\("(node:[\\w/]+|\\./(?:${LATE.join('|')})-[^"]*)"\\);$`,
  'gm',
);

/** What takes long to load (Node's own modules, and LATE) is loaded where it is used first, not where it is imported. */
const loadLate = {
  name: 'load-late',
  renderChunk(code) {
    const late = new Set();
    return code
      .replace(LATE_IMPORT, (_, name, id) => {
        late.add(name);
        return `const ${name} = { get late() { return this.loaded ??= require("${id}"); } };`;
      })
      .replace(/\b((?:node|require)_\w+)\.(?=\w)/g, (use, name) => (late.has(name) ? `${name}.late.` : use));
  },
};
/** ASCII is read by Node as it is; one other character, and the whole file is decoded and scanned at twice the cost. */
const writeAscii = {
  name: 'write-ascii',
  generateBundle(_options, bundle) {
    for (const [name, chunk] of Object.entries(bundle)) {
      // In these, an escape would mean another text.
      if (/\\[^\0-\x7f]|String\.raw/.test(chunk.code)) throw new Error(`${name} holds what cannot be escaped`);
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/**
 * A module of CommonJS is a function that runs at once. Node 20 compiles such a function at once too, rather than to skim
 * it first, if it is written with its keyword and in brackets, as Node 22 does; of arrows, only Node 24 takes that hint.
 */
const runAtOnce = {
  name: 'run-at-once',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle))
      chunk.code = chunk.code.replace(
        /(?<=\w\.t\(\()(?:\((\w+,\w+)?\)|(\w+))=>(?=\{)/g,
        (_, pair = '', single = '') => `function(${pair}${single})`,
      );
  },
};

/** What the bundler adds of its own is written into the first file, which is there whatever is loaded. */
const runtimeFirst = {
  name: 'runtime-first',
  generateBundle(_options, bundle) {
    const name = Object.keys(bundle).find((file) => file.startsWith('rolldown-runtime'));
    const runtime = `exports.runtime=(exports=>{${bundle[name].code};return exports})({})`;
    delete bundle[name];
    for (const [file, chunk] of Object.entries(bundle))
      chunk.code = chunk.code.replaceAll(
        `require("./${name}")`,
        file === 'run.cjs' ? () => runtime : 'require("./run.cjs").runtime',
      );
  },
};

/** The clock behind `performance`, for which Node loads eleven modules more. */
const CLOCK = 'export const clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };';

// Split by command: each loads only what it needs, which test/cli/bundle.test.ts holds.
await build({
  input: { run: path('src/cli/run.ts'), worker: path('src/cli/batch/worker.ts') },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  plugins: [leaveOut, loadLate, runAtOnce, runtimeFirst, writeAscii],
  resolve: {
    alias: {
      // The modules of yaml, of which the bundler leaves out what is not used; for Node it offers CommonJS only.
      yaml: path('node_modules/yaml/browser/dist/index.js'),
      // Without its channels of diagnostics, to which nobody listens here.
      'lru-cache': path('node_modules/lru-cache/dist/esm/browser/index.js'),
    },
  },
  transform: { inject: { performance: ['clock', 'clock'] } },
  // cosmiconfig's loader for TypeScript configs, which is never called.
  external: ['typescript'],
  treeshake: { moduleSideEffects: false },
  output: {
    dir: path('dist/cli'),
    // CommonJS starts faster: Node reads it without its loader of modules.
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // To find a file and read it takes as long as many lines of code: what is loaded together is one file.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        // How wide an emoji is: patterns that take longest of all to parse.
        { name: 'widths', test: /node_modules.fast-string/ },
        {
          name: 'program',
          test: /node_modules.commander|node:(?:child_)?process$|src.cli.(?:main|tree|help|exit-code|given-values|render.(?:style|escape|findings|json))|src.(?:errors|redact|spellings|secret-name|json|json-parser|json-text|listing|nearest|percent)\.ts/,
        },
        {
          name: 'token',
          test: /src.(?:token|report.decode|lookalike|other-tokens|misplaced-token|time-claims|iso-time|duration|bounded-read|protocol.(?:base64url|jwt)|cli.(?:token|token-response|input-file|session|options|render.(?:transcript|time)))\.ts/,
        },
        {
          name: 'document',
          test: /node_modules.yaml|src.config.(?:document|document-keys|python-scalars|python-yaml)\.ts/,
        },
        { name: 'chalk', test: /node_modules.chalk|supports-color$/ },
        { name: 'cache', test: /node_modules.lru-cache|src.providers.cache\.ts/ },
        // What a token that is verified here is not asked about.
        {
          name: 'others',
          test: /src.(?:providers.(?:custom|github|kubernetes|oauth2-introspection|upstream)|protocol.introspection)/,
        },
        { name: 'patterns', test: /node_modules.re2js/ },
        { name: 'policy', test: /src.policy.(?:python|pattern)/ },
        {
          name: 'validate',
          test: /src.(?:expectations|server.bearer|cli.(?:commands.validate|ask|repeated-flags|request|span|expect|github-actions|output-file|render.(?:verdict|steps|job-summary|expectations)))\.ts/,
        },
        { name: 'provider', minShareCount: 8 },
      ],
    },
  },
});

// The manual is written by code of the CLI, which is bundled for this alone.
await build({
  input: { manual: path('src/cli/manual.ts') },
  platform: 'node',
  external: ['typescript'],
  output: { dir: path('dist/manual'), format: 'esm' },
});
const { writeManual } = await import('./dist/manual/manual.js');
mkdirSync(path('dist/man'));
for (const { name, text } of await writeManual(version)) writeFileSync(path(`dist/man/${name}`), text);
rmSync(path('dist/manual'), { recursive: true });

// For the Node that builds: the package is published without it, as nobody can read what is compiled.
execFileSync(process.execPath, [path('bin/compile.js')], { stdio: 'inherit' });
