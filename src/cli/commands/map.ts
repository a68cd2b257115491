/** `authcheck map`: claims through the mapping, entry by entry. */

import { InvalidArgumentError, type Command } from 'commander';
import {
  AuthcheckError,
  decodeToken,
  DEFAULT_CLAIMS_MAPPING,
  findUnknownAttributes,
  formatPath,
  jwksOf,
  mapClaims,
  unusedClaims,
  type ClaimsMapping,
  type JsonObject,
  type Rule,
  usageError,
} from '../../index.js';
import { parseClaims } from '../claims.js';
import { EXIT } from '../exit-code.js';
import { readPiped, readText } from '../input-file.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { formatMapping } from '../render/mapping.js';
import type { Pairs } from '../repeated-flags.js';
import { openSession, type Session } from '../session.js';
import { findTarget } from '../target.js';
import { findPasted } from '../token.js';

/** The flags of `map`. */
export interface MapOptions extends SharedOptions, IssuerOptions {
  readonly claimsFile?: string;
  readonly map?: Pairs;
}

/** Defines the command. */
export function defineMap(run: Run): Command {
  const command = createCommand(
    'map',
    'authcheck map --config run.yaml --token "$TOKEN" --map realm_access.roles=roles',
  )
    .argument('[token]', 'the token, as with --token')
    .addHelpText(
      'after',
      '\nExit codes: 0 mapped · 2 usage, config or unreadable input · 3 the issuer could not be asked',
    )
    .option('--claims-file <file>', 'JSON claims instead of a token (- for standard input)')
    .option('--map <claim=attribute>', 'try this mapping instead of the config’s; may be repeated', collectEntry);
  return addIssuerOptions(command).action((token: string | undefined, options: MapOptions) =>
    run((io) => runMap(options, token, io)),
  );
}

/** Maps the claims. A mapping that finds nothing is a result, not an error. */
async function runMap(options: MapOptions, argument: string | undefined, io: Io): Promise<number> {
  const session = openSession(options, io);
  const { origin, mapping, rules = [], locate = () => null, asked = null } = await findMapping(options, io, session);
  session.warn(
    findUnknownAttributes(mapping, rules).map(({ code, path, message }) => ({
      severity: 'hint',
      code,
      path: formatPath(path),
      position: locate(path.map(String)),
      message,
    })),
  );
  const claims = await findClaims(options, argument, asked, io, session);
  const { attributes, mapping: rows } = mapClaims(claims, mapping);
  const unused = unusedClaims(claims, mapping);
  session.answer(
    () => ({ attributes, mapping: rows, unused }),
    (style) =>
      formatMapping({ origin, attributes, rows, unused, tried: options.map === undefined ? null : mapping }, style),
  );
  return EXIT.ok;
}

/** A mapping, and what its config says beside it. */
interface FoundMapping {
  readonly origin: string;
  readonly mapping: ClaimsMapping;
  readonly rules?: readonly Rule<unknown>[];
  readonly locate?: (field: readonly string[]) => string | null;
  /** The provider whose answer is mapped, and not what the token says; null for a key set. */
  readonly asked?: string | null;
}

async function findMapping(options: MapOptions, io: Io, session: Session): Promise<FoundMapping> {
  if (options.map !== undefined) return { origin: '--map', mapping: Object.fromEntries(options.map) };
  try {
    const target = await findTarget(options, io, session.onExchange);
    session.warn(target.warnings.filter((finding) => finding.path.includes('claims_mapping')));
    const { config, name, locate } = target.chosen;
    if ('claims_mapping' in config) {
      const rules = [...target.config.access_policy, ...target.config.route_policy];
      const origin = `${target.origin} · provider ${name} (${config.type})`;
      const asked = jwksOf(config) === null ? name : null;
      return { origin, mapping: config.claims_mapping, rules, locate, asked };
    }
    throw usageError(`the provider ${name} (${config.type}) has no claims_mapping: its attributes come as they are`);
  } catch (error) {
    const none = error instanceof AuthcheckError && error.code === 'config_not_found';
    if (!none) throw error;
    return { origin: 'no config: the default mapping of oauth2_token', mapping: DEFAULT_CLAIMS_MAPPING };
  }
}

async function findClaims(
  options: MapOptions,
  argument: string | undefined,
  asked: string | null,
  io: Io,
  session: Session,
): Promise<JsonObject> {
  if (options.claimsFile !== undefined) {
    if (options.token !== undefined || options.tokenFile !== undefined || argument !== undefined)
      throw usageError('the claims are those of a file or of a token, not both');
    const text = options.claimsFile === '-' ? await readPiped(io) : readText(options.claimsFile, io);
    return parseClaims(text);
  }
  const given = await findPasted(options, argument, io);
  if (given.token.startsWith('{')) return parseClaims(given.token);
  session.noteStripped(given);
  const { claims, fault } = decodeToken(given.token);
  const elsewhere =
    asked === null
      ? null
      : `a server maps what the provider ${asked} answers, not what the token says: authcheck validate --json has the answer as token.claims, and --claims-file takes it`;
  if (claims === null) {
    const why = fault === null ? ' (it is opaque or encrypted)' : `: ${fault.message}`;
    const hint = elsewhere === null ? '' : `; ${elsewhere}`;
    throw new AuthcheckError('input_unreadable', `the token has no readable claims${why}${hint}`);
  }
  session.advise(elsewhere);
  session.caution('nothing was verified:', 'the claims are taken as they stand');
  return claims;
}

function collectEntry(text: string, previous: Pairs | undefined): Pairs {
  const at = text.lastIndexOf('=');
  const entry = [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const;
  if (at === -1 || entry.includes('')) throw new InvalidArgumentError('expected CLAIM=ATTRIBUTE');
  if (previous?.some(([claim]) => claim === entry[0]) === true)
    throw new InvalidArgumentError('a claim is mapped to one attribute');
  return [...(previous ?? []), entry];
}
