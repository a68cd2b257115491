/** The schema of `access_policy` and `route_policy`. Pure. */

import * as v from 'valibot';
import { CONDITION_FORMS, parseCondition, suggestCondition } from '../policy/conditions.js';
import { compileScope } from '../policy/pattern.js';
import { ACTIONS, type AccessRule, type RouteRule, type Rule } from '../policy/rules.js';
import { expected } from './scalars.js';

const text = v.string('expected a string');

const condition = v.pipe(
  text,
  v.check(
    (sentence) => parseCondition(sentence) !== null,
    (issue) => {
      const near = suggestCondition(issue.input);
      const hint = near === null ? `conditions are ${CONDITION_FORMS.join('; ')}` : `did you mean "${near}"?`;
      return `no such condition; ${hint}`;
    },
  ),
);

const conditions = v.nullish(
  v.union(
    [
      condition,
      v.pipe(
        v.array(condition),
        v.minLength(
          1,
          'an empty list is not a condition: the rule would be for everybody; remove it, or add a condition',
        ),
      ),
    ],
    pickMessage('expected a condition'),
  ),
);

const action = v.picklist(ACTIONS, 'expected create, read, update or delete');

const accessScope = v.object(
  {
    actions: v.union(
      [action, v.pipe(v.array(action), v.minLength(1, 'an empty list is not an action: the rule would never match'))],
      pickMessage('expected create, read, update or delete, or a list of them'),
    ),
    principal: v.nullish(
      v.pipe(
        text,
        v.check(isNotEmpty, 'an empty principal is everybody; name one, or remove the field'),
        v.check(isNotBlank, 'nobody has a name of white space alone; name a principal, or remove the field'),
      ),
    ),
    resource: v.nullish(
      v.pipe(
        text,
        v.check(isNotEmpty, 'an empty resource is every resource; name one, or remove the field'),
        v.check(
          (resource) => resource === '' || /^.+::.+$/s.test(resource) || resource.startsWith('regex:'),
          'no resource can match this; expected TYPE::ID, TYPE::* or regex:PATTERN',
        ),
        pattern(),
      ),
    ),
  },
  expected('a mapping with actions'),
);

const path = v.pipe(text, pattern());

const routeScope = v.object(
  {
    paths: v.union(
      [path, v.pipe(v.array(path), v.minLength(1, 'an empty list is not a path: the rule would never match'))],
      pickMessage('expected a path or a list of paths'),
    ),
  },
  expected('a mapping with paths'),
);

/** The schema of `access_policy`. */
export const accessPolicySchema: v.GenericSchema<unknown, readonly AccessRule[]> = rules(accessScope);

/** The schema of `route_policy`. */
export const routePolicySchema: v.GenericSchema<unknown, readonly RouteRule[]> = rules(routeScope);

function rules<Scope>(scope: v.GenericSchema<unknown, Scope>): v.GenericSchema<unknown, readonly Rule<Scope>[]> {
  const rule = v.pipe(
    v.object(
      {
        permit: v.nullish(scope),
        forbid: v.nullish(scope),
        when: conditions,
        unless: conditions,
        description: v.nullish(text),
      },
      'expected a rule',
    ),
    v.partialCheck(
      [['permit'], ['forbid']],
      ({ permit, forbid }) => (permit ?? null) === null || (forbid ?? null) === null,
      'permit and forbid are mutually exclusive',
    ),
    v.partialCheck(
      [['permit'], ['forbid']],
      ({ permit, forbid }) => (permit ?? forbid ?? null) !== null,
      'one of permit and forbid is required',
    ),
    v.partialCheck(
      [['when'], ['unless']],
      (input) => (input.when ?? null) === null || (input.unless ?? null) === null,
      'when and unless are mutually exclusive',
    ),
  );
  return v.array(rule, expected('a list of rules'));
}

/** What follows `regex:` is a pattern that the server can use. */
function pattern(): v.RawCheckAction<string> {
  return v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const compiled = compileScope(dataset.value);
    if (compiled?.ok === false && !compiled.isPython)
      addIssue({ message: `this regular expression cannot be used: ${compiled.message}` });
  });
}

/** To the server, an empty text is none. */
function isNotEmpty(value: string): boolean {
  return value !== '';
}

function isNotBlank(value: string): boolean {
  return value === '' || value.trim() !== '';
}

/** A union says why its nearest option failed, where it can. */
function pickMessage(fallback: string): (issue: v.UnionIssue<v.BaseIssue<unknown>>) => string {
  return (issue) => issue.issues?.find((inner) => inner.kind === 'validation')?.message ?? fallback;
}
