/** A page of the manual as roff, for man(1). */

/** A term and what it means. */
export interface Entry {
  readonly term: string;
  readonly text: string;
}

/** A page of the manual. */
export interface ManPage {
  /** As it is looked up: `authcheck-config-check`. */
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly usage: string;
  readonly description: readonly string[];
  /** Under a heading each; nothing under none. */
  readonly options: readonly { readonly heading: string; readonly entries: readonly Entry[] }[];
  readonly commands: readonly Entry[];
  /** Command lines. */
  readonly examples: readonly string[];
  readonly exits: readonly Entry[];
  readonly environment: readonly Entry[];
  /** A sentence; null where no files are looked for. */
  readonly files: string | null;
  /** Names of other pages. */
  readonly seeAlso: readonly string[];
}

/** Writes the page. It has no date, so that the same sources make the same page. */
export function formatManPage(page: ManPage): string {
  const { name, version, summary, usage, description, options, commands, examples, exits, environment, files } = page;
  const [, ...synopsis] = usage.split(' ');
  const lines = [
    `.TH "${escapeRoff(name.toUpperCase())}" "1" "" "authcheck ${escapeRoff(version)}" "authcheck"`,
    // No hyphenation, and no blanks that justify a line: somebody may copy what stands here.
    ...['.nh', '.ad l'],
    ...['.SH NAME', `${escapeRoff(name)} \\- ${escapeRoff(summary)}`],
    ...['.SH SYNOPSIS', `\\fBauthcheck\\fR ${paintTerm(synopsis.join(' '))}`],
    ...['.SH DESCRIPTION', ...description.flatMap((text, index) => [...(index === 0 ? [] : ['.PP']), startLine(text)])],
    ...section('COMMANDS', commands),
    ...(options.length === 0 ? [] : ['.SH OPTIONS']),
    ...options.flatMap(({ heading, entries }) => [
      ...(heading === '' ? [] : [`.SS ${startLine(heading)}`]),
      ...entries.flatMap(formatEntry),
    ]),
    ...['.SH EXAMPLE', '.nf', ...examples.map(startLine), '.fi'],
    ...section('EXIT STATUS', exits),
    ...section('ENVIRONMENT', environment),
    ...(files === null ? [] : ['.SH FILES', startLine(files)]),
    ...['.SH SEE ALSO', page.seeAlso.map((other) => `\\fB${escapeRoff(other)}\\fR(1)`).join(', ')],
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function section(heading: string, entries: readonly Entry[]): string[] {
  return entries.length === 0 ? [] : [`.SH ${heading}`, ...entries.flatMap(formatEntry)];
}

function formatEntry({ term, text }: Entry): string[] {
  return ['.TP', paintTerm(term), ...(text === '' ? [] : [startLine(text)])];
}

/** What is typed is bold; what stands for something else is in italics. */
function paintTerm(term: string): string {
  const parts = term.split(/(<[^>]*>|\[[^\]]*\]|\s|[|,])/).filter((part) => part !== '');
  const painted = parts.map((part) => {
    const text = escapeRoff(part);
    if (/^[<[]/.test(part)) return `\\fI${text}\\fR`;
    return /^[\s|,]$/.test(part) ? text : `\\fB${text}\\fR`;
  });
  return `\\&${painted.join('')}`;
}

/** A line of text: at its start a dot or a quote would be a command. */
function startLine(text: string): string {
  return `${/^[.']/.test(text) ? '\\&' : ''}${escapeRoff(text)}`;
}

const SPECIAL: Readonly<Record<string, string>> = {
  ...{ '\\': '\\e', '-': '\\-', '"': '\\(dq', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti' },
};

/** Every character as it is typed: a hyphen that can be copied, quotes that are not made round. */
function escapeRoff(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.replace(/[\\"'`^~-]|[^\x20-\x7e]/gu, (character) => SPECIAL[character] ?? nameCharacter(character));
}

function nameCharacter(character: string): string {
  return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
