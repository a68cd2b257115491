/** Lists and counts in sentences. Pure. */

const MOST = 5;

/** Names the first five items, and says how many more there are. */
export function listSome(
  items: readonly string[],
  show: (item: string) => string = (item) => item,
  between: string = ', ',
): string {
  const shown = items.slice(0, MOST).map(show).join(between);
  return items.length > MOST ? `${shown} and ${items.length - MOST} more` : shown;
}

/** A number and its noun: `1 key`, `2 keys`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
