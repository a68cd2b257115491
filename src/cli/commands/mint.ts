/** `authcheck mint`: tokens for trying a config. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  ALGORITHMS,
  AuthcheckError,
  createSigner,
  hasFiniteNumbers,
  readTokenPattern,
  parseJwt,
  readPrivateKey,
  type Json,
  type JsonObject,
  type Key,
  type TokenPattern,
  usageError,
} from '../../index.js';
import { parseClaims, parseValue, setClaim } from '../claims.js';
import { EXIT } from '../exit-code.js';
import { fillIn, findConfig, type ExpectingConfig } from '../expecting-config.js';
import { readPem, readPiped, readText } from '../input-file.js';
import type { Io, Run } from '../io.js';
import { createGenerator, type SharedOptions } from '../options.js';
import { parseSpan } from '../span.js';
import { writeOutputs } from '../output-file.js';
import { formatJson } from '../render/json.js';
import { formatMinted } from '../render/minted.js';
import { openSession } from '../session.js';
import { collectText } from '../repeated-flags.js';
import { maskToken, triage } from '../token.js';

/** The flags of `mint`. */
export interface MintOptions extends SharedOptions {
  readonly issuer?: string;
  readonly audience?: readonly string[];
  readonly subject?: string;
  readonly claim?: readonly Assignment[];
  readonly claims?: string;
  readonly like?: string;
  /** Seconds. */
  readonly expiresIn?: number;
  /** Seconds. */
  readonly notBefore?: number;
  readonly alg?: string;
  readonly key?: string;
  readonly kid?: string;
  readonly typ?: string;
  readonly header?: readonly Assignment[];
  readonly jwksOut?: string;
  readonly force?: boolean;
}

type Assignment = readonly [string, Json];

/** Defines the command. */
export function defineMint(run: Run): Command {
  return createGenerator('mint', 'authcheck mint --config run.yaml --claim groups=\'["ml"]\' --jwks-out jwks.json')
    .option('--config <file>', 'fill in what this config expects: iss, aud, and some sub')
    .option('--provider <name>', 'the provider of the config')
    .option('--issuer <iss>', 'the issuer')
    .option('--audience <aud>', 'the audience; may be repeated', collectText)
    .option('--subject <sub>', 'the subject')
    .option('--claim <name=value>', 'a claim, JSON or text; a dotted name reaches inside; may be repeated', collect)
    .option('--claims <json>', 'many claims: a JSON object, @FILE, or - for standard input')
    .option('--like <token>', 'the claims and the header of a token (or @FILE, or -), its times moved to now')
    .option(
      '--expires-in <span>',
      'such as 90s, 10m, 1h, 2d, or seconds; negative for an expired token (default: 1h)',
      parseSpan,
    )
    .option('--not-before <span>', 'from now until the token is valid; negative for the past', parseSpan)
    .addOption(new Option('--alg <name>', 'the algorithm (default: ES256, or what fits the key)').choices(ALGORITHMS))
    .option('--key <file>', 'a private key, JWK, JWK set or PEM, rather than a throwaway one')
    .option('--kid <id>', 'the key id (default: that of the key, else its thumbprint)')
    .option('--typ <type>', 'the type (default: JWT)')
    .option('--header <name=value>', 'another parameter of the header, JSON or text; may be repeated', collect)
    .option('--jwks-out <file>', 'write the public key set that verifies the token')
    .option('--force', 'write over a file that exists')
    .action((options: MintOptions) => run((io) => runMint(options, io)));
}

/** Makes the token. It is the answer, so --quiet does not silence it. */
async function runMint(options: MintOptions, io: Io): Promise<number> {
  if (options.like === '-' && options.claims === '-')
    throw usageError('--like and --claims cannot both be standard input');
  const session = openSession(options, io);
  const now = Math.floor(io.now() / 1000);
  const config = await findConfig(options, io);
  const like = options.like === undefined ? null : readTokenPattern(await readToken(options.like, io), now);
  const given = await gatherClaims(options, like, now, io);
  const claims = { ...fillIn(given, like, config, now), ...given };
  const key = readKeyFile(options, io);
  const signer = await createSigner({ algorithm: chooseAlgorithm(options, key, like, config), kid: options.kid, key });
  const parameters = { ...like?.header, ...headerOf(options) };
  refuseInfinite(claims, 'the claim');
  refuseInfinite(parameters, 'the header parameter');
  const token = await signer.sign(claims, parameters);
  // The key of HS* verifies and signs: it is nobody else's.
  const keys = signer.jwk.kty === 'oct' ? [] : [signer.jwk];
  const { jwksOut } = options;
  if (jwksOut !== undefined) {
    if (keys.length === 0) throw usageError(`${signer.algorithm} has no public key that could be written`);
    writeOutputs([{ path: jwksOut, text: formatJson({ keys }) }], options, io);
  }
  const { header } = parseJwt(token);
  const text = options.json === true ? formatJson({ token, header, claims, jwks: { keys } }) : `${token}\n`;
  io.stdout.write(text);
  session.note((style) =>
    formatMinted(
      { signer, keyFile: options.key ?? null, jwksOut: jwksOut ?? null, dropped: like?.dropped ?? [] },
      style,
    ),
  );
  return EXIT.ok;
}

async function readGiven(given: string, io: Io): Promise<string> {
  if (given === '-') return readPiped(io);
  return given.startsWith('@') ? readText(given.slice(1), io) : given;
}

async function readToken(given: string, io: Io): Promise<string> {
  const { token } = triage(await readGiven(given, io));
  // JSON is claims, which are no secret.
  if (!token.startsWith('{')) maskToken(token, io);
  return token;
}

/** What the flags say: the nearer to the claim, the stronger. */
async function gatherClaims(options: MintOptions, like: TokenPattern | null, now: number, io: Io): Promise<JsonObject> {
  const { issuer, audience, subject, expiresIn, notBefore } = options;
  const listed = options.claims === undefined ? {} : parseClaims(await readGiven(options.claims, io));
  const aud = audience?.length === 1 ? audience[0] : audience;
  const claims: JsonObject = {
    ...like?.claims,
    ...listed,
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(aud === undefined ? {} : { aud }),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(notBefore === undefined ? {} : { nbf: now + notBefore }),
    ...(expiresIn === undefined ? {} : { exp: now + expiresIn }),
  };
  return (options.claim ?? []).reduce<JsonObject>((all, [path, value]) => setClaim(all, path, value), claims);
}

function readKeyFile({ key, kid }: MintOptions, io: Io): Key | undefined {
  if (key === undefined) return undefined;
  const text = readPem(key, io);
  try {
    return readPrivateKey(text, kid);
  } catch (error) {
    if (!(error instanceof AuthcheckError)) throw error;
    throw new AuthcheckError(error.code, `${key}: ${error.message}`, { cause: error });
  }
}

/** Undefined where the key says it. */
function chooseAlgorithm(
  { alg }: MintOptions,
  key: Key | undefined,
  like: TokenPattern | null,
  config: ExpectingConfig | null,
): string | undefined {
  if (alg?.startsWith('HS') === true && key === undefined)
    throw usageError(`${alg} needs --key FILE: nobody could verify what a throwaway secret signed`);
  if (alg !== undefined || key !== undefined) return alg;
  if (typeof like?.algorithm === 'string') return like.algorithm;
  const allowed = config?.algorithms?.filter((name) => !name.startsWith('HS')) ?? [];
  return allowed[0] === undefined || allowed.includes('ES256') ? 'ES256' : allowed[0];
}

function headerOf({ typ, header = [] }: MintOptions): JsonObject {
  const own = header.find(([name]) => ['alg', 'kid', 'typ'].includes(name));
  if (own !== undefined) throw usageError(`--header cannot set ${own[0]}; use --${own[0]}`);
  return { ...(typ === undefined ? {} : { typ }), ...Object.fromEntries(header) };
}

/** Such as 1e400: null would be signed in its place. */
function refuseInfinite(members: JsonObject, what: string): void {
  const found = Object.entries(members).find(([, value]) => !hasFiniteNumbers(value));
  if (found !== undefined) throw usageError(`${what} ${found[0]} has a number that JSON cannot hold`);
}

function collect(text: string, previous: readonly Assignment[] | undefined): readonly Assignment[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected NAME=VALUE');
  return [...(previous ?? []), [text.slice(0, at), parseValue(text.slice(at + 1))]];
}
