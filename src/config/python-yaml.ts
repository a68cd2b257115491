/**
 * Plain scalars as PyYAML resolves them: the server reads its config with it, and it knows less than YAML 1.1.
 *
 * `y`, `1e5` and `08` are texts to it, `010` is 8, `1:30` is 90.
 *
 * @see https://github.com/yaml/pyyaml/blob/6.0.3/lib/yaml/resolver.py
 */

const PREFIX = 'tag:yaml.org,2002:';

/** What a plain scalar may be, as the parser wants to be told. */
export interface ScalarRule {
  readonly tag: string;
  readonly default: true;
  readonly test: RegExp;
  readonly resolve: (text: string) => unknown;
  readonly identify: (value: unknown) => boolean;
}

/** Whether the server's reader takes every character of a text; it gives up at the others. The offset of the first; null. */
export function findUnreadable(text: string): number | null {
  const found = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  return found?.index ?? null;
}

/** The offset of a line break that PyYAML knows and the parser does not: what stands behind it is read by one of them. */
export function findOddBreak(text: string): number | null {
  const found = /[\u0085\u2028\u2029]|\r(?!\n)/.exec(text);
  return found?.index ?? null;
}

/** What PyYAML refuses to read, and where. */
export interface Refusal {
  readonly offset: number;
  readonly message: string;
}

/** Finds what the parser takes and PyYAML refuses: tabs between things, odd names of anchors, and one that stands twice. */
export function findRefused(lexemes: Iterable<string>): Refusal | null {
  const anchors = new Set<string>();
  let offset = 0;
  let isPlain = false;
  let isBlock = false;
  for (const lexeme of lexemes) {
    // What stands for no character of the text: before a scalar without quotes, and where documents and lists end.
    if (CONTROLS.includes(lexeme)) {
      isPlain = lexeme === SCALAR;
      continue;
    }
    const tab = (isPlain ? !isBlock : /^[ \t]/.test(lexeme)) ? lexeme.indexOf('\t') : -1;
    if (tab !== -1) return { offset: offset + tab, message: 'the server takes no tab here; use spaces' };
    if (isPlain) isBlock = false;
    else if (/^[&*]/.test(lexeme)) {
      if (!/^.[\w-]+$/.test(lexeme)) return { offset, message: 'to the server, this is no name of an anchor' };
      if (anchors.has(lexeme)) return { offset, message: 'this anchor stands twice, which the server refuses' };
      if (lexeme.startsWith('&')) anchors.add(lexeme);
    } else if (/^[|>]/.test(lexeme)) isBlock = true;
    isPlain = false;
    offset += lexeme.length;
  }
  return null;
}

const SCALAR = '\x1f';
const CONTROLS: readonly string[] = [SCALAR, '\x02', '\x18'];

function scalar(name: 'bool' | 'int' | 'float', test: RegExp, resolve: (text: string) => unknown): ScalarRule {
  const kind = name === 'bool' ? 'boolean' : 'number';
  return { tag: PREFIX + name, default: true, test, resolve, identify: (value) => typeof value === kind };
}

const signOf = (text: string): 1 | -1 => (text.startsWith('-') ? -1 : 1);
const digitsOf = (text: string): string => text.replace(/^[-+]/, '').replaceAll('_', '');
const whole =
  (radix: number, skipped: number) =>
  (text: string): number =>
    signOf(text) * Number.parseInt(digitsOf(text).slice(skipped) || '0', radix);
const sexagesimal = (text: string): number =>
  signOf(text) *
  digitsOf(text)
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
const decimal = (text: string): number => signOf(text) * Number(digitsOf(text));

/** The truth values and numbers of PyYAML, which stand for all others of these tags. */
export const SCALARS: readonly ScalarRule[] = [
  scalar('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  scalar('bool', /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  scalar('int', /^[-+]?0b[01_]+$/, whole(2, 2)),
  scalar('int', /^[-+]?0[0-7_]+$/, whole(8, 1)),
  scalar('int', /^[-+]?(?:0|[1-9][\d_]*)$/, decimal),
  scalar('int', /^[-+]?0x[\da-fA-F_]+$/, whole(16, 2)),
  scalar('int', /^[-+]?[1-9][\d_]*(?::[0-5]?\d)+$/, sexagesimal),
  scalar('float', /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/, decimal),
  scalar('float', /^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/, sexagesimal),
  scalar('float', /^[-+]?\.(?:inf|Inf|INF)$/, (text) => signOf(text) * Infinity),
  scalar('float', /^\.(?:nan|NaN|NAN)$/, () => NaN),
];
