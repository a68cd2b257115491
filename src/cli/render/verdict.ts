/** A verdict for people: the outcome, the identity with its provenance, or every step on the way to a refusal. */

import type { Answer } from '../ask.js';
import { member, REASONS, type AcceptedVerdict, type ProviderRef, type Verdict } from '../../index.js';
import { formatReached, formatSteps } from './steps.js';
import { dimLines, formatTable, listValues, paragraph, wrap, type Style } from './style.js';
import { formatTime, relativeTime } from './time.js';

/** What the first line says beside the verdict. */
export interface VerdictContext {
  /** Where the provider comes from: a file, or a flag. */
  readonly origin: string;
  /** What was asked, and what was sent there. */
  readonly destination: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** Whether every step is shown for an accepted token too. */
  readonly verbose: boolean;
  /** Whether the config has other providers, which a server asks too. */
  readonly hasOthers: boolean;
  /** What must not be missed beside the verdict. */
  readonly cautions?: readonly string[];
}

/** Writes one verdict. */
export function formatVerdict(verdict: Verdict, context: VerdictContext, style: Style): string {
  const isAccepted = verdict.outcome === 'accepted';
  const shown =
    isAccepted && !context.verbose ? verdict.steps.filter((step) => step.status === 'warned') : verdict.steps;
  return [
    dimLines([context.origin, nameProvider(verdict.provider), context.destination].join(' · '), style),
    '\n',
    formatOutcome(verdict, style),
    ...(context.cautions ?? []).map(
      (caution) => `${style.warn('!')} ${wrap(caution, style.width, 2).map(style.warn).join('\n  ')}\n`,
    ),
    isAccepted ? formatIdentity(verdict, context.now, style) : '',
    shown.length === 0 ? '' : '\n',
    context.verbose ? formatSteps(shown, style) : formatReached(shown, style),
    formatFooter(verdict, context, style),
  ].join('');
}

/** Names a provider, with how it asks. */
export function nameProvider(provider: ProviderRef): string {
  return `provider ${provider.name} (${kindOf(provider)})`;
}

function kindOf({ type, mode }: ProviderRef): string {
  return mode === null ? type : `${type}, ${mode}`;
}

function formatOutcome(verdict: Verdict, style: Style): string {
  if (verdict.outcome === 'accepted') return `${style.good('✓ accepted')}  ${style.strong(verdict.principal)}\n`;
  const { reason } = verdict;
  const paint = verdict.outcome === 'rejected' ? style.bad : style.warn;
  const label = verdict.outcome === 'rejected' ? '✗ rejected' : '? undecided';
  return paragraph(label, paint, `${REASONS[reason.code].message} (${reason.code})`, style);
}

function formatIdentity(verdict: AcceptedVerdict, now: number, style: Style): string {
  const rows: string[][] = [['principal', verdict.principal, provenanceOfPrincipal(verdict)]];
  for (const [attribute, values] of Object.entries(verdict.attributes)) {
    rows.push([attribute, values.length === 0 ? '(none)' : listValues(values), provenance(verdict, attribute)]);
  }
  const exp = verdict.token.claims === null ? undefined : member(verdict.token.claims, 'exp');
  const absolute = formatTime(exp);
  if (absolute !== null && typeof exp === 'number') {
    const late = exp <= now ? ', within the clock tolerance' : '';
    rows.push(['expires', relativeTime(exp, now), absolute + late]);
  }
  return `\n${formatTable(rows, style, { paint: [style.dim, style.plain, style.dim] })}`;
}

function provenance(verdict: Verdict, attribute: string): string {
  const rows = verdict.mapping.filter((row) => row.attribute === attribute && row.status === 'mapped');
  return rows.length === 0
    ? verdict.provider.type === 'upstream_header'
      ? 'from a header'
      : 'from the provider'
    : `from ${rows.map((row) => (row.note === undefined ? row.claim : `${row.claim} (${row.note})`)).join(', ')}`;
}

function provenanceOfPrincipal(verdict: Verdict): string {
  const { claims } = verdict.token;
  if (verdict.provider.type === 'upstream_header') return 'from a header';
  const name = ['sub', 'username', 'login', 'principal'].find(
    (claim) => claims !== null && member(claims, claim) === verdict.principal,
  );
  return name === undefined ? '' : `from ${name}`;
}

function formatFooter(verdict: Verdict, { hasOthers }: VerdictContext, style: Style): string {
  if (verdict.outcome === 'accepted') return '';
  const { status, body } = verdict.server;
  const whose = hasOthers ? 'with this provider alone, the server answers' : 'the server answers';
  // The body stays in one piece, so that it can be looked for in a log.
  const [head, text] = [`${whose} ${status}`, JSON.stringify(body)];
  const answer = head.length + text.length < style.width ? [`${head} ${text}`] : [head, text];
  const doubt = verdict.steps.some((step) => step.unverified && step.status !== 'not_reached')
    ? wrap('unverified: read from claims that no valid signature vouches for', style.width, 0)
    : [];
  return `\n${[...answer, ...doubt].map((line) => `${style.dim(line)}\n`).join('')}`;
}

/** Writes the verdicts of several providers side by side. */
export function formatVerdicts(answers: readonly Answer[], origin: string, verbose: boolean, style: Style): string {
  const verdicts = answers.map(({ verdict }) => verdict);
  const rows = verdicts.map((verdict) => {
    const answer =
      verdict.outcome === 'accepted'
        ? `${verdict.principal}  ${describeAttributes(verdict)}`
        : `${verdict.reason.code}: ${verdict.reason.message}`;
    return [verdict.provider.name, kindOf(verdict.provider), verdict.outcome, answer];
  });
  const head = ['provider', 'type', 'outcome', 'principal or reason'];
  const asked = answers.map(({ verdict, destination }) => [verdict.provider.name, destination]);
  return [
    `${style.dim(origin)}\n\n`,
    formatTable(rows, style, { head, paint: [style.strong, style.dim] }),
    `\n${formatTable(asked, style, { paint: [style.dim, style.dim] })}`,
    ...(verbose
      ? verdicts.map(({ provider, steps }) => `\n${style.strong(provider.name)}\n${formatSteps(steps, style)}`)
      : []),
  ].join('');
}

function describeAttributes(verdict: Verdict): string {
  return Object.entries(verdict.attributes)
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .join(' ')
    .slice(0, 200);
}
