/** `authcheck decode`: what a token says, verifying nothing. */

import type { Command } from 'commander';
import { decodeToken } from '../../index.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { createCommand, type SharedOptions } from '../options.js';
import { decodedJson, formatDecoded } from '../render/decoded.js';
import { openSession } from '../session.js';
import { findToken } from '../token.js';

/** Defines the command. */
export function defineDecode(run: Run): Command {
  const command = createCommand('decode', 'authcheck decode "$TOKEN"');
  // Taken, as by every command that is given a token, and of no use here.
  for (const option of command.options)
    if (['--config', '--provider', '--verbose'].includes(option.long ?? '')) option.hideHelp();
  return command
    .argument('[token]', 'the token, as with --token')
    .addHelpText('after', '\nExit codes: 0 decoded · 1 the token is broken · 2 usage or unreadable input')
    .action((token: string | undefined, options: SharedOptions) => run((io) => runDecode(options, token, io)));
}

/** Decodes the token; one that broke is shown as far as it goes, and is not a success. */
async function runDecode(options: SharedOptions, argument: string | undefined, io: Io): Promise<number> {
  const session = openSession(options, io);
  const given = await findToken(options, argument, io);
  session.noteStripped(given);
  const decoded = decodeToken(given.token);
  const now = io.now() / 1000;
  session.caution('nothing was verified:', 'anybody can write a token; authcheck validate checks it');
  session.answer(
    () => decodedJson(decoded, now),
    (style) => formatDecoded(decoded, now, style),
  );
  return decoded.fault === null ? EXIT.ok : EXIT.rejected;
}
