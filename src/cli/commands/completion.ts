/** `authcheck completion`: scripts that make a shell complete commands, flags and values. */

import { Argument, Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { formatCompletionScript } from '../render/completion.js';
import { SHELLS, type Shell } from '../shell.js';

const EXAMPLES = `Example:
  authcheck completion bash > ~/.local/share/bash-completion/completions/authcheck
  authcheck completion zsh > "\${fpath[1]}/_authcheck"
  authcheck completion fish > ~/.config/fish/completions/authcheck.fish
  authcheck completion powershell >> $PROFILE
`;

/** Defines the command. */
export function defineCompletion(run: Run): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .optionsGroup(GROUPS.output)
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nThe script asks authcheck itself for completions; it may read files for them, and never uses the network.\n\nExit codes: 0 printed · 2 usage',
    )
    .action((shell: Shell) => run((io) => Promise.resolve(runCompletion(shell, io))));
}

/** Prints the script. */
function runCompletion(shell: Shell, io: Io): number {
  io.stdout.write(formatCompletionScript(shell));
  return EXIT.ok;
}
