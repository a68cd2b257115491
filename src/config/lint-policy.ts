/** Patterns in policies that the server can evaluate, and authcheck cannot. */

import { effectOf } from '../policy/decision.js';
import { compileScope } from '../policy/pattern.js';
import type { AccessScope, RouteScope, Rule } from '../policy/rules.js';
import type { Note } from './note.js';

/** Finds them, with paths below the policy; the rules are those of a parsed config. */
export function findUnsupported(rules: readonly Rule<AccessScope | RouteScope>[]): Note[] {
  return rules.flatMap((rule, index) => {
    const { effect, scope } = effectOf(rule);
    const [field, written] = 'paths' in scope ? ['paths', scope.paths] : ['resource', scope.resource ?? []];
    return [written].flat().flatMap((text, at): Note[] => {
      const compiled = compileScope(text);
      if (compiled === null || compiled.ok) return [];
      const path = [index, effect, field, ...(Array.isArray(written) ? [at] : [])];
      const message = `authcheck cannot evaluate this pattern, but the server can: ${compiled.message}`;
      return [{ code: 'rule_regex_unsupported', path, message }];
    });
  });
}
