/** The steps of a signed token that its header decides, without any key: format, and whether its algorithm is allowed. */

import { stringMember, type JsonObject } from '../json.js';
import { quoteName } from '../listing.js';
import { recognizeLookalike, type Lookalike } from '../lookalike.js';
import { explainHeader, recognizeMisplaced } from '../misplaced-token.js';
import { isUnsigned, KEY_PARAMETERS, type ParsedJwt } from '../protocol/jwt.js';
import type { RejectedCode } from '../reason-codes.js';
import type { Trace } from '../trace.js';

/** The field of the config that steps point at. */
const ALGORITHMS_FIELD: readonly string[] = ['algorithms'];

/** What a config says of algorithms. */
export interface AlgorithmRules {
  readonly allowed: readonly string[];
  /** Whether a secret of the key set may verify. */
  readonly symmetric: boolean;
}

/** What a readable header asks for. */
export interface Sought {
  readonly alg: string;
  readonly kid: string;
  /** The key id as messages have it. */
  readonly shownKid: string;
  /** What is said of the header. */
  readonly format: string;
}

/** Makes the steps that need no key set: garbage is refused before anything is fetched. Null after a failure. */
export function reportHeader(
  trace: Trace,
  token: string,
  jwt: ParsedJwt,
  { allowed, symmetric }: AlgorithmRules,
): Sought | null {
  if (jwt.fault !== null || jwt.header === null) {
    const { code, message } = jwt.fault ?? { code: 'token_malformed', message: 'the header cannot be read' };
    const look = recognizeRefused(token, jwt, code);
    trace.fail('format', code, look?.what ?? message, { fix: look?.fix });
    trace.notReached('key', 'algorithm', 'signature');
    return null;
  }
  const sought = describe(jwt.header);
  const { alg, kid } = sought;
  trace.pass('format', sought.format);
  if (!allowed.includes(alg)) {
    trace.skip('key', 'not looked for: no key makes this algorithm acceptable');
    const detail = { expected: allowed, actual: alg, field: ALGORITHMS_FIELD };
    if (/^HS(?:256|384|512)$/.test(alg) && !symmetric) {
      const misplaced = recognizeMisplaced(jwt.claims, ['refresh', 'supabase']);
      const why = misplaced?.what ?? 'whoever can verify such a token can forge it';
      trace.fail('algorithm', 'symmetric_key_refused', `${alg} is symmetric: ${why}`, {
        ...detail,
        fix: misplaced?.fix,
      });
    } else {
      const unsigned = isUnsigned(alg) ? ': the token is not signed' : '';
      const message = `${quoteName(alg)} is not an allowed algorithm${unsigned}`;
      trace.fail('algorithm', 'algorithm_not_allowed', message, detail);
    }
    trace.notReached('signature');
    return null;
  }
  if (kid === '') {
    trace.fail('key', 'key_id_missing', 'the header has no kid');
    passUnfitted(trace, alg);
    return null;
  }
  return sought;
}

/** What a token is that is refused for its form or its header. */
function recognizeRefused(token: string, { header }: ParsedJwt, code: RejectedCode): Lookalike | null {
  if (code === 'token_encrypted' || code === 'header_invalid') return explainHeader(header);
  return code === 'token_malformed' || code === 'token_opaque' ? recognizeLookalike(token) : null;
}

/** Passes the algorithm as allowed: without a key, nobody can tell whether it fits. */
export function passUnfitted(trace: Trace, alg: string): void {
  trace.pass('algorithm', `${alg} is allowed`, { actual: alg });
  trace.notReached('signature');
}

const described = new WeakMap<JsonObject, Sought>();

/** Tokens of one key share their header, and so what is said of it. */
function describe(header: JsonObject): Sought {
  const known = described.get(header);
  if (known !== undefined) return known;
  const alg = stringMember(header, 'alg') ?? '';
  const kid = stringMember(header, 'kid');
  const named = kid === null ? '' : `, key ${quoteName(kid)}`;
  const ignored = KEY_PARAMETERS.filter((name) => Object.hasOwn(header, name));
  const note = ignored.length === 0 ? '' : ` (its ${ignored.join(', ')} is not used)`;
  const format = `a JWT that says ${alg.slice(0, 64)}${named}${note}`;
  const fresh = { alg, kid: kid ?? '', shownKid: quoteName(kid ?? ''), format };
  described.set(header, fresh);
  return fresh;
}
