/** The pages of the manual, read off the tree of commands when the package is built. */

import { Readable } from 'node:stream';
import type { Argument, Command } from 'commander';
import { SEARCH_PLACES } from '../index.js';
import { GROUPS } from './help.js';
import type { Io } from './io.js';
import { CONFIG_OPTION } from './options.js';
import { formatManPage, type Entry, type ManPage } from './render/roff.js';
import { buildProgram, COMMAND_NAMES, listCommands } from './tree.js';

/** A page and the name of its file. */
export interface ManualFile {
  readonly name: string;
  readonly text: string;
}

/** Writes the whole manual: a page for the program, and one for every command below it. */
export async function writeManual(version: string): Promise<ManualFile[]> {
  const program = await load(null);
  const commands = (await Promise.all(COMMAND_NAMES.map(findCommand))).flatMap(listCommands);
  const pages = [program, ...commands].map((command) => describeCommand(command, version));
  const all = pages.map(({ name }) => name);
  return pages.map((page) => ({
    name: `${page.name}.1`,
    text: formatManPage({ ...page, seeAlso: findRelatives(page.name, all) }),
  }));
}

const mute = { write: () => undefined, pending: 0, drain: () => Promise.resolve(true), isTTY: false, columns: null };
/** The world of a build: nothing happens. */
const io: Io = {
  stdin: { isPiped: false, read: () => Promise.resolve(''), stream: () => Readable.from([]) },
  stdout: mute,
  stderr: mute,
  env: {},
  cwd: '/',
  now: () => 0,
  onInterrupt: () => undefined,
  takeSignals: () => undefined,
};

/** A command; without a name, the program with all of them. */
function load(name: string | null): Promise<Command> {
  return buildProgram(name, () => Promise.resolve(), io);
}

async function findCommand(name: string): Promise<Command> {
  const command = (await load(name)).commands.find((known) => known.name() === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

function describeCommand(command: Command, version: string): Omit<ManPage, 'seeAlso'> {
  const helper = command.createHelp();
  const { examples, prose, exits } = readHelp(command);
  const options = helper.visibleOptions(command);
  const groups = Object.values(GROUPS).map((heading) => ({
    heading: heading === GROUPS.own ? '' : heading.replace(/:$/, ''),
    entries: options
      .filter(({ helpGroupHeading = GROUPS.own }) => helpGroupHeading === heading)
      .map((option) => ({ term: helper.optionTerm(option), text: helper.optionDescription(option) })),
  }));
  const taken = helper.visibleArguments(command).map((argument) => ({
    term: bracket(argument),
    text: helper.argumentDescription(argument),
  }));
  // A config that is only ever named, such as that of mint, is not searched for.
  const flags = options
    .filter(({ long, description }) => long !== '--config' || description === CONFIG_OPTION[1])
    .map(({ long }) => long ?? '');
  return {
    name: pathOf(command).join('-'),
    version,
    summary: command.summary() || command.description(),
    usage: helper.commandUsage(command),
    description: [sentence(command.description()), ...prose],
    options: [{ heading: '', entries: taken }, ...groups].filter(({ entries }) => entries.length > 0),
    commands: helper.visibleCommands(command).map((inner) => ({
      term: inner.name(),
      text: inner.summary() || inner.description(),
    })),
    examples,
    exits: [...(exits.length > 0 ? exits : DONE), ...ALWAYS],
    environment: ENVIRONMENT.filter((one) => command.parent === null || one.flags.some((flag) => flags.includes(flag))),
    files: command.parent === null || flags.includes('--config') ? FILES : null,
  };
}

/** As the synopsis has it. */
function bracket(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function pathOf(command: Command): string[] {
  return [...(command.parent === null ? [] : pathOf(command.parent)), command.name()];
}

/** What help says around what commander makes of the tree: examples before it; behind it prose, and exit codes. */
function readHelp(command: Command): {
  readonly examples: readonly string[];
  readonly prose: readonly string[];
  readonly exits: readonly Entry[];
} {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => void written.push(text) }).outputHelp();
  const [before = '', after] = written.join('').split(command.helpInformation());
  if (after === undefined) throw new Error(`the help of ${command.name()} is not what commander makes it`);
  const paragraphs = after.split('\n\n').map((text) => text.trim().replaceAll('\n', ' '));
  const codes = paragraphs.find((text) => text.startsWith(CODES)) ?? CODES;
  return {
    examples: before.split('\n').flatMap((line) => (line.startsWith('  ') ? [line.trim()] : [])),
    prose: paragraphs.filter((text) => text !== '' && text !== codes),
    exits: codes
      .slice(CODES.length)
      .split(' · ')
      .flatMap((text) => {
        const [, term, meaning] = /^(\d+) (.+)$/.exec(text.trim()) ?? [];
        return term === undefined || meaning === undefined || ALWAYS.some((one) => one.term === term)
          ? []
          : [{ term, text: meaning }];
      }),
  };
}

const CODES = 'Exit codes:';

/** Exit codes of commands that only make or show something. */
const DONE: readonly Entry[] = [
  { term: '0', text: 'done' },
  { term: '2', text: 'usage, config or unreadable input' },
];

/** Exit codes of every command. */
const ALWAYS: readonly Entry[] = [
  { term: '70', text: 'a bug in authcheck' },
  { term: '130', text: 'interrupted' },
];

/** The variables that count, each where there is one of these flags. */
const ENVIRONMENT: readonly (Entry & { readonly flags: readonly string[] })[] = [
  { flags: ['--config'], term: 'AUTHCHECK_CONFIG', text: 'The config, where --config names none.' },
  { flags: ['--token'], term: 'AUTHCHECK_TOKEN', text: 'The token, where it is given in no other way.' },
  {
    flags: ['--color'],
    term: 'NO_COLOR, FORCE_COLOR',
    text: 'No colours; colours even where the output is not a terminal.',
  },
  {
    flags: ['--jwks', '--live', '--online', '--introspection'],
    term: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY',
    text: 'The proxy through which providers are asked, and the hosts that are asked directly.',
  },
];

const FILES = `Where nothing names the config, it is the first of these that is there, from the working directory up to the root of the repository: ${SEARCH_PLACES.join(', ')} (its entry authcheck).`;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

/** The pages above and below, and beside those of a group; of the program, all. */
function findRelatives(name: string, all: readonly string[]): string[] {
  const above = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('-'), 0));
  const isNear = (other: string): boolean =>
    other === above(name) || above(other) === name || (above(name) !== PROGRAM && above(other) === above(name));
  return all.filter((other) => other !== name && (name === PROGRAM || isNear(other)));
}

const PROGRAM = 'authcheck';
