/** A key set for people: one row a key, then what to worry about. */

import { plural, type KeyReport, type KeySetReport } from '../../index.js';
import { formatTable, widthOf, wrap, type Style } from './style.js';

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
  ];
  const shown = report.keys.slice(0, MAX_KEYS);
  const rows = shown.map((key) => [
    ...(withToken ? [key.used === true ? '→' : ''] : []),
    ...[key.kid ?? '(none)', key.kty || '(none)', sizeOf(key), key.alg ?? '–', key.use ?? '–'],
    ...(withCertificates ? [key.certificate_expires?.slice(0, 10) ?? '–'] : []),
  ]);
  const thumbprints = shown.map((key) => key.thumbprint ?? '–');
  const used = report.keys.filter((key) => key.used === true);
  const warnings = [
    ...report.warnings,
    ...(report.keys.length > MAX_KEYS ? [`only the first ${MAX_KEYS} keys are shown`] : []),
    ...report.keys
      .flatMap((key) => key.warnings.map((warning) => `${key.kid ?? '(no kid)'}: ${warning}`))
      .slice(0, MAX_KEYS),
  ];
  return [
    `${style.dim(`${source} · ${plural(report.keys.length, 'key')}`)}\n\n`,
    report.keys.length === 0 ? '' : formatKeys(head, rows, thumbprints, style),
    used.length === 0
      ? ''
      : `\n${style.good('→')} ${style.plain(`the token is checked with ${used.map((key) => key.kid ?? '').join(', ')}`)}\n`,
    warnings.length === 0 ? '' : '\n',
    ...warnings.map((warning) => `${style.warn('!')} ${wrap(warning, style.width, 2).join('\n  ')}\n`),
  ].join('');
}

/** Thumbprints are as long as the ids of many issuers: both beside each other are wider than most terminals. */
function formatKeys(head: string[], rows: string[][], thumbprints: string[], style: Style): string {
  const all = rows.map((row, index) => [...row, thumbprints[index] ?? '']);
  const write = (on: Style): string => formatTable(all, on, { head: [...head, 'thumbprint'] });
  const uncoloured = write({ ...style, dim: style.plain });
  if (uncoloured.split('\n').every((line) => widthOf(line) <= style.width)) return write(style);
  const below = formatTable(
    thumbprints.map((thumbprint) => [thumbprint]),
    style,
    { head: ['thumbprints, in the same order'] },
  );
  return `${formatTable(rows, style, { head })}\n${below}`;
}

function sizeOf(key: KeyReport): string {
  return key.crv ?? (key.bits === null ? '–' : String(key.bits));
}
