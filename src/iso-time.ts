/** Times as people write them. Pure. */

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Reads a day, or a time with its zone, as ISO 8601 has it: milliseconds since 1970; NaN for anything else. */
export function readIsoTime(text: string): number {
  const [, year, month, day] = ISO_TIME.exec(text) ?? [];
  // JavaScript takes the 30th of February for the 2nd of March.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? Date.parse(text) : NaN;
}
