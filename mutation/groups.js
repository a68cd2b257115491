/** What is changed, and the tests that must notice: few, so that each change is judged in seconds. */
export const GROUPS = {
  env: {
    mutate: ['src/config/{env,python-numbers}.ts'],
    tests: ['test/config/{env,parse}.test.ts', 'test/corpus/env.test.ts'],
  },
  claims: {
    mutate: ['src/{claims,claim-shapes,near-misses,overage}.ts'],
    tests: ['test/{claims,claim-shapes,near-misses,overage}.test.ts', 'test/corpus/mapping.test.ts'],
  },
  bearer: {
    mutate: ['src/server/bearer.ts'],
    tests: ['test/server/*.test.ts', 'test/corpus/middleware.test.ts'],
  },
  checks: {
    mutate: ['src/{checks,time-checks,principal,resemblance,duration}.ts'],
    tests: ['test/{check-steps,checks,time-checks,principal,resemblance,duration}.test.ts', 'test/corpus/jwt.test.ts'],
  },
  jwt: {
    mutate: ['src/protocol/{base64url,jwt}.ts'],
    tests: ['test/protocol/{base64url,jwt}.test.ts', 'test/corpus/jwt.test.ts', 'test/providers/known-attacks.test.ts'],
  },
  signature: {
    mutate: ['src/protocol/{signature,ecdsa-encoding}.ts'],
    tests: ['test/protocol/{signature,ecdsa-encoding}.test.ts', 'test/providers/known-attacks.test.ts'],
  },
  keys: {
    mutate: ['src/protocol/keys.ts'],
    tests: ['test/protocol/{keys,jwks}.test.ts', 'test/providers/known-attacks.test.ts'],
  },
  policy: {
    mutate: ['src/policy/{access,conditions,decision,question,routes}.ts'],
    tests: ['test/policy/{access,conditions,question,routes}.test.ts', 'test/corpus/policy.test.ts'],
  },
  'policy-faults': {
    mutate: ['src/policy/{coverage,faults,scope-flaws}.ts'],
    tests: ['test/policy/faults.test.ts'],
  },
  patterns: {
    mutate: ['src/policy/{pattern,python-flags,python-pattern}.ts'],
    tests: ['test/policy/{pattern,python-pattern}.test.ts', 'test/corpus/patterns.test.ts'],
  },
  secrets: {
    mutate: ['src/{redact,redacted-exchange,secret-name,secret-parameters,spellings}.ts'],
    tests: ['test/{redact,redacted-exchange,secret-name,secret-parameters}.test.ts'],
  },
};

/** The group that is being tried, by the environment: Stryker starts other processes, which must know it too. */
export const group = GROUPS[process.env.AUTHCHECK_MUTATE ?? ''] ?? { mutate: [], tests: [] };
