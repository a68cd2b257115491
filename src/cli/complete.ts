/** What could stand at the cursor: the answer to a shell, read off the tree of commands. */

import type { Argument, Command, Option } from 'commander';
import { resolve } from 'node:path';
import { ACTIONS, isObject, listProviders, member, parseJson, stringMember, type Json } from '../index.js';
import { EXIT } from './exit-code.js';
import { readText } from './input-file.js';
import type { Io } from './io.js';
import { readLine, SHELLS, type TypedLine } from './shell.js';
import { buildProgram, COMMAND_NAMES } from './tree.js';

/** Something that could be typed. */
interface Candidate {
  readonly value: string;
  readonly note: string;
}

/** Candidates; or the names of files, which the shell knows best. */
type Offer = readonly Candidate[] | 'files';

/** More than anybody chooses from. */
const MAX_CANDIDATES = 200;
/** The command line on standard input. */
const MAX_BYTES = 1024 * 1024;

/**
 * Answers a shell: `words` or `files` on the first line, then a candidate a line, a tab before what it means.
 *
 * The words of the command line come from standard input, each with a NUL behind it: among them may be a token, which
 * arguments would show to everybody on the machine. Nothing is asked for over the network, and nothing but candidates
 * is ever said.
 */
export async function complete([name = '', breaks]: readonly string[], io: Io): Promise<number> {
  try {
    const shell = SHELLS.find((known) => known === name);
    const text = io.stdin.isPiped ? await io.stdin.read(MAX_BYTES) : null;
    const typed = text === null ? [] : text.split('\0').slice(0, -1);
    if (shell === undefined || typed.length < 2) return EXIT.ok;
    const line = readLine(shell, typed, breaks);
    const offer = await findOffer(line, io);
    const lines = offer === 'files' ? ['files'] : ['words', ...listCandidates(offer, line)];
    io.stdout.write(lines.map((text) => `${text}\n`).join(''));
  } catch {
    // Whoever presses TAB is not told of a config that cannot be read, nor of our bugs.
  }
  return EXIT.ok;
}

function listCandidates(candidates: readonly Candidate[], { current, write }: TypedLine): string[] {
  return candidates
    .filter(({ value }) => value.startsWith(current))
    .slice(0, MAX_CANDIDATES)
    .flatMap(({ value, note }) => {
      const written = write(value);
      return written === null ? [] : [`${written}\t${note}`];
    });
}

async function findOffer({ words, current }: TypedLine, io: Io): Promise<Offer> {
  const isHelp = words[0] === 'help';
  const path = isHelp ? words.slice(1) : words;
  const [first] = path;
  const isNamed = first !== undefined && COMMAND_NAMES.includes(first);
  const build = (name: string | null): Promise<Command> => buildProgram(name, () => Promise.resolve(), io);
  if (first === undefined && !current.startsWith('-')) return listCommands(await build(null));
  const program = await build(isNamed ? first : 'validate');
  // Without the name of a command, the flags are those of validate.
  const place = findPlace(program, isNamed ? path : ['validate', ...path]);
  return isHelp ? listCommands(place.command) : offerAt(place, current, io);
}

/** Where on a command line the cursor is. */
interface Place {
  readonly command: Command;
  /** The flag whose value is at the cursor. */
  readonly awaiting: Option | null;
  /** How many arguments stand before. */
  readonly position: number;
  /** Whether `--` stands before, after which nothing is a flag. */
  readonly isEnded: boolean;
  /** The values of flags, by their names. */
  readonly given: ReadonlyMap<string, string>;
}

function findPlace(program: Command, words: readonly string[]): Place {
  let command = program;
  let awaiting: Option | null = null;
  let position = 0;
  let isEnded = false;
  const given = new Map<string, string>();
  for (const word of words) {
    if (awaiting !== null) {
      given.set(awaiting.attributeName(), word);
      awaiting = null;
    } else if (word === '--') isEnded = true;
    else if (!isEnded && /^-./.test(word)) {
      const { option, value } = readFlag(command, word);
      if (option !== null && value !== null) given.set(option.attributeName(), value);
      else if (option?.required === true) awaiting = option;
    } else {
      const inner = position === 0 ? command.commands.find((known) => known.name() === word) : undefined;
      if (inner === undefined) position += 1;
      command = inner ?? command;
    }
  }
  return { command, awaiting, position, isEnded, given };
}

function readFlag(command: Command, word: string): { readonly option: Option | null; readonly value: string | null } {
  const [, flag = word, value = null] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  return { option: command.options.find(({ long, short }) => flag === long || flag === short) ?? null, value };
}

async function offerAt(place: Place, current: string, io: Io): Promise<Offer> {
  const { command, awaiting, position, isEnded } = place;
  if (awaiting !== null) return offerValues(awaiting, place, io);
  if (!isEnded && current.startsWith('-')) {
    const { option, value } = readFlag(command, current);
    if (value === null) return listFlags(command);
    const values = option === null ? [] : await offerValues(option, place, io);
    const flag = current.slice(0, current.indexOf('=') + 1);
    return values === 'files' ? values : values.map((candidate) => ({ ...candidate, value: flag + candidate.value }));
  }
  const argument = command.registeredArguments.at(position) ?? command.registeredArguments.at(-1);
  const isOver = position >= command.registeredArguments.length && argument?.variadic !== true;
  const values = argument === undefined || isOver ? [] : await offerValues(argument, place, io);
  if (values === 'files' && (position > 0 || command.commands.length === 0)) return values;
  return [...(position === 0 ? listCommands(command) : []), ...(values === 'files' ? [] : values)];
}

function listCommands(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((inner) => ({ value: inner.name(), note: inner.summary() || inner.description() }));
}

function listFlags(command: Command): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.map(({ long, short, description }) => ({ value: long ?? short ?? '', note: description }));
}

/** What a flag or an argument takes: what the tree lists, or what is named in its angle brackets. */
async function offerValues(taker: Option | Argument, { given }: Place, io: Io): Promise<Offer> {
  if (taker.argChoices !== undefined) return taker.argChoices.map((value) => ({ value, note: '' }));
  const name = 'flags' in taker ? taker.attributeName() : '';
  const placeholder = 'flags' in taker ? /[<[]([^\]>.]+)/.exec(taker.flags)?.[1] : taker.name();
  if (name === 'provider') return offerProviders(given.get('config'), io);
  if (name === 'againstProvider') return offerProviders(given.get('against') ?? given.get('config'), io);
  if (name === 'kid') return offerKids(given.get('key') ?? given.get('jwks'), io);
  if (placeholder === 'action or path') return ACTIONS.map((value) => ({ value, note: 'an action' }));
  return ['file', 'files', 'folder', 'source'].includes(placeholder ?? '') ? 'files' : [];
}

async function offerProviders(config: string | undefined, io: Io): Promise<Candidate[]> {
  const file = config === undefined ? undefined : expandHome(config, io);
  const names = await listProviders({ env: io.env, cwd: io.cwd, file });
  return names.map((value) => ({ value, note: 'a provider of the config' }));
}

function offerKids(source: string | undefined, io: Io): Candidate[] {
  if (source === undefined || /^https?:/i.test(source)) return [];
  const json = parseJson(readText(resolve(io.cwd, expandHome(source, io)), io));
  if (!json.ok || !isObject(json.value)) return [];
  const keys = member(json.value, 'keys') ?? [json.value];
  const kids = Array.isArray(keys) ? keys.map((key: Json) => (isObject(key) ? stringMember(key, 'kid') : null)) : [];
  return kids.flatMap((value) => (value === null ? [] : [{ value, note: 'a key of the file' }]));
}

/** The shell has not read the line yet. */
function expandHome(path: string, io: Io): string {
  return path.replace(/^~(?=\/)/, io.env.HOME ?? '~');
}
