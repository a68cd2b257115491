/** What a shell takes apart where quotes are missing. */

/** What stands before a token, and without quotes is an argument of its own. */
export const SCHEME: RegExp = /^(?:bearer|authorization:)$/i;

/** What is said of that. */
export const UNQUOTED = 'put what has spaces in it into quotes: "Bearer …"';
