/** A key set for people: one row a key, then what to worry about. */

import { plural, type KeyReport, type KeySetReport } from '../../index.js';
import { formatTable, wrap, type Style } from './style.js';

/** More keys than anybody reads. */
const MAX_KEYS = 200;

/** Writes a key set. */
export function formatKeySet(source: string, report: KeySetReport, style: Style): string {
  const withToken = report.keys.some((key) => key.used !== null);
  const withCertificates = report.keys.some((key) => key.certificate_expires !== null);
  const head = [
    ...(withToken ? [''] : []),
    ...['kid', 'type', 'size', 'alg', 'use'],
    ...(withCertificates ? ['certificate until'] : []),
    'thumbprint',
  ];
  const shown = report.keys.slice(0, MAX_KEYS);
  const rows = shown.map((key) => [
    ...(withToken ? [key.used === true ? '→' : ''] : []),
    ...[key.kid ?? '(none)', key.kty || '(none)', sizeOf(key), key.alg ?? '–', key.use ?? '–'],
    ...(withCertificates ? [key.certificate_expires?.slice(0, 10) ?? '–'] : []),
    key.thumbprint ?? '–',
  ]);
  const used = report.keys.filter((key) => key.used === true);
  const warnings = [
    ...report.warnings,
    ...(report.keys.length > MAX_KEYS ? [`only the first ${MAX_KEYS} keys are shown`] : []),
    ...shown.flatMap((key) => key.warnings.map((warning) => `${key.kid ?? '(no kid)'}: ${warning}`)),
  ];
  return [
    `${style.dim(`${source} · ${plural(report.keys.length, 'key')}`)}\n\n`,
    report.keys.length === 0 ? '' : formatTable(rows, style, { head }),
    used.length === 0
      ? ''
      : `\n${style.good('→')} ${style.plain(`the token is checked with ${used.map((key) => key.kid ?? '').join(', ')}`)}\n`,
    warnings.length === 0 ? '' : '\n',
    ...warnings.map((warning) => `${style.warn('!')} ${wrap(warning, style.width, 2).join('\n  ')}\n`),
  ].join('');
}

function sizeOf(key: KeyReport): string {
  return key.crv ?? (key.bits === null ? '–' : String(key.bits));
}
