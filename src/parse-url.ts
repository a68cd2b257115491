/** URLs, read without a judgement of them. Pure. */

/** A text as a URL, or null. Not by `URL.canParse`: in Node 20 it refuses `é` and the like once it has been called often. */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
