/** `authcheck config init`: from an issuer to a config. */

import { dirname, join, relative, resolve, sep } from 'node:path';
import { Command } from 'commander';
import {
  AuthcheckError,
  CLIENT_VARIABLES,
  writeConfigTemplate,
  type ConfigTemplate,
  type IssuerMetadata,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { addColorOptions, type SharedOptions } from '../options.js';
import { writeOutputs } from '../output-file.js';
import { openSession, type Session } from '../session.js';
import { discover } from '../source.js';

/** The flags of `config init`. */
export interface ConfigInitOptions extends Pick<SharedOptions, 'color' | 'verbose' | 'quiet'> {
  readonly issuer: string;
  readonly audience?: string;
  readonly introspection?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

/** Where the schema lies in a project that has this package. */
const SCHEMA = 'node_modules/authcheck/dist/schema/config.schema.json';

/** Defines the command. */
export function defineConfigInit(run: Run): Command {
  return addColorOptions(
    new Command('init')
      .description('write a config for an issuer, from what it publishes of itself')
      .requiredOption('--issuer <url>', 'the issuer to discover (OIDC, RFC 8414)')
      .option('--audience <name>', 'the name of the server, which tokens must have in aud')
      .option('--introspection', 'ask the issuer about every token, rather than check signatures')
      .option('--out <file>', 'write a file rather than to standard output')
      .option('--force', 'write over a file that exists')
      .optionsGroup(GROUPS.output),
  )
    .option('-v, --verbose', 'the HTTP transcript on stderr')
    .option('-q, --quiet', 'no notes')
    .option('--debug', 'show the stack of an internal error')
    .addHelpText(
      'beforeAll',
      'Example:\n  authcheck config init --issuer https://idp.example --audience my-api --out run.yaml\n',
    )
    .addHelpText('after', '\nExit codes: 0 written · 2 usage, or a file that exists · 3 the issuer could not be asked')
    .action((options: ConfigInitOptions) => run((io) => runConfigInit(options, io)));
}

/** Writes the config. */
async function runConfigInit(options: ConfigInitOptions, io: Io): Promise<number> {
  const { out } = options;
  const session = openSession(options, io);
  const metadata = await discover(options.issuer, io, session.onExchange);
  const text = writeConfigTemplate({
    issuer: metadata.issuer,
    audience: options.audience ?? null,
    source: metadata.url,
    endpoint: chooseEndpoint(metadata, options.introspection === true),
    schema: locateSchema(io.cwd, out),
  });
  if (out === undefined) io.stdout.write(text);
  else writeOutputs([{ path: out, text }], options, io);
  note(options, session);
  return EXIT.ok;
}

function chooseEndpoint(metadata: IssuerMetadata, introspects: boolean): ConfigTemplate['endpoint'] {
  if (!introspects) return { type: 'jwks', url: metadata.jwks_uri };
  const url = metadata.introspection_endpoint;
  if (url !== null) return { type: 'introspection', url };
  throw new AuthcheckError('discovery_failed', 'the issuer publishes no introspection_endpoint');
}

function locateSchema(cwd: string, out: string | undefined): string {
  const folder = out === undefined ? cwd : dirname(resolve(cwd, out));
  const path = relative(folder, join(cwd, SCHEMA)).replaceAll(sep, '/');
  return path.startsWith('.') ? path : `./${path}`;
}

function note({ audience, introspection, out }: ConfigInitOptions, session: Session): void {
  const notes = [
    ...(audience === undefined ? ['no --audience: the server’s default is written, which other servers share'] : []),
    ...(introspection === true ? [`set ${CLIENT_VARIABLES.join(' and ')} before the server starts`] : []),
    ...(out === undefined ? [] : [`${out} is written; authcheck config check ${out} --online tries it`]),
  ];
  for (const text of notes) session.remark(text);
}
