/** Lists, counts and quotations in sentences. Pure. */

/** Names the first items, five unless told otherwise, and says how many more there are. */
export function listSome(
  items: readonly string[],
  show: (item: string) => string = (item) => item,
  most: number = 5,
): string {
  const shown = items
    .slice(0, most)
    .map((item) => show(item))
    .join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** Quotes a text; of a long one its first 200 characters. */
export function quote(text: string): string {
  return quoteFirst(text, 200);
}

/** Quotes a name; of a long one its first 64 characters. */
export function quoteName(name: string): string {
  return quoteFirst(name, 64);
}

function quoteFirst(text: string, most: number): string {
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
}

/** A number and its noun: `1 key`, `2 keys`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
