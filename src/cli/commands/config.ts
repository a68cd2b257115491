/** `authcheck config`: the commands about the config itself. */

import { Command } from 'commander';
import { nearestName, usageError } from '../../index.js';
import type { Run } from '../io.js';
import { defineConfigCheck } from './config-check.js';
import { defineConfigInit } from './config-init.js';
import { defineConfigShow } from './config-show.js';

/** Defines the group. */
export function defineConfig(run: Run): Command {
  const group = new Command('config')
    .argument('[command]')
    .usage('check|show|init [options]')
    .helpCommand(false)
    .addHelpText('before', 'Example:\n  authcheck config check run.yaml\n')
    .action((word: string | undefined) =>
      run(() => {
        const near = word === undefined ? null : nearestName(word, ['check', 'show', 'init']);
        const hint = near === null ? '' : `; did you mean config ${near}?`;
        throw usageError(`name one of config check, config show, config init${hint}`);
      }),
    );
  for (const define of [defineConfigCheck, defineConfigShow, defineConfigInit]) group.addCommand(define(run));
  return group;
}
