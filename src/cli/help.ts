/** How the help of a command looks: an example first, its own flags next, then those that commands share. */

import { Help, type Command } from 'commander';
import type { Io } from './io.js';
import { wrap } from './render/style.js';

/** The headings of flags, in the order in which they are shown. */
export const GROUPS = {
  own: 'Options:',
  input: 'Config and token:',
  issuer: 'Without a config file:',
  clock: 'Clock:',
  request: 'Request:',
  output: 'Output:',
} as const;

/** Lines longer than this are hard to read. */
const MAX_WIDTH = 120;

/** Lets a command speak through `io`, and throw rather than end the program. */
export function layOut(command: Command, io: Io): void {
  const columns = ({ columns }: Io['stdout']): number => Math.min(columns ?? 80, MAX_WIDTH);
  const headings: readonly string[] = Object.values(GROUPS);
  const { output, own } = GROUPS;
  command
    .exitOverride()
    .optionsGroup(command.options.some(({ helpGroupHeading }) => helpGroupHeading === output) ? output : own)
    .helpOption('-h, --help', 'print help')
    .configureHelp({
      groupItems(all, visible, groupOf) {
        const groups = [...new Help().groupItems(all, visible, groupOf)];
        return new Map(groups.sort(([one], [other]) => headings.indexOf(one) - headings.indexOf(other)));
      },
    })
    .configureOutput({
      writeOut: (text) => {
        io.stdout.write(wrapProse(text, columns(io.stdout)));
      },
      writeErr: (text) => {
        io.stderr.write(text);
      },
      outputError: () => undefined,
      // Help has no colours; asked, commander would open both streams.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => columns(io.stdout),
      getErrHelpWidth: () => columns(io.stderr),
    });
}

/** Commander wraps what it writes itself; of what was added, an example stays on its line, and a code with its word. */
function wrapProse(text: string, width: number): string {
  const lines = text.replace(/(?<=[:·] )(\d+) /g, '$1\u00a0').split('\n');
  const wrapped = lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, width, 0)));
  return wrapped.join('\n').replaceAll('\u00a0', ' ');
}
