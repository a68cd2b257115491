/** `regex:` patterns are written for Python; this compiles those that mean the same here, and refuses the rest. */

/**
 * Compiles a Python pattern; null for one that is broken or has no equal in this dialect.
 *
 * Python anchors `regex:` patterns at the start only (`re.match`).
 */
export function compilePythonPattern(pattern: string): RegExp | null {
  const flags = /^\(\?([imsx]+)\)/.exec(pattern);
  if (flags?.[1]?.includes('x') === true) return null;
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\Z/g, '(?![^])')
    .replace(/\\A/g, '(?<![^])');
  try {
    return new RegExp(`^(?:${body})`, `u${flags?.[1] ?? ''}`);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
