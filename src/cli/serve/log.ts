/** The log of the service: one JSON line an event, on stderr. The only pino import. */

import { pino } from 'pino';
import type { Logger } from '../../index.js';
import type { Output } from '../io.js';
import { escapeJson } from '../render/escape.js';

/** How much is logged. */
export const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Bytes that are kept for who reads too slowly. */
const MAX_PENDING = 4 * 1024 * 1024;

/**
 * Opens the log. What is logged never holds a token: the authenticator sees to that. Who reads it too slowly loses some
 * of it, and is told how much.
 */
export function openLog(output: Output, level: string): Logger {
  let lost = 0;
  const write = (line: string): void => {
    if (output.pending > MAX_PENDING) {
      lost += 1;
      return;
    }
    if (lost > 0)
      output.write(
        `${JSON.stringify({ level: 'warn', time: new Date(), lost, msg: 'lines were lost: nobody read the log' })}\n`,
      );
    lost = 0;
    output.write(escapeJson(line));
  };
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (name) => ({ level: name }) } },
    { write },
  );
}
