/** Where a token can come from, and what was pasted around it. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AuthcheckError, isPlaceholder, usageError } from '../index.js';
import { readPiped, readText } from './input-file.js';
import type { Io } from './io.js';
import { accessTokenOf, explainResponse } from './token-response.js';

/** The options that name a token. */
export interface TokenOptions {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** A token as it will be judged. */
export interface GivenToken {
  readonly token: string;
  /** What was taken away around it, in order. */
  readonly stripped: readonly string[];
  /** What a reader should know of that: with some of it, a server refuses the token. Null if it is harmless. */
  readonly caution: string | null;
}

/** Milliseconds that standard input may stay silent where the environment has a token too. */
const PATIENCE = 2000;

/**
 * Finds the token, as {@link findPasted}; JSON that holds none is none.
 *
 * @throws {AuthcheckError} as {@link findPasted}.
 */
export async function findToken(options: TokenOptions, argument: string | undefined, io: Io): Promise<GivenToken> {
  return refuseJson(await findPasted(options, argument, io));
}

/**
 * Refuses JSON that was pasted in the place of a token: the secrets in it are not the endpoint's.
 *
 * @throws {AuthcheckError} `input_unreadable`.
 */
export function refuseJson(given: GivenToken): GivenToken {
  const why = explainResponse(given.token);
  if (why === null) return given;
  throw unusable(why);
}

/**
 * Finds the token, or what else was pasted in its place: `--token` (or the argument), `--token-file`, `-` or piped
 * stdin, `AUTHCHECK_TOKEN`.
 *
 * @throws {AuthcheckError} `token_absent`, `input_unreadable`; `usage_invalid` for two tokens.
 */
export async function findPasted(options: TokenOptions, argument: string | undefined, io: Io): Promise<GivenToken> {
  if (options.token !== undefined && argument !== undefined) {
    throw usageError('the token was given twice: as an argument and with --token');
  }
  const named = options.token ?? argument;
  // A line break at the end is how files and pipes end, and nobody's mistake; elsewhere it is a part of what is sent.
  if (named !== undefined && named !== '-') {
    refuseFile(named, io);
    return take(named, 'the command line', io);
  }
  if (options.tokenFile !== undefined && options.tokenFile !== '-') {
    return take(readText(options.tokenFile, io).trimEnd(), options.tokenFile, io);
  }
  const fromEnv = io.env.AUTHCHECK_TOKEN ?? '';
  const asked = named === '-' || options.tokenFile === '-';
  if (asked || io.stdin.isPiped) {
    const piped = await readPiped(io, asked || fromEnv === '' ? undefined : PATIENCE);
    if (piped.trim() !== '' || asked) return take(piped.trimEnd(), 'standard input', io);
  }
  if (fromEnv !== '') return take(fromEnv, 'AUTHCHECK_TOKEN', io);
  throw new AuthcheckError(
    'token_absent',
    'no token was given; use --token TOKEN, --token-file FILE, standard input, or AUTHCHECK_TOKEN',
  );
}

/**
 * The name of a file, or @FILE as curl has it, would be judged, and sent to where tokens go.
 *
 * @throws {AuthcheckError} `usage_invalid`.
 */
function refuseFile(named: string, io: Io): void {
  const name = named.replace(/^@/, '');
  // A JWT is no name, and can be decoded where cwd throws; two slashes name another machine, on Windows.
  const isName = name.length < 256 && /^(?!eyJ|\/\/)[\w./-]+$/.test(name);
  const looksLikeFile = isName && (name !== named || /[./]/.test(name));
  if (!looksLikeFile || !existsSync(resolve(io.cwd, name))) return;
  throw usageError('this is the name of a file, not a token; --token-file FILE takes the token from a file');
}

/** What is left of what was pasted; an empty token is none: a variable that is not set leaves one behind. */
function take(pasted: string, source: string, io: Io): GivenToken {
  const given = triage(pasted);
  if (given.token === '') {
    const has = pasted.trim() === '' ? 'an empty one' : `nothing but ${given.stripped.join(', ')}`;
    throw new AuthcheckError('token_absent', `no token was given: ${source} has ${has}`);
  }
  // JSON is claims, which are no secret, or is refused later on.
  if (!given.token.startsWith('{')) maskToken(given.token, io);
  return given;
}

/**
 * Has the runner hide the token in all that is printed from now on: the one place where a token is printed, on stderr,
 * where the runner reads it and shows three stars.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#masking-a-value-in-a-log
 */
export function maskToken(token: string, io: Io): void {
  if (io.env.GITHUB_ACTIONS !== 'true' || !/^[\x21-\x7e]{8,}$/.test(token)) return;
  io.stderr.write(`::add-mask::${token.replaceAll('%', '%25')}\n`);
}

interface Layer {
  readonly name: string;
  readonly peel: (text: string) => string | null;
  /** Whether tokens are sent in it, so that what is around it does no harm. */
  readonly carries?: true;
}

/** What people paste around a token, outermost first; each is peeled as often as it is found. */
const LAYERS: readonly Layer[] = [
  { name: 'a byte order mark', peel: (text) => (text.startsWith('\ufeff') ? text.slice(1) : null) },
  { name: 'white space', peel: (text) => (text.trim() === text ? null : text.trim()) },
  {
    name: 'the name of a variable',
    peel: (text) => /^(?:export\s+|set\s+)?[A-Za-z_]\w*=((["']?)eyJ[\w.~+/=-]+\2);?$/.exec(text)?.[1] ?? null,
  },
  { name: 'quotes', peel: (text) => /^(["'`])(.*)\1[,;]?$/s.exec(text)?.[2] ?? null },
  { name: 'a JSON token response', carries: true, peel: accessTokenOf },
  { name: 'a curl command', carries: true, peel: curlTokenOf },
  {
    name: 'the Authorization header name',
    carries: true,
    peel: (text) => /^(?:.*\n)?["']?authorization["']?\s*:\s*([^\r\n]*)/i.exec(text)?.[1] ?? null,
  },
  // A variable that is not set leaves the scheme alone, which is no token.
  { name: 'the Bearer scheme', carries: true, peel: (text) => /^bearer(?!\S)\s*(.*)$/is.exec(text)?.[1] ?? null },
  // GitHub takes it for a scheme, and servers take no other than Bearer.
  { name: 'the word "token"', peel: (text) => /^token(?!\S)\s*(.*)$/is.exec(text)?.[1] ?? null },
];

/**
 * Takes away what was pasted around a token, and says what that was.
 *
 * @throws {AuthcheckError} `input_unreadable` for what surely holds no token; `usage_invalid` for several tokens.
 */
export function triage(pasted: string): GivenToken {
  // Nothing can be around what is made of a token's own characters, unless it is the name of a scheme.
  if (/^(?!(?:bearer|token)$)[\w.~+/=-]*$/i.test(pasted)) return { token: pasted, stripped: [], caution: null };
  const stripped: string[] = [];
  let harmful: readonly string[] = [];
  let token = pasted;
  for (let round = 0; round < 16; round += 1) {
    const layer = LAYERS.find(({ peel }) => peel(token) !== null);
    if (layer === undefined) break;
    token = layer.peel(token) ?? token;
    const isAgain = stripped.includes(layer.name);
    if (layer.carries !== true) harmful = [...new Set([...harmful, layer.name])];
    else harmful = isAgain ? [`${layer.name} twice`] : [];
    if (!isAgain) stripped.push(layer.name);
  }
  const lines = token.split('\n').map((line) => line.trim());
  if (lines.length > 1 && lines.every((line) => /^(?:[\w-]+\.){2}[\w-]*$/.test(line)))
    throw usageError(
      `these are ${lines.length} tokens, one on each line: authcheck validate --tokens FILE judges them`,
    );
  if (CURL.test(token)) throw unusable('no bearer token was found in the curl command');
  if (isPlaceholder(token))
    throw unusable(
      'this is a variable or a placeholder that was never replaced; a shell replaces nothing in single quotes',
    );
  const list = harmful.join(' and ');
  const caution = `the token was given with ${list}, removed here: a server that gets it with ${list} refuses it`;
  return { token, stripped, caution: list === '' ? null : caution };
}

function unusable(why: string): AuthcheckError {
  return new AuthcheckError('input_unreadable', `${why}; it is sent nowhere`);
}

const CURL = /^(?:\$\s*)?curl\s/;

function curlTokenOf(text: string): string | null {
  if (!CURL.test(text)) return null;
  // What shells escape with; no token has them.
  const plain = text.replace(/[\\^]/g, '');
  const header = /(?:^|[\s"'])authorization:\s*(?:bearer\s+|(?=token\s))((?:token\s+)?[^"'\s]+)/i.exec(plain)?.[1];
  return header ?? /--oauth2-bearer[= ]+["']?([^"'\s]+)/.exec(plain)?.[1] ?? null;
}
