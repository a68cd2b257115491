/** What the language itself consists of: hostile input must not add to it, or take away. */

const OWNERS: readonly object[] = [
  ...[Object, Array, Function, String, Number, BigInt, Boolean, Map, Set, RegExp, Promise, Error, Date].map(
    ({ prototype }) => prototype as object,
  ),
  ...[Object, Array, JSON, Reflect],
];

/** The names of everything that the prototypes of the language hold, in order. */
export function listBuiltins(): string {
  return OWNERS.map((owner) => Reflect.ownKeys(owner).map(String).join(' ')).join('\n');
}

/** How many names they hold together: quicker to ask, and enough to find the case that added one. */
export function countBuiltins(): number {
  return OWNERS.reduce((count, owner) => count + Reflect.ownKeys(owner).length, 0);
}
