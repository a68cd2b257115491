/**
 * Replaces the percent signs of a path or of userinfo as the server does it, which is Python's `unquote`: each run of
 * them by itself, with U+FFFD for bytes that are not UTF-8; a percent sign that encodes nothing stands for itself.
 *
 * @see [RFC 3986, section 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)
 */
export function unescapePercent(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}
