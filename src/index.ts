/// <reference types="node" preserve="true" />
/** The public door of authcheck: everything that a server, a tool or our own CLI may use. */

export { mapClaims, unusedClaims, type ClaimsMapping, type MappedClaims } from './claims.js';
export { checkConfig, type CheckOptions, type ConfigReport } from './config/check.js';
export { parseConfigText, type ConfigDocument } from './config/document.js';
export type { Environment } from './config/env.js';
export { explainConfig, type ExplainedConfig, type ExplainedValue, type Origin } from './config/explain.js';
export type { FindingCode, FindingText, ProbeName, Severity } from './config/finding-codes.js';
export { FINDINGS } from './config/findings.js';
export { formatYaml } from './config/format-yaml.js';
export { findUnknownAttributes } from './config/lint-mapping.js';
export { listProviders, loadAuthConfig, type LoadedConfig, type LoadOptions } from './config/load.js';
export { SEARCH_PLACES } from './config/search.js';
export { formatPath } from './config/shape.js';
export { shareVariables } from './config/shared-variables.js';
export { parseAuthConfig, type AuthConfig, type ConfiguredProvider, type ParseOptions } from './config/parse.js';
export {
  ALGORITHMS,
  DEFAULT_CLAIMS_MAPPING,
  jwksOf,
  type CacheConfig,
  type CustomConfig,
  type GithubTokenConfig,
  type IntrospectionConfig,
  type JwksConfig,
  type KubernetesConfig,
  type OAuth2TokenConfig,
  type ProviderConfig,
  type UpstreamHeaderConfig,
} from './config/provider-config.js';
export { isUtf16, readBoundedPem, readBoundedText, UTF16 } from './bounded-read.js';
export { decodeToken, type DecodedToken } from './report/decode.js';
export { duration } from './duration.js';
export { readTarget } from './server/request-target.js';
export { readIsoTime } from './iso-time.js';
export { CLIENT_VARIABLES, writeConfigTemplate, type ConfigTemplate } from './config/template.js';
export { AuthcheckError, codeOf, ConfigError, reasonOf, usageError, type ErrorCode, type Finding } from './errors.js';
export { checkExpectations, type ExpectationResult, type VerdictExpectations } from './expectations.js';
export type { Exchange, HttpAnswer, HttpClient, HttpRequest } from './exchange.js';
export { isLoopback, showUrl } from './url.js';
export { nearestName } from './nearest.js';
export { makeFixture, type Fixture, type FixtureOptions } from './fixture.js';
export { createHttpClient, type HttpOptions } from './http.js';
export { parseJson, type JsonResult } from './json-parser.js';
export {
  hasFiniteNumbers,
  isList,
  isObject,
  isStringList,
  member,
  stringMember,
  writeJson,
  type Json,
  type JsonObject,
} from './json.js';
export { reportKeySet, type KeyReport, type KeySetReport } from './report/key-report.js';
export { readTokenPattern, type TokenPattern } from './report/token-pattern.js';
export { listSome, plural } from './listing.js';
export { isPlaceholder } from './lookalike.js';
export { explainParity } from './report/parity-hints.js';
export {
  compareWithServer,
  type ParityReport,
  type ParityRow,
  type ParityRowName,
  type TokenRequest,
} from './report/parity.js';
export { unescapePercent } from './percent.js';
export { decideAccess, type Resource } from './policy/access.js';
export type { Decision, RuleAnswer } from './policy/decision.js';
export { findPolicyFaults, type PolicyFault } from './policy/faults.js';
export type { PolicyFaultCode } from './policy/flaw.js';
export { decide, parseQuestion, type Question } from './policy/question.js';
export { decideRoute } from './policy/routes.js';
export {
  ACTIONS,
  type AccessRule,
  type AccessScope,
  type Action,
  type Policies,
  type RouteRule,
  type RouteScope,
  type Rule,
} from './policy/rules.js';
export { findingOf, probeProvider, type ProbeOptions } from './report/probe.js';
export type { Probe, ProbeStatus } from './report/probe-answer.js';
export { discoverIssuer, type IssuerMetadata } from './protocol/discovery.js';
export { fetchKeySet, MAX_KEY_SET_BYTES, readKeySet, type KeySet, type KeySetResult } from './protocol/jwks.js';
export type { KeySetSlot } from './protocol/key-set-cache.js';
export { parseJwt, type ParsedJwt } from './protocol/jwt.js';
export type { Key } from './protocol/keys.js';
export { formatPem, generatePrivateKey, readPrivateKey, type KeyRequest } from './protocol/private-keys.js';
export { createSigner, type Signer, type SignerOptions } from './protocol/sign.js';
export { createAuthProvider, createProviderClient, type ProviderOptions } from './providers/create.js';
export type { AuthProvider, AuthRequest, Destination, HeldKeySet, ProviderEvent } from './providers/provider.js';
export { findReasonCode, REASONS, type ReasonText } from './reasons.js';
export {
  isReason,
  isUndecided,
  type ReasonCode,
  type RejectedCode,
  type UndecidedCode,
  type WarningCode,
} from './reason-codes.js';
export { createRedactor, REDACTED, redactJson, type Redactor } from './redact.js';
export { looksLikeSecret } from './secret-name.js';
export { scrubClaims, type ScrubbedClaims, type ScrubOptions } from './scrub.js';
export type { ServerReply } from './report/server-reply.js';
export type { Authentication, IncomingRequest, Judged } from './server/authentication.js';
export { createAuthenticator, type Authenticator, type AuthenticatorOptions } from './server/authenticator.js';
export {
  isBearerToken,
  readBearer,
  type BearerFault,
  type BearerResult,
  type HeaderPairs,
  type Refusal,
} from './server/bearer.js';
export { createGuard, type Guard } from './server/fetch.js';
export { createMiddleware, pairHeaders, type Middleware, type NodeRequest } from './server/node.js';
export type { Logger } from './server/request-log.js';
export { looksLikeMilliseconds, TIME_CLAIMS, timesOf } from './time-claims.js';
export type { AskedQuestion, SuiteCase } from './suite/case.js';
export type { Difference } from './suite/expectations.js';
export { loadSuite, loadSuites, readSuite, type Suite, type SuiteOptions } from './suite/load.js';
export { isOutstanding, runSuite, type CaseResult, type RunOptions, type SuiteResult } from './suite/run.js';
export type { Expectations, SuiteFile, WrittenCase, WrittenQuestion } from './suite/schema.js';
export type { AnswerKind } from './suite/answer.js';
export type { Subject } from './suite/subject.js';
export { updateSuite, type UpdatedSuite } from './suite/update.js';
export { fingerprint } from './token.js';
export { fixOf, type Step, type StepName, type StepStatus } from './trace.js';
export {
  UNAVAILABLE,
  type AcceptedVerdict,
  type Attributes,
  type Identity,
  type MappingRow,
  type Outcome,
  type ProviderMode,
  type ProviderRef,
  type ProviderType,
  type Reason,
  type RefusedVerdict,
  type ServerAcceptance,
  type ServerRefusal,
  type TokenKind,
  type TokenSummary,
  type Verdict,
} from './verdict.js';
export { comparePolicies, compareVerdicts, type VerdictChange } from './verdict-diff.js';
