/** What the policies say, for people: yes or no, the rule that decides, and what the rules before it said. */

import {
  type Attributes,
  type Decision,
  type Identity,
  type Question,
  type Reason,
  type RuleAnswer,
  type Verdict,
} from '../../index.js';
import { dimLines, formatTable, listValues, wrap, type Style } from './style.js';

/** The answer, as `--json` prints it. */
export interface Ruling {
  readonly answer: 'yes' | 'no' | 'undecided';
  readonly question: Question;
  /** Null if the token is not accepted, or if nobody has to authenticate. */
  readonly user: Identity | null;
  /** Null without a token. */
  readonly verdict: Verdict | null;
  readonly message: string;
  readonly policy: Decision['policy'];
  /** The rule that decides; null if none does. */
  readonly rule: {
    readonly index: number;
    readonly position: string | null;
    readonly description: string | null;
  } | null;
  /** The rules that were asked, in order. */
  readonly trace: readonly (RuleAnswer & { readonly position: string | null })[];
}

/** Writes a ruling; `origin` says where the rules and the user come from. */
export function formatRuling(ruling: Ruling, origin: string, style: Style): string {
  const parts = [formatAnswer(ruling, style), formatPeople(ruling, style), formatTrace(ruling, style)];
  return `${dimLines(origin, style)}\n${parts.join('')}`;
}

const LABELS = { yes: '✓ yes', no: '✗ no', undecided: '? undecided' } as const;

function formatAnswer(ruling: Ruling, style: Style): string {
  const { answer, verdict } = ruling;
  const paint = { yes: style.good, no: style.bad, undecided: style.warn }[answer];
  const label = LABELS[answer];
  const indent = ' '.repeat(label.length + 2);
  const reason = verdict?.reason ?? null;
  const [first, ...rest] = reason === null ? describeDecision(ruling) : describeRefusal(answer, reason);
  const lines = (text: string): string => wrap(text, style.width, indent.length).join(`\n${indent}`);
  return `${paint(label)}  ${[lines(first), ...rest.map(lines)].join(`\n${indent}`)}\n`;
}

function describeDecision({ answer, question, user, message, rule }: Ruling): [string, ...string[]] {
  const position = rule?.position ?? null;
  const description = rule?.description ?? null;
  return [
    `${user?.principal ?? 'anybody'} ${answer === 'yes' ? 'may' : 'may not'} ${describeQuestion(question)}`,
    position === null ? message : `${message} · ${position}`,
    ...(description === null ? [] : [`“${description}”`]),
  ];
}

function describeRefusal(answer: Ruling['answer'], { code, message, fix }: Reason): [string, ...string[]] {
  return [
    answer === 'no'
      ? 'the token is refused, before any policy is asked'
      : 'nobody could say who the user is, so no policy can be asked',
    `${message} (${code})`,
    fix,
    'authcheck validate shows every step',
  ];
}

function describeQuestion(question: Question): string {
  if ('path' in question) return `ask for ${question.path}`;
  return `${question.action} ${question.resource.type}::${question.resource.identifier}`;
}

function formatPeople({ question, user, verdict, trace }: Ruling, style: Style): string {
  const rows: string[][] = [];
  if (user !== null) rows.push(['user', user.principal, describeUser(user, verdict)]);
  if (user !== null && 'resource' in question) {
    const { owner } = question.resource;
    rows.push(
      owner === null
        ? ['owner', '(nobody)', '--owner and --owner-attribute name one']
        : ['owner', owner.principal, describeAttributes(owner.attributes)],
    );
  }
  if (rows.length === 0 || trace.length === 0) return '';
  return `\n${formatTable(rows, style, { paint: [style.dim, style.plain, style.dim] })}`;
}

/** Rules fail for the want of attributes more often than by what they say. */
function describeUser({ attributes }: Identity, verdict: Verdict | null): string {
  const empty = verdict?.steps.find(({ code }) => code === 'attributes_empty');
  if (verdict === null || empty === undefined) return describeAttributes(attributes);
  return verdict.mapping.length === 0 ? empty.message : `${empty.message} · authcheck map shows each entry`;
}

function describeAttributes(attributes: Attributes): string {
  const entries = Object.entries(attributes).map(([name, values]) => `${name} ${listValues(values)}`);
  return entries.length === 0 ? 'no attributes' : entries.join(' · ');
}

function formatTrace({ policy, trace }: Ruling, style: Style): string {
  if (trace.length === 0) return '';
  const rows = trace.map(({ index, effect, outcome, message, position }) => [
    outcome === 'decided' ? '→' : '',
    String(index + 1),
    ...(position === null ? [] : [position]),
    effect,
    message,
  ]);
  const title =
    policy === 'default_policy'
      ? 'the config has no access_policy; the server’s default decides'
      : `${policy}, in order`;
  return `\n${style.dim(title)}\n${formatTable(rows, style)}`;
}
