/** The exceptions of authcheck: bad usage, a bad config, unreadable input. A verdict is never an exception. */

import type { FindingCode, Severity } from './config/finding-codes.js';

/** Stable codes of {@link AuthcheckError}. */
export type ErrorCode =
  | 'usage_invalid'
  | 'config_not_found'
  | 'config_unreadable'
  | 'config_invalid'
  | 'auth_off'
  | 'policy_unsupported'
  | 'provider_unknown'
  | 'token_absent'
  | 'input_unreadable'
  | 'output_unwritable'
  | 'discovery_failed'
  | 'fixture_refused'
  | 'fixture_undecided';

/** One thing wrong, or unwise, in a config. */
export interface Finding {
  readonly severity: Severity;
  /** Stable, such as `field_unknown`; `FINDINGS` says why it matters, and the fix. */
  readonly code: FindingCode;
  /** Where in the config, such as `server.auth.provider_config.audience`. */
  readonly path: string;
  /** Where in the file, as `run.yaml:321:17`; null if the config did not come from a file. */
  readonly position: string | null;
  readonly message: string;
  /** A better fix than that of the code, where there is one. */
  readonly fix?: string;
}

/** Sorts findings by their place; what has none comes first. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const order = ({ position }: Finding): number => {
    const [, line = 0, column = 0] = /:(\d+):(\d+)$/.exec(position ?? '') ?? [];
    return Number(line) * 1e6 + Number(column);
  };
  return findings.toSorted((a, b) => order(a) - order(b));
}

/** The base of all errors that authcheck throws on purpose. */
export class AuthcheckError extends Error {
  /** Stable, for programs. */
  readonly code: ErrorCode;
  /** Where in a file, as `run.yaml:321:17`; null if the error has no place. */
  readonly position: string | null;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; position?: string | null } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AuthcheckError';
    this.code = code;
    this.position = options.position ?? null;
  }
}

/** The error for bad usage: what is asked for cannot be done. */
export function usageError(message: string, options?: { readonly cause?: unknown }): AuthcheckError {
  return new AuthcheckError('usage_invalid', message, options);
}

/** A config that cannot work; carries every fault, not only the first. */
export class ConfigError extends AuthcheckError {
  /** All faults and warnings, in the order of the file. */
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], code: ErrorCode = 'config_invalid') {
    const faults = findings.filter((finding) => finding.severity === 'error');
    const first = faults[0] ?? findings[0];
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
    super(code, `${where}${first?.message ?? 'the config is not valid'}${more}`, { position: first?.position ?? null });
    this.name = 'ConfigError';
    this.findings = findings;
  }
}

/** The system's code for what failed, such as `ENOENT`; empty if there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** A file that has more bytes than it may have, or that is no text; its message holds nothing of it. */
export class UnfitFile extends Error {}

/** Why a file operation failed, in words, without the path. */
export function reasonOf(error: unknown): string {
  if (error instanceof UnfitFile) return error.message;
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EISDIR: 'this is a folder',
    ENOTDIR: 'there is no such file',
  };
  return words[code] ?? (code === '' ? 'it cannot be read' : `it cannot be read (${code})`);
}
