// What each command loads is what makes it start fast: the built chunks are followed from import to import.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../dist/cli/', import.meta.url));
const chunks = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => [name, readFileSync(folder + name, 'utf8')]),
);

function loadedBy(entry: string): string {
  return [...loadedFiles(entry)].map((name) => chunks.get(name) ?? '').join('\n');
}

/** The chunk itself and all that it requires before it runs; what is required later stands behind a `then`. */
function loadedFiles(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, to = ''] of (chunks.get(name) ?? '').matchAll(
      /(?<!then\(\(\)=>[^;]{0,40})require\([`"']\.\/([^`"']+)[`"']\)/g,
    ))
      visit(to);
  };
  visit(entry);
  return seen;
}

function chunkThatHas(text: string): string {
  const found = [...chunks].filter(([, code]) => code.includes(text)).map(([name]) => name);
  expect(found, text).not.toEqual([]);
  return found[0] ?? '';
}

const HTTP = 'UND_ERR_HTTP_PARSER';
const YAML = 'YAMLParseError';
const SCHEMAS = 'expected an absolute http(s) URL';
const SEARCH = 'Missing loader for';
const COMMANDER = 'InvalidArgumentError';
const CRYPTO = '"node:crypto"';

describe('the program', () => {
  it('has the marks that are looked for, somewhere', () => {
    const all = [...chunks.values()].join('\n');
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH, COMMANDER, CRYPTO]) expect(all.includes(mark), mark).toBe(true);
  });

  it('has of undici what sends a request, and neither fetch nor mocks', () => {
    const all = [...chunks.values()].join('\n');
    for (const mark of ['MockAgent', 'CacheStorage', 'EventSource']) expect(all.includes(mark), mark).toBe(false);
  });

  it('starts without any command’s code', () => {
    const code = loadedBy('run.cjs');
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH, COMMANDER, CRYPTO]) expect(code.includes(mark), mark).toBe(false);
  });

  it('prints its help without any cryptography', () => {
    const code = loadedBy(chunkThatHas('Tells you, before your server does'));
    expect(code.includes(COMMANDER)).toBe(true);
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH, CRYPTO]) expect(code.includes(mark), mark).toBe(false);
  });

  it('decodes without HTTP client, schema library and YAML', () => {
    const code = loadedBy(chunkThatHas('authcheck decode "$TOKEN"'));
    expect(code.includes('nothing was verified')).toBe(true);
    for (const mark of [HTTP, YAML, SCHEMAS, SEARCH]) expect(code.includes(mark), mark).toBe(false);
  });

  it('validates without YAML and HTTP client until a config is read or a request is sent', () => {
    const code = loadedBy(chunkThatHas('ask every provider of the config'));
    expect(code.includes(SCHEMAS)).toBe(true);
    // A config is searched for only when none is named.
    for (const mark of [HTTP, YAML, SEARCH]) expect(code.includes(mark), mark).toBe(false);
  });

  it('reads few files on its way: each costs as much as many lines of code', () => {
    const count = (entry: string): number => loadedFiles(entry).size;
    expect(count(chunkThatHas('authcheck decode "$TOKEN"'))).toBeLessThan(8);
    expect(count(chunkThatHas('ask every provider of the config'))).toBeLessThan(12);
  });
});
