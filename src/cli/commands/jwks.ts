/** `authcheck jwks`: the keys that tokens are checked against. */

import type { Command } from 'commander';
import {
  AuthcheckError,
  jwksOf,
  parseJwt,
  REASONS,
  reportKeySet,
  showUrl,
  stringMember,
  type KeySetResult,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { formatKeySet } from '../render/keys.js';
import { openSession, type Session } from '../session.js';
import { isUri, readKeySetFile } from '../source.js';
import { fetchKeys, findTarget } from '../target.js';
import { findToken } from '../token.js';
import { defineJwksGenerate } from './jwks-generate.js';

type JwksOptions = SharedOptions & IssuerOptions;

/** Defines the command. */
export function defineJwks(run: Run): Command {
  const command = createCommand('jwks', 'authcheck jwks https://idp.example/jwks')
    .argument('[source]', 'a JWKS URI or file; else that of the config or the issuer')
    .addHelpText(
      'after',
      '\nExit codes: 0 listed · 1 no key fits the token · 2 usage, config or unreadable input · 3 undecided',
    )
    .enablePositionalOptions()
    .addCommand(defineJwksGenerate(run));
  return addIssuerOptions(command).action((source: string | undefined, options: JwksOptions) =>
    run((io) => runJwks({ ...options, ...nameSource(source, options) }, io)),
  );
}

function nameSource(source: string | undefined, { jwks }: JwksOptions): { jwks?: string } {
  if (source === undefined) return {};
  if (jwks === undefined) return { jwks: source };
  throw usageError('the source was given twice: as an argument and with --jwks');
}

/** Lists the keys. */
async function runJwks(options: JwksOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const { source, result } = await readKeys(options, io, session);
  if (!result.ok) {
    const { code, message, fix = REASONS[code].fix } = result;
    session.answer(
      () => ({ error: { code, message, fix } }),
      () => '',
    );
    if (options.json !== true) session.noteUndecided(message, fix);
    return EXIT.undecided;
  }
  const wanted =
    options.token === undefined && options.tokenFile === undefined ? null : await readWanted(options, io, session);
  const report = await reportKeySet(result.keySet, options.at ?? io.now(), wanted);
  session.answer(
    () => ({ source, ...report }),
    (style) => formatKeySet(source, report, style),
  );
  return wanted === null || report.keys.some((key) => key.used === true) ? EXIT.ok : EXIT.rejected;
}

async function readKeys(
  options: JwksOptions,
  io: Io,
  session: Session,
): Promise<{ readonly source: string; readonly result: KeySetResult }> {
  const { jwks } = options;
  if (jwks !== undefined && !isUri(jwks)) return { source: jwks, result: readKeySetFile(jwks, io) };
  const target = await findTarget(options, io, session.onExchange);
  session.warn(target.warnings.filter((finding) => jwks === undefined || finding.code.startsWith('http_')));
  const { name, config } = target.chosen;
  const published = jwksOf(config);
  if (published === null) throw usageError(`the provider ${name} has no jwks; name a source, or use --issuer`);
  return { source: showUrl(published.uri), result: await fetchKeys(target, published) };
}

async function readWanted(
  options: JwksOptions,
  io: Io,
  session: Session,
): Promise<{ readonly kid: string | null; readonly alg: string }> {
  const given = await findToken(options, undefined, io);
  session.noteStripped(given);
  const { header, fault } = parseJwt(given.token);
  if (fault?.code === 'token_encrypted')
    throw new AuthcheckError('input_unreadable', `${fault.message}: no key of a key set checks it`);
  if (header === null)
    throw new AuthcheckError('input_unreadable', `the token has no readable header: ${fault?.message ?? 'unreadable'}`);
  return { kid: stringMember(header, 'kid'), alg: stringMember(header, 'alg') ?? '' };
}
