/** Reads a pattern piece by piece, and remembers what in it authcheck does not support. Pure. */

/** A pattern that cannot be translated. */
export class UntranslatableError extends Error {
  /** Whether Python can use it, as far as can be told. */
  readonly isPython: boolean;

  constructor(message: string, isPython: boolean) {
    super(message);
    this.isPython = isPython;
  }
}

/** Refuses a pattern that Python refuses. */
export function refuse(message: string): never {
  throw new UntranslatableError(message, false);
}

/** Refuses a pattern that Python takes. */
export function giveUp(message: string): never {
  throw new UntranslatableError(message, true);
}

/** A pattern, and how far it is read. */
export interface PatternReader {
  /** Takes what a sticky expression matches here. */
  readonly take: (expression: RegExp) => RegExpExecArray | null;
  /** Takes this text, if it stands here. */
  readonly eat: (text: string) => boolean;
  /** Takes one character of Unicode. */
  readonly next: () => number;
  /** What is left. */
  readonly startsWith: (text: string) => boolean;
  readonly isAtEnd: () => boolean;
  /** Remembers what authcheck does not support: what Python refuses may come after it, so the pattern is read to its end. */
  readonly lacks: (what: string) => void;
  /** Gives up if something was remembered. */
  readonly finish: () => void;
}

/** Opens a pattern for reading, at its start. */
export function readPattern(pattern: string): PatternReader {
  let at = 0;
  let lack: string | null = null;
  return {
    take(expression) {
      expression.lastIndex = at;
      const found = expression.exec(pattern);
      if (found !== null) at = expression.lastIndex;
      return found;
    },
    eat(text) {
      const found = pattern.startsWith(text, at);
      if (found) at += text.length;
      return found;
    },
    next() {
      const code = pattern.codePointAt(at);
      if (code === undefined) return refuse('it ends within an escape or a bracket');
      at += code > 0xffff ? 2 : 1;
      return code;
    },
    startsWith: (text) => pattern.startsWith(text, at),
    isAtEnd: () => at >= pattern.length,
    lacks(what) {
      lack ??= `it uses ${what}`;
    },
    finish() {
      if (lack !== null) giveUp(lack);
    },
  };
}
