/** `authcheck fixture`: a token that may be shared, with the verdict of one that may not. */

import { join } from 'node:path';
import type { Command } from 'commander';
import {
  createProviderClient,
  makeFixture,
  readKeySet,
  type HttpClient,
  type KeySet,
  type ProviderOptions,
} from '../../index.js';
import { ask } from '../ask.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { addIssuerOptions, createCommand, type IssuerOptions, type SharedOptions } from '../options.js';
import { makeFolder, writeOutputs } from '../output-file.js';
import { formatFixture } from '../render/fixture.js';
import { collectText } from '../repeated-flags.js';
import { addRequestOptions, readRequest, type RequestOptions } from '../request.js';
import { openSession } from '../session.js';
import { findSource } from '../source.js';
import { chooseTarget, type Target } from '../target.js';
import { findToken } from '../token.js';

/** The flags of `fixture`. */
export interface FixtureCommandOptions extends SharedOptions, IssuerOptions, RequestOptions {
  readonly outDir: string;
  readonly keep?: readonly string[];
  readonly force?: boolean;
}

/** Defines the command. */
export function defineFixture(run: Run): Command {
  const command = createCommand('fixture', 'authcheck fixture --config run.yaml --token "$TOKEN" --out-dir fixture')
    .argument('[token]', 'the token, as with --token')
    .option('--out-dir <folder>', 'where the files are written: token, key set, config, test', 'authcheck-fixture')
    .option('--keep <claim>', 'leave the values of this claim, or dotted path; may be repeated', collectText)
    .option('--force', 'write over files that exist')
    .addHelpText(
      'after',
      '\nEvery claim value is replaced, equal values by equal ones, in the token and the config. Claim and attribute names, times, booleans, and the resources and paths of policies stay. Read the files before you share them.' +
        '\n\nExit codes: 0 written · 2 usage, config, a file that exists, or a token that cannot be shared like this · 3 undecided: the files, if there are any, reproduce an outage',
    );
  addRequestOptions(addIssuerOptions(command));
  return command.action((token: string | undefined, options: FixtureCommandOptions) =>
    run((io) => runFixture(options, token, io)),
  );
}

/** Judges the token, makes another that is judged alike, and writes it. */
async function runFixture(options: FixtureCommandOptions, argument: string | undefined, io: Io): Promise<number> {
  const session = openSession(options, io);
  const now = options.at ?? io.now();
  const source = await findSource(options, io, session.onExchange);
  const target = chooseTarget(source, { ...options, at: now }, io, session.onExchange);
  session.warn(target.warnings);
  const { chosen: provider } = target;
  const given = provider.config.type === 'upstream_header' ? null : await findToken(options, argument, io);
  if (given !== null) session.noteStripped(given);
  const token = given?.token ?? '';
  const { options: overheard, readKeys } = overhear(target);
  const { verdict, destination } = await ask(provider, readRequest(options, token), overheard);
  const { keep = [] } = options;
  const fixture = await makeFixture({
    token,
    verdict,
    now,
    provider,
    policies: source.config,
    keySet: readKeys(),
    keep,
  });
  const { outDir } = options;
  const files = fixture.files.map(({ name, text }) => ({ path: join(outDir, name), text }));
  makeFolder(outDir, io);
  writeOutputs(files, options, io);
  const origin = `${target.origin} · provider ${provider.name} · ${destination}`;
  session.answer(
    () => ({
      folder: outDir,
      files: files.map(({ path }) => path),
      outcome: fixture.verdict.outcome,
      reason: fixture.verdict.reason?.code ?? null,
      replaced: fixture.replaced,
      stayed: fixture.stayed,
    }),
    (style) => formatFixture(fixture, { origin, folder: outDir }, style),
  );
  session.note((style) => style.warn('note: look through it before you share it') + '\n');
  return fixture.verdict.outcome === 'undecided' ? EXIT.undecided : EXIT.ok;
}

/** Overhears what the provider is answered: the keys that the token is checked with are what those of a fixture are like. */
function overhear(target: Target): {
  readonly options: ProviderOptions;
  readonly readKeys: () => KeySet | null;
} {
  const { chosen, options } = target;
  if (options.keySet !== undefined) {
    const { keySet } = options;
    return { options, readKeys: () => (keySet.ok ? keySet.keySet : null) };
  }
  const client = createProviderClient(chosen, options);
  let body = '';
  const http: HttpClient = {
    ...client,
    async send(request) {
      const answer = await client.send(request);
      if (answer.ok) ({ body } = answer);
      return answer;
    },
  };
  const readKeys = (): KeySet | null => {
    const keys = readKeySet(body);
    return keys.ok ? keys.keySet : null;
  };
  return { options: { ...options, http }, readKeys };
}
