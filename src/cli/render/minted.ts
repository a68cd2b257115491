/** What a minted token was signed with, and what it is for. */

import type { Signer } from '../../index.js';
import { dimLines, formatTable, wrap, type Style } from './style.js';

/** What was made. */
export interface MintReport {
  readonly signer: Signer;
  /** The file of the key; null for a throwaway one. */
  readonly keyFile: string | null;
  /** The file of the public key set; null if none was written. */
  readonly jwksOut: string | null;
  /** What was left out of the token that this is like. */
  readonly dropped: readonly string[];
}

/** Writes the report. */
export function formatMinted({ signer, keyFile, jwksOut, dropped }: MintReport, style: Style): string {
  const whose =
    keyFile === null
      ? 'a throwaway key, which no server knows'
      : `the key in ${keyFile}; whoever trusts that key takes it for real`;
  const lost = keyFile === null && jwksOut === null;
  const rows = [
    ['kid', signer.kid],
    ...(signer.thumbprint === null || signer.thumbprint === signer.kid ? [] : [['thumbprint', signer.thumbprint]]),
    ...(jwksOut === null ? [] : [['key set', jwksOut]]),
    ...(dropped.length === 0 ? [] : [['left out', dropped.join(', ')]]),
  ];
  const label = 'for tests only:';
  const sentence = wrap(`${label} signed with ${signer.algorithm} by ${whose}`, style.width, 0);
  return [
    ...sentence.map((line) => `${line.replace(label, style.warn(label))}\n`),
    formatTable(rows, style, { paint: [style.dim] }),
    lost ? dimLines('note: its key is gone; --jwks-out FILE keeps the public half', style) : '',
  ].join('');
}
