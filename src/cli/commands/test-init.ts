/** `authcheck test --init`: first tests of a config, from the claims of a token if there is one. */

import { dirname, relative, resolve, sep } from 'node:path';
import {
  formatYaml,
  readTokenPattern,
  parseConfigText,
  readSuite,
  runSuite,
  scrubClaims,
  shareVariables,
  updateSuite,
  type ConfiguredProvider,
  type JsonObject,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import { readText } from '../input-file.js';
import type { Io } from '../io.js';
import type { SharedOptions } from '../options.js';
import { writeOutputs } from '../output-file.js';
import type { Session } from '../session.js';
import { findTarget } from '../target.js';
import { findToken } from '../token.js';

const DEFAULT_FILE = 'authcheck.test.yaml';
/** Where the schema lies in a project that has this package. */
const SCHEMA = 'node_modules/authcheck/dist/schema/test.schema.json';

/** Writes the file: what is found now is what is expected. Nobody is asked. */
export async function initSuite(
  options: SharedOptions & { readonly force?: boolean },
  files: readonly string[],
  io: Io,
  session: Session,
): Promise<number> {
  const [file = DEFAULT_FILE, second] = files;
  if (second !== undefined) throw usageError('--init writes one file');
  const target = await findTarget(options, io, session.onExchange);
  if (target.file === null) throw usageError('--init needs the file of a config');
  const folder = dirname(resolve(io.cwd, file));
  const from = (path: string): string => relative(folder, resolve(io.cwd, path)).replaceAll(sep, '/');
  const now = Math.floor(io.now() / 1000);
  const claims = await readClaims(options, target.chosen, now, io);
  const env = shareVariables(parseConfigText(readText(target.file, io), target.file).value, io.env);
  const { chosen } = target;
  const document = {
    now: new Date(now * 1000).toISOString().replace('.000', ''),
    config: from(target.file),
    ...(target.providers.length > 1 ? { provider: chosen.name } : {}),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    tests: writeTests(chosen, claims, now),
  };
  const head = `# yaml-language-server: $schema=${from(SCHEMA)}\n# What the server must make of tokens. Run it: authcheck test ${file}\n`;
  const suite = readSuite(head + formatYaml(document), file, { cwd: io.cwd, update: true });
  const found = await runSuite(suite);
  const reason = found.results[0]?.verdict.reason;
  if (reason !== null && reason !== undefined)
    throw usageError(
      `the config refuses such a token (${reason.code}), and tests begin with one that is let in; authcheck validate says more`,
    );
  const { text } = updateSuite(found);
  writeOutputs([{ path: file, text }], options, io);
  session.answer(
    () => ({ file, tests: suite.cases.map(({ name }) => name) }),
    (style) => `${style.good('✓')} ${style.strong(file)}  ${suite.cases.length} tests\n`,
  );
  session.remark(`look through it before you commit it; then: authcheck test ${file}`);
  return EXIT.ok;
}

/** The claims of the token without what is personal; those of nobody in particular without a token. */
async function readClaims(
  options: SharedOptions,
  { config }: ConfiguredProvider,
  now: number,
  io: Io,
): Promise<JsonObject> {
  const example: JsonObject = { sub: 'alice', groups: ['ml'] };
  const isGiven =
    options.token !== undefined || options.tokenFile !== undefined || (io.env.AUTHCHECK_TOKEN ?? '') !== '';
  if (!isGiven || config.type !== 'oauth2_token') return example;
  const { token } = await findToken(options, undefined, io);
  const { issuer, audience, claims_mapping } = config;
  const mapped = Object.keys(claims_mapping).flatMap((claim) => [claim, ...claim.split('.')]);
  const values = [audience, ...(issuer === null ? [] : [issuer]), ...mapped];
  return scrubClaims(readTokenPattern(token, now).claims, { values }).claims;
}

function writeTests({ config }: ConfiguredProvider, claims: JsonObject, now: number): readonly object[] {
  const name = 'a user is let in';
  switch (config.type) {
    case 'oauth2_token':
      return config.jwks === null
        ? [
            { name, introspection: { active: true, ...claims } },
            { name: 'an inactive token is refused', introspection: { active: false } },
          ]
        : [
            { name, claims },
            { name: 'an expired token is refused', claims: { ...claims, iat: now - 7200, exp: now - 3600 } },
            { name: 'a token for another server is refused', claims: { ...claims, aud: 'another-server' } },
          ];
    case 'github_token':
      return [
        { name, github: { user: { login: 'alice', id: 1 }, orgs: [{ login: 'acme' }] } },
        { name: 'an unknown token is refused', github: { status: 401 } },
      ];
    case 'custom':
      return [
        { name, custom: { principal: 'alice', attributes: { roles: ['user'] } } },
        { name: 'an unknown key is refused', custom: { status: 401 } },
      ];
    case 'kubernetes':
      return [
        { name, kubernetes: { username: 'alice', groups: ['system:authenticated'] } },
        { name: 'an unknown token is refused', kubernetes: { status: 401 } },
      ];
    case 'upstream_header':
      return [
        { name, request: { headers: { [config.principal_header]: 'alice' } } },
        { name: 'a request without the header is refused' },
      ];
  }
}
