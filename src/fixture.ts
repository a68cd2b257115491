/** A token that may be shared: other names, other keys, the same verdict. */

import { formatYaml } from './config/format-yaml.js';
import type { ConfiguredProvider } from './config/parse.js';
import { jwksOf } from './config/provider-config.js';
import { AuthcheckError, type ErrorCode } from './errors.js';
import { recordAnswer } from './fixture/answer.js';
import { collectCompared, SECRET_VARIABLE, writeConfig } from './fixture/config.js';
import { forgeToken } from './fixture/forge.js';
import { expectAgain, findDifference, judgeAgain } from './fixture/proof.js';
import { isObject, member, stringMember, type Json, type JsonObject } from './json.js';
import type { Policies } from './policy/rules.js';
import type { KeySet } from './protocol/jwks.js';
import { parseJwt } from './protocol/jwt.js';
import { REDACTED } from './redact.js';
import { scrubClaims } from './scrub.js';
import type { Verdict } from './verdict.js';

/** What a fixture is made of. */
export interface FixtureOptions {
  readonly token: string;
  /** What the provider said of the token. */
  readonly verdict: Verdict;
  /** When it said so: milliseconds since 1970. */
  readonly now: number;
  readonly provider: ConfiguredProvider;
  readonly policies: Policies;
  /** The keys that the token was checked with; null where none were looked at. */
  readonly keySet: KeySet | null;
  /** Claims whose values stay, as names or dotted paths. Default none. */
  readonly keep?: readonly string[];
}

/** A fixture, ready to be written. */
export interface Fixture {
  /** The verdict that the files give. */
  readonly verdict: Verdict;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The claims, and parameters of the header, in which something was replaced. */
  readonly replaced: readonly string[];
  /** The claims that are as they were. */
  readonly stayed: readonly string[];
}

/**
 * Makes a fixture, and proves it: what is returned gives the verdict that it was made from.
 *
 * What a person, a customer or an issuer is called is replaced, in the token and in the config alike; what is wrong with
 * the token stays wrong. Of the original neither signature nor keys nor secrets are in any file.
 *
 * @throws {AuthcheckError} `fixture_refused` for a token that cannot be read, and a verdict that does not come out again;
 * `fixture_undecided` where there were no keys to check the token with.
 */
export async function makeFixture(options: FixtureOptions): Promise<Fixture> {
  const { verdict, now, provider, policies } = options;
  const original = readParts(options);
  const { header, claims, compared, otherKid, replaced } = scrubParts(options, original);
  const config = writeConfig(provider, policies, compared);
  const forged =
    jwksOf(provider.config) === null
      ? null
      : await forgeToken({
          ...{ header, claims, otherKid },
          statusOf: (step) => verdict.steps.find(({ name }) => name === step)?.status ?? null,
          keys: options.keySet?.byKid.get(stringMember(original.header, 'kid') ?? '') ?? [],
        });
  const recorded = forged === null ? recordAnswer(verdict, claims) : {};
  const describe = (sources: object, given: object): object => ({
    now: new Date(Math.floor(now / 1000) * 1000).toISOString().replace('.000', ''),
    ...(config.provider_config.introspection === undefined ? {} : { env: { [SECRET_VARIABLE]: 'placeholder' } }),
    ...sources,
    tests: [{ name: titleOf(verdict), ...recorded, ...given }],
  });
  const fresh = await judgeAgain(
    forged === null ? describe({ config }, {}) : describe({ config, jwks: forged.jwks }, { token: forged.token }),
  );
  const difference = findDifference(verdict, fresh);
  if (difference !== null) throw irreproducible(difference);

  const expect = expectAgain(fresh);
  const suite =
    forged === null
      ? describe({ config: 'config.yaml' }, { expect })
      : describe({ config: 'config.yaml', jwks: 'jwks.json' }, { token_file: 'token.jwt', expect });
  const texts: readonly (readonly [string, string | null])[] = [
    ['token.jwt', forged === null ? null : `${forged.token}\n`],
    ['jwks.json', forged === null ? null : `${JSON.stringify(forged.jwks, null, 2)}\n`],
    ['config.yaml', formatYaml(config)],
    ['authcheck.test.yaml', `${HEAD}${formatYaml(suite)}`],
  ];
  const files = texts.flatMap(([name, text]) => (text === null ? [] : [{ name, text }]));
  return { verdict: fresh, files, ...reportNames(replaced, claims) };
}

interface Scrubbed extends Parts {
  readonly compared: JsonObject;
  readonly otherKid: string;
  readonly replaced: readonly string[];
}

/** Scrubs the token and what the config compares with it at once: what was equal stays so. */
function scrubParts({ provider, policies, keySet, keep = [] }: FixtureOptions, { header, claims }: Parts): Scrubbed {
  const { config } = provider;
  const kid = stringMember(header, 'kid');
  const otherKid = [...(keySet?.byKid.keys() ?? [])].find((known) => known !== kid) ?? 'another';
  const isFault = (name: string): boolean => FAULTS.includes(name);
  const faults = Object.entries(pick(header, isFault)).map(([name, value]) => [name, disguise(name, value)] as const);
  // These names are shorter than any text that scrub.ts takes for a personal value.
  const { claims: scrubbed, replaced } = scrubClaims(
    {
      jwt: claims,
      hdr: pick(header, (name) => !isFault(name)),
      cfg: collectCompared(provider, policies, claims),
      new: { kid: otherKid },
    },
    {
      claims: keep.map((name) => `jwt.${name}`),
      values: [REDACTED, ...(config.type === 'oauth2_token' && !provider.sets('audience') ? [config.audience] : [])],
    },
  );
  const part = (name: string): JsonObject => {
    const value = member(scrubbed, name);
    return isObject(value) ? value : {};
  };
  return {
    header: { ...Object.fromEntries(faults), ...part('hdr') },
    claims: part('jwt'),
    compared: part('cfg'),
    otherKid: stringMember(part('new'), 'kid') ?? '',
    replaced: [
      ...replaced,
      ...faults.filter(([name, value]) => member(header, name) !== value).map(([name]) => `hdr.${name}`),
    ],
  };
}

/** Parameters of the header that can be what is wrong; what everybody writes there stays. */
const FAULTS = ['alg', 'typ', 'crit', 'b64'];
const KNOWN: Readonly<Record<string, RegExp>> = {
  alg: /^(?:\s*none\s*|[HRPE]S(?:256|384|512)|ES256K|EdDSA|Ed25519|Ed448|ML-DSA-(?:44|65|87))$/i,
  typ: /^(?:application\/)?(?:jwt|jws|jose|(?:at|rt|it|id|id_token|dpop|logout|secevent|oauth-authz-req)\+jwt)$/i,
};

/** The same fault, without a name that its issuer made up. */
function disguise(name: string, value: Json): Json {
  if (name === 'crit') return ['other'];
  if (typeof value !== 'string') return typeof value === 'boolean' ? value : null;
  return KNOWN[name]?.test(value) === true ? value : 'other';
}

const HEAD =
  '# yaml-language-server: $schema=node_modules/authcheck/dist/schema/test.schema.json\n' +
  '# By authcheck fixture: names and keys are made up, what is right or wrong is not. Run it: authcheck test\n';

interface Parts {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** What is scrubbed: the parts of a token that is checked here, or what the provider said of it. */
function readParts({ token, verdict, provider }: FixtureOptions): Parts {
  if (provider.config.type === 'upstream_header')
    throw refuse(`the provider ${provider.name} looks at no token: there is nothing to share`);
  if (jwksOf(provider.config) === null) return { header: {}, claims: verdict.token.claims ?? {} };
  if (verdict.outcome === 'undecided') throw irreproducible(verdict.reason.message, 'fixture_undecided');
  const { header, claims, fault } = parseJwt(token);
  const isBroken = fault !== null && ['token_malformed', 'token_opaque', 'token_encrypted'].includes(fault.code);
  if (header !== null && claims !== null && !isBroken) return { header, claims };
  throw refuse(`the token cannot be read, so that nothing in it can be replaced: ${fault?.message ?? 'no claims'}`);
}

function titleOf({ outcome, reason }: Verdict): string {
  return reason === null ? outcome : `${outcome}: ${reason.code}`;
}

function reportNames(replaced: readonly string[], claims: JsonObject): Pick<Fixture, 'replaced' | 'stayed'> {
  const isTouched = (name: string): boolean =>
    replaced.some((path) => path === `jwt.${name}` || path.startsWith(`jwt.${name}.`));
  const header = replaced.filter((path) => path.startsWith('hdr.')).map((path) => path.replace('hdr', 'header'));
  return {
    replaced: [...Object.keys(claims).filter(isTouched), ...header],
    stayed: Object.keys(claims).filter((name) => !isTouched(name)),
  };
}

function pick(object: JsonObject, wants: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => wants(name)));
}

function irreproducible(why: string, code?: ErrorCode): AuthcheckError {
  return refuse(`this verdict cannot be reproduced offline: ${why}`, code);
}

function refuse(message: string, code: ErrorCode = 'fixture_refused'): AuthcheckError {
  return new AuthcheckError(code, message);
}
