/** The known name that a mistyped one was probably meant to be. */

/** Returns the known name within two edits of `name` (case aside), or null. */
export function nearestName(name: string, known: Iterable<string>): string | null {
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const candidate of known) {
    const edits = countEdits(name.toLowerCase().slice(0, 64), candidate.toLowerCase());
    const near = edits <= 2 && edits < Math.max(candidate.length, name.length) / 2;
    if (near && (best === null || edits < best.edits)) best = { name: candidate, edits };
  }
  return best?.name ?? null;
}

/** Levenshtein distance, in which two neighbours that changed places are one edit. */
function countEdits(from: string, to: string): number {
  let above: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, character] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      const replaced = (row[j] ?? 0) + (character === other ? 0 : 1);
      const isSwapped = i > 0 && j > 0 && character === to[j - 1] && from[i - 1] === other;
      const swapped = isSwapped ? (above[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [above, row] = [row, next];
  }
  return row.at(-1) ?? 0;
}
