/** The log of the service: one JSON line an event, on stderr. The only pino import. */

import { pino } from 'pino';
import type { Logger } from '../../index.js';
import type { Output } from '../io.js';
import { escapeJson } from '../render/escape.js';

/** How much is logged. */
export const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Opens the log. What is logged never holds a token: the authenticator sees to that. */
export function openLog(output: Output, level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (name) => ({ level: name }) } },
    { write: (line: string) => output.write(escapeJson(line)) },
  );
}
