/** Texts that try to be more than texts, and how a CI system reads a line of output. */

import fc from 'fast-check';

/** A workflow command as the runner reads a line of output; null for a line that is none. */
export interface RunnerCommand {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
export function readLikeRunner(line: string): RunnerCommand | null {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end === -1) {
    const old = /##\[([^\]]*)\](.*)/s.exec(text);
    return old === null ? null : { command: old[1] ?? '', properties: {}, data: old[2] ?? '' };
  }
  const [, command = '', list = ''] = /^(\S*) ?(.*)$/s.exec(text.slice(2, end)) ?? [];
  const unescape = (value: string): string =>
    value
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const properties = list.split(',').map((entry) => entry.split('=', 2));
  return {
    command,
    properties: Object.fromEntries(properties.map(([name = '', value = '']) => [name, unescape(value)])),
    data: text
      .slice(end + 2)
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%25', '%'),
  };
}

/** Texts that try to end a command, a property or a line, and to start another. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '::error::',
          '::error file=x,line=1::',
          '##[error]',
          '\n',
          '\r',
          '\r\n',
          '%0A',
          '%250A',
          '\u0085',
        ),
        fc.constantFrom(
          '::',
          ':',
          ',',
          '%',
          '=',
          ' ',
          '\u2028',
          '\u001b[31m',
          '\u202e',
          '\ud800',
          '](https://evil.example)',
          '<b>',
        ),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);
