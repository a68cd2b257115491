// A file of tests, from its text to what became of them.
import { readSuite, runSuite, type CaseResult, type SuiteOptions } from '../../src/index.js';

/** The config that most tests use. */
export const CONFIG = `config:
  type: oauth2_token
  issuer: https://idp.example
  audience: api
  jwks: {uri: https://idp.example/jwks}
`;

/** Runs a file of tests. */
export async function runText(text: string, options: Partial<SuiteOptions> = {}): Promise<readonly CaseResult[]> {
  return (await runSuite(readSuite(text, 'auth.test.yaml', { cwd: '/', ...options }))).results;
}

/** What is not as expected, as `path: expected / actual`. */
export async function differencesOf(text: string): Promise<string[]> {
  return (await runText(text)).flatMap(({ differences }) =>
    differences.map(
      ({ path, expected, actual }) => `${path.join('.')}: ${JSON.stringify(expected)} / ${JSON.stringify(actual)}`,
    ),
  );
}
