/** Searches for a config file. The only cosmiconfig import. */

import { closeSync, existsSync, openSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AuthcheckError, codeOf, reasonOf } from '../errors.js';

const NAMES = ['json', 'yaml', 'yml'];

/** Where a config is searched for, in this order; never a file that would have to be run. */
export const SEARCH_PLACES: readonly string[] = [
  '.authcheckrc',
  ...NAMES.map((extension) => `.authcheckrc.${extension}`),
  ...NAMES.map((extension) => `authcheck.config.${extension}`),
  '.config/authcheckrc',
  ...NAMES.map((extension) => `.config/authcheckrc.${extension}`),
  'package.json',
];

/** Where a search from this folder looks, in words. */
export function describeSearch(cwd: string): string {
  const from = resolve(cwd);
  const root = repositoryRoot(cwd);
  if (root === null) return `in ${from} (it is in no repository, so nothing above it is searched)`;
  return root === from ? `in ${from}` : `from ${from} up to ${root}`;
}

/** Searches to the root of the repository; outside of one, the folder itself only: what lies above belongs to others. */
export async function searchUpward(cwd: string): Promise<string | null> {
  const explorer = await openExplorer();
  const last = repositoryRoot(cwd) ?? resolve(cwd);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = await searchFolder(explorer, folder);
    if (found !== null || folder === last) return found;
  }
}

async function openExplorer(): Promise<Explorer> {
  // The public door of cosmiconfig first looks for a "meta config" and runs .config/config.js if there is one;
  // reading a config must not run code, so the explorer behind that door is used.
  const { default: library } = await import('cosmiconfig/dist/Explorer.js');
  if (!hasExplorer(library)) throw new Error('this version of cosmiconfig has no Explorer');
  // What a file says is read later, with positions; here it only counts that it is there. Of package.json, cosmiconfig
  // takes the entry under our name.
  const loader = (path: string, content: string): object => {
    if (basename(path) !== 'package.json') return { path };
    return hasEntry(content) ? { authcheck: { path } } : {};
  };
  return new library.Explorer({
    moduleName: 'authcheck',
    searchPlaces: [...SEARCH_PLACES],
    // One folder at a time: by itself, it would go on to the folder of the user's settings.
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: true,
    cache: false,
    loaders: { '.json': loader, '.yaml': loader, '.yml': loader, noExt: loader },
    transform: (result: unknown) => result,
    metaConfigFilePath: null,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    applyPackagePropertyPathToConfiguration: false,
  });
}

async function searchFolder(explorer: Explorer, folder: string): Promise<string | null> {
  const places = SEARCH_PLACES.map((place) => join(folder, place));
  try {
    const found = (await explorer.search(folder))?.filepath ?? null;
    // cosmiconfig passes over a file that may not be read, and takes a later one: the first is given all the same, and
    // is then refused by its name.
    return places.slice(0, found === null ? undefined : places.indexOf(found)).find(isClosed) ?? found;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    const message = `the config in ${folder}: ${reasonOf(error)}`;
    throw new AuthcheckError('config_unreadable', message, { cause: error });
  }
}

function isClosed(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return false;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(codeOf(error));
  }
}

interface Explorer {
  readonly search: (from: string) => Promise<{ readonly filepath: string } | null>;
}

interface ExplorerModule {
  readonly Explorer: new (options: object) => Explorer;
}

function hasExplorer(library: object): library is ExplorerModule {
  return 'Explorer' in library;
}

function repositoryRoot(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function hasEntry(content: string): boolean {
  try {
    return packageEntry(JSON.parse(content)) !== undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The config in a package.json; undefined if there is none. */
export function packageEntry(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'authcheck' in value ? value.authcheck : undefined;
}
