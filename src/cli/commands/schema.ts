/** `authcheck schema`: the JSON Schemas of what authcheck reads and prints. */

import { readFileSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';

/** Defines the command. */
export function defineSchema(run: Run): Command {
  return new Command('schema')
    .addArgument(new Argument('<name>', 'which one').choices(['config', 'test', 'verdict']))
    .optionsGroup(GROUPS.output)
    .option('--json', 'accepted for symmetry: a schema is JSON')
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('beforeAll', 'Example:\n  authcheck schema config > authcheck.schema.json\n')
    .addHelpText('after', '\nExit codes: 0 printed · 2 usage')
    .action((name: string) => run((io) => Promise.resolve(runSchema(name, io))));
}

/** Prints the schema that was generated at build time. */
function runSchema(name: string, io: Io): number {
  io.stdout.write(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8'));
  return EXIT.ok;
}
