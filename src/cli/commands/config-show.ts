/** `authcheck config show`: what the server will run with, and where each value comes from. */

import { Command } from 'commander';
import { explainConfig } from '../../index.js';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { addColorOptions, CONFIG_OPTION, withConfig, type SharedOptions } from '../options.js';
import { describeConfig, formatConfig } from '../render/config-values.js';
import { openSession } from '../session.js';

/** Defines the command. */
export function defineConfigShow(run: Run): Command {
  return addColorOptions(
    new Command('show')
      .description('print what the server will run with: variables resolved, defaults marked, secrets masked')
      .argument('[file]', 'the config, as with --config')
      .option(...CONFIG_OPTION)
      .optionsGroup(GROUPS.output)
      .option('--json', 'print JSON'),
  )
    .option('-q, --quiet', 'no human output: only the exit code (and JSON with --json)')
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('beforeAll', 'Example:\n  authcheck config show run.yaml\n')
    .addHelpText('after', '\nExit codes: 0 shown · 2 usage, or no config that the server would take')
    .action((file: string | undefined, options: SharedOptions) =>
      run((io) => runConfigShow(withConfig(file, options), io)),
    );
}

/** Shows the config. */
async function runConfigShow(options: SharedOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const explained = await explainConfig({ env: io.env, cwd: io.cwd, unknownFields: 'warn', file: options.config });
  session.warn(explained.warnings.filter(({ code }) => code === 'field_unknown'));
  session.answer(
    () => describeConfig(explained),
    (style) => formatConfig(explained, style),
  );
  return EXIT.ok;
}
