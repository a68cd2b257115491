/** What the command line held, and how it stays out of what is said about it. */

import { createRedactor, looksLikeSecret } from '../index.js';
import { COMMAND_NAMES, NESTED } from './tree.js';

/** What an argument says beside the name of a flag. */
function valueOf(argument: string): string {
  return argument.startsWith('-') ? argument.split('=').slice(1).join('=') : argument;
}

/** Commander quotes what it does not understand; that may be a secret, so only the names of flags stay. */
export function hideValues(message: string, argv: readonly string[]): string {
  const odd = argv.filter((argument) => argument.startsWith('-') && !/^--?[a-z][a-z-]{0,24}(?:=|$)/.test(argument));
  const known = argv
    .map(valueOf)
    .filter((value) => value !== '' && !COMMAND_NAMES.includes(value) && !NESTED.has(value));
  return [...odd, ...known]
    .reduce((text, value) => text.replaceAll(`'${value}'`, 'that was given').replaceAll(`=${value}`, ''), message)
    .replace(/^option '(?:-\w, )?(--[a-z-]+)[^']*' argument that was given is invalid\. /, '$1: ')
    .replace(/^command-argument value that was given is invalid for argument '([a-z-]+)'\. /, '$1: ')
    .replace(/: Allowed (.*)\.$/, ': allowed $1')
    .replace(/^unknown option that was given/, 'an unknown option was given');
}

/** Whoever gives a token where a file or a name belongs is not to find it in the log as "there is no such file". */
export function hideSecrets(message: string, argv: readonly string[]): string {
  const given = argv.map((argument) => valueOf(argument).replace(/^@/, ''));
  // A URL that was taken for a file has lost a slash, so its password and its query are looked for by themselves.
  // The query with its question mark, and a fragment with its sign: without them, their words may be those of the message.
  const inUrls = given.flatMap((value) =>
    /^[a-z]+:\/\/(?:([^/?#\s]+)@)?[^?#]*(\?[^#]+)?(#[^]*=[^]*)?/i.exec(value)?.slice(1),
  );
  return createRedactor([...given.filter(looksLikeSecret), ...inUrls])(message);
}
