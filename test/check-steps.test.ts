// What each check of a claim reports, word by word: it is what people read when they are refused.
import { describe, expect, test } from 'vitest';
import { checkAudience, checkIssuer, checkSendable, findIdFault } from '../src/checks.js';
import { isObject, type Json } from '../src/json.js';
import { checkSubject, findPrincipalFault, type SubjectRemark } from '../src/principal.js';
import { REASONS } from '../src/reasons.js';
import { checkExpiry, checkNotBefore, type Clock } from '../src/time-checks.js';
import { createTrace, fixOf, type Step, type Trace } from '../src/trace.js';

const NOW = 1_767_225_600;
const HOUR = 3600;

/** The one step that a check reports; its position is the field that it names. */
function report(check: (trace: Trace) => unknown): Partial<Step> {
  const trace = createTrace((field) => `run.yaml#${field.join('.')}`);
  check(trace);
  expect(trace.steps).toHaveLength(1);
  const { name, unverified, ...rest } = trace.steps[0] ?? expect.unreachable();
  expect([name.length > 0, unverified]).toEqual([true, false]);
  return rest;
}

const ISSUER = { expected: 'https://a', position: 'run.yaml#issuer' };
const AUDIENCE = { expected: 'api', position: 'run.yaml#audience' };

describe('the issuer', () => {
  const step = (claims: Record<string, never> | object, issuer: string | null = 'https://a'): Partial<Step> =>
    report((trace) => checkIssuer(trace, { ...claims }, issuer));

  test('that is expected', () => {
    expect(step({ iss: 'https://a' })).toStrictEqual({
      status: 'passed',
      code: null,
      message: 'the token is from "https://a"',
      ...ISSUER,
      actual: 'https://a',
    });
  });

  test('that nobody asks for', () => {
    const warned = {
      status: 'warned',
      code: 'issuer_unchecked',
      message: 'no issuer is configured, so iss is not checked',
      position: 'run.yaml#issuer',
    };
    expect(step({ iss: 'https://a' }, null)).toStrictEqual({ ...warned, actual: 'https://a' });
    expect(step({}, null)).toStrictEqual(warned);
  });

  test('that is missing', () => {
    expect(step({})).toStrictEqual({
      status: 'failed',
      code: 'issuer_missing',
      message: 'the token has no iss; the server wants "https://a"',
      ...ISSUER,
    });
  });

  test.each([
    [null, 'issuer_mismatch', 'null'],
    [5, 'claim_invalid', 'a number'],
    [true, 'claim_invalid', 'a boolean'],
    [['https://a'], 'claim_invalid', 'a list'],
    [{ a: 1 }, 'claim_invalid', 'an object'],
  ])('that is %j', (iss, code, kind) => {
    const message = `iss is ${kind}; the server wants "https://a"`;
    expect(step({ iss })).toStrictEqual({ status: 'failed', code, message, ...ISSUER, actual: iss });
  });

  test('that is a number beyond what a double holds', () => {
    expect(step({ iss: 2n ** 60n }).message).toBe('iss is a number; the server wants "https://a"');
  });

  test.each([
    ['https://b', ''],
    ['https://a/', ' (only the trailing slash differs)'],
    ['HTTPS://A', ' (only the case differs)'],
    ['HTTPS://A/', ' (only the trailing slash and the case differ)'],
    ['https://a//', ''],
    ['/https://a', ''],
  ])('that is %s', (iss, hint) => {
    expect(step({ iss })).toStrictEqual({
      status: 'failed',
      code: 'issuer_mismatch',
      message: `expected "https://a", the token is from "${iss}"${hint}`,
      ...ISSUER,
      actual: iss,
    });
  });

  test('that is endless is shown by its start', () => {
    expect(step({ iss: 'x'.repeat(200) }).message).toContain(`"${'x'.repeat(200)}"`);
    expect(step({ iss: 'x'.repeat(201) }).message).toContain(`"${'x'.repeat(200)}…"`);
  });
});

describe('the audience', () => {
  const step = (claims: object): Partial<Step> => report((trace) => checkAudience(trace, { ...claims }, 'api', false));

  test.each(['api', ['other', 'api']].map((aud) => [aud]))('that holds what is expected: %j', (aud) => {
    const message = 'the token is for "api"';
    expect(step({ aud })).toStrictEqual({ status: 'passed', code: null, message, ...AUDIENCE, actual: aud });
  });

  test('that nobody configured is said to be the default, with the way out', () => {
    const told = (claims: object): Partial<Step> =>
      report((trace) => checkAudience(trace, { ...claims }, 'llama-stack', true));
    const byDefault = '"llama-stack" (the default: no audience is set)';
    expect(told({ aud: 'api' }).message).toBe(`expected ${byDefault}, the token is for "api"`);
    expect(told({}).message).toBe(`the token has no aud; the server wants ${byDefault}`);
  });

  test('that is missing', () => {
    const message = 'the token has no aud; the server wants "api"';
    expect(step({})).toStrictEqual({ status: 'failed', code: 'audience_missing', message, ...AUDIENCE });
  });

  test.each([[null], [5], [{}], [['api', 5]]])('that is %j', (aud) => {
    const message = 'aud is neither a string nor a list of strings';
    expect(step({ aud })).toStrictEqual({ status: 'failed', code: 'claim_invalid', message, ...AUDIENCE, actual: aud });
  });

  test.each([
    ['other', '"other"'],
    [[], 'nobody'],
    [['a', 'b'], '"a", "b"'],
    [['a', 'b', 'c', 'd', 'e'], '"a", "b", "c", "d", "e"'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], '"a", "b", "c", "d", "e" and 2 more'],
  ])('that is %j', (aud, named) => {
    const message = `expected "api", the token is for ${named}`;
    const failed = { status: 'failed', code: 'audience_mismatch', message };
    expect(step({ aud })).toStrictEqual({ ...failed, ...AUDIENCE, actual: aud });
  });
});

const clock = (more: Partial<Clock> = {}): Clock => ({ now: NOW, fraction: 0, tolerance: 0, skew: null, ...more });

describe('the way out of', () => {
  /** What is found, and what is advised about it. */
  function advice(check: (trace: Trace) => unknown): readonly [string, string] {
    const trace = createTrace(() => null);
    check(trace);
    const [step] = trace.steps;
    return step === undefined ? expect.unreachable() : [step.message, fixOf(step)];
  }
  const ofAudience = (claims: Json, audience = 'api'): readonly [string, string] =>
    advice((trace) => checkAudience(trace, isObject(claims) ? claims : {}, audience, false));

  test('a shared audience is never to trust it', () => {
    const [message, fix] = ofAudience({ aud: 'account' });
    expect(message).toContain('for "account": this audience is Keycloak’s own');
    expect(fix).toContain('Do not set audience to "account"');
    expect(ofAudience({ aud: 'https://graph.microsoft.com' })[1]).toContain('api://APPLICATION-ID/.default');
    expect(ofAudience({ aud: 'other' })[1]).toBe(REASONS.audience_mismatch.fix);
  });

  test('a scope is told as one, but for services of Microsoft’s own', () => {
    expect(ofAudience({ aud: 'https://api.example' }, 'https://api.example/.default')[0]).toContain(
      'the scope at its end',
    );
    expect(ofAudience({ aud: 'https://vault.azure.net' }, 'https://vault.azure.net/.default')[0]).toContain(
      'Microsoft',
    );
    expect(ofAudience({ aud: 'https://vault.azure.net' }, 'https://vault.azure.net/')[0]).toContain('trailing slash');
  });

  test('an issuer that is missing is never to trust every issuer', () => {
    const [, fix] = advice((trace) => checkIssuer(trace, {}, 'https://idp.example'));
    expect(fix).not.toMatch(/(?:, or|^) remove issuer/i);
    expect(fix).toContain('Do not remove issuer');
  });

  test('an audience that is spelled otherwise is its spelling', () => {
    expect(ofAudience({ aud: ['x', 'API'] })).toEqual([
      'expected "api", the token is for "x", "API" (only the case differs)',
      'Make audience in the config equal the token’s aud, letter by letter.',
    ]);
    for (const aud of ['other api', 'other,api', '["other","api"]', 'other; api,x'])
      expect(ofAudience({ aud })).toEqual([
        expect.stringContaining('in a string that should be a list'),
        expect.stringContaining('JSON list'),
      ]);
    // The likeness says more than the kind of token.
    expect(ofAudience({ aud: 'Account' }, 'account')[0]).toContain('(only the case differs)');
    // A service on another host is another one, and issuer has nothing to do with it.
    expect(ofAudience({ aud: 'https://dev.example/llama' }, 'https://api.example/llama')).toEqual([
      'expected "https://api.example/llama", the token is for "https://dev.example/llama"',
      REASONS.audience_mismatch.fix,
    ]);
    expect(ofAudience({ aud: 'http://api.example:80/llama' }, 'https://api.example/llama/')[0]).toContain(
      '(only the scheme, the port and the trailing slash differ)',
    );
    expect(ofAudience({ aud: [...Array<string>(20).fill('x'), 'API'] })[0]).not.toContain('differs');
  });

  test('a token of another kind is to send the right one', () => {
    expect(ofAudience({ aud: 'ui', typ: 'ID' })[1]).toContain('Send the access token, not the ID token');
    // Dex and Authentik make access tokens that look like ID tokens.
    expect(ofAudience({ aud: 'ui', nonce: '1' })[1]).toContain('set audience to that client');
    // Google's access tokens are no JWTs: to send one leads nowhere.
    const google = ofAudience({ iss: 'https://accounts.google.com', aud: 'ui', azp: 'ui' });
    expect(google[1]).toContain('Request the ID token for this server’s audience');
    expect(ofAudience({ client_id: 'api' })).toEqual([
      'the token has no aud; the server wants "api", which is its client_id',
      REASONS.audience_missing.fix,
    ]);
    // The token of a Secret of Kubernetes has no audience, and nothing gives it one.
    const account = { iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:ml:trainer' };
    expect(ofAudience(account)[1]).toContain('type kubernetes');
    const cognito = { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x' };
    expect(ofAudience(cognito)[1]).toContain('pre token generation trigger');
    for (const iss of ['https://x/https://cognito-idp.a.amazonaws.com/', 'https://cognito-idp.amazonaws.com/', 5])
      expect(ofAudience({ iss })[1]).toBe(REASONS.audience_missing.fix);
    expect(ofAudience({ client_id: 'other' })[1]).toBe(REASONS.audience_missing.fix);
  });

  test('a token of Keycloak’s without sub is the client scope that has it', () => {
    const ofSubject = (iss: string): string =>
      advice((trace) => checkSubject(trace, { iss, typ: 'Bearer' }, ['sub', 'username']))[1];
    expect(ofSubject('https://sso.example/realms/prod')).toContain('client scope "basic"');
    expect(ofSubject('http://sso.example:8080/auth/realms/prod')).toContain('client scope "basic"');
    for (const iss of ['https://sso.example/realms/prod/x', 'https://realms/prod', 'x https://a/realms/prod'])
      expect(ofSubject(iss)).toBe(REASONS.claim_missing.fix);
  });

  test('an issuer that is nearly the same depends on the difference', () => {
    const ofIssuer = (claims: Record<string, Json>, issuer: string): readonly [string, string] =>
      advice((trace) => checkIssuer(trace, claims, issuer));
    const v1 = 'https://sts.windows.net/t/';
    const v2 = 'https://login.microsoftonline.com/t/v2.0';
    expect(ofIssuer({ iss: v1, aud: 'x' }, v2)[1]).toContain('requestedAccessTokenVersion');
    // Another version of a token for Graph is of no use here either.
    expect(ofIssuer({ iss: v1, aud: 'https://graph.microsoft.com' }, v2)[1]).toContain('/.default');
    // Nor is one for Azure, which the manifest of this server's app registration does not change.
    const azure = { iss: v1, aud: 'https://management.core.windows.net/' };
    expect(ofIssuer(azure, v2)[1]).toContain('az account get-access-token --scope');
    const wanted = advice((trace) => checkIssuer(trace, azure, v2, azure.aud));
    expect(wanted[1]).toContain('requestedAccessTokenVersion');
    expect(ofAudience(azure)[0]).toContain('a service of Microsoft’s own');
    expect(ofIssuer({ iss: 'https://a/' }, 'https://a')[1]).toMatch(/^Make issuer in the config equal the token’s iss/);
    // With the issuer alone, the keys would still be those of another one.
    expect(ofIssuer({ iss: 'https://b' }, 'https://a')[1]).toBe(REASONS.issuer_mismatch.fix);
    expect(REASONS.issuer_mismatch.fix).toMatch(/^Get a token from the issuer that the config names\..*key set/);
  });

  test('milliseconds is seconds', () => {
    const clock = { now: NOW, fraction: 0, tolerance: 0, skew: NOW * 1000 };
    const ms = NOW * 1000;
    const unit = 'looks like milliseconds, and RFC 7519 wants seconds';
    expect(advice((trace) => checkExpiry(trace, { exp: ms }, clock))[0]).toContain(`; exp ${unit}`);
    const [message, fix] = advice((trace) => checkNotBefore(trace, { nbf: ms }, clock));
    expect(message).toMatch(new RegExp(`; nbf ${unit}$`));
    expect(fix).toBe('Have the issuer write times in seconds since 1970, not milliseconds.');
    expect(advice((trace) => checkNotBefore(trace, { iat: ms }, clock))).toEqual([
      expect.stringContaining(`; iat ${unit}; servers that look`),
      fix,
    ]);
    expect(advice((trace) => checkExpiry(trace, { exp: 1e11 }, clock))[0]).not.toContain('milliseconds');
  });
});

describe('the time until which a token is valid', () => {
  const step = (claims: object, more: Partial<Clock> = {}): Partial<Step> =>
    report((trace) => checkExpiry(trace, { ...claims }, clock(more)));

  test('that is missing', () => {
    const message = 'the token has no exp: it never expires';
    expect(step({})).toStrictEqual({ status: 'warned', code: 'expiry_absent', message });
  });

  test('that lies ahead', () => {
    const exp = NOW + HOUR;
    const message = 'expires in 1 hour';
    expect(step({ exp })).toStrictEqual({ status: 'passed', code: null, message, expected: NOW, actual: exp });
    expect(step({ exp: NOW + 1 }).message).toBe('expires in 1 second');
  });

  test('that has just passed', () => {
    const tolerance = 10;
    expect(step({ exp: NOW }, { tolerance }).message).toBe('expired 0 seconds ago, within the clock tolerance');
    expect(step({ exp: NOW - 9 }, { tolerance })).toMatchObject({ status: 'passed' });
    expect(step({ exp: NOW - 10 }, { tolerance })).toMatchObject({ status: 'failed' });
  });

  test('that has passed', () => {
    const message = 'expired 2 minutes ago';
    const failed = { status: 'failed', code: 'token_expired', message, expected: NOW, actual: NOW - 120 };
    expect(step({ exp: NOW - 120 })).toStrictEqual(failed);
  });

  test.each([
    [null, 'null'],
    ['tomorrow', 'a string'],
    [[], 'a list'],
    [{}, 'an object'],
    [true, 'a boolean'],
  ])('that is %j', (exp, kind) => {
    const message = `exp is ${kind}; it must be a number of seconds`;
    expect(step({ exp })).toStrictEqual({ status: 'failed', code: 'claim_invalid', message, actual: exp });
  });

  test('that no clock will ever show', () => {
    const message = 'exp is too large a number; it must be a number of seconds';
    expect(step({ exp: Infinity })).toStrictEqual({
      ...{ status: 'failed', code: 'claim_invalid', message },
      actual: Infinity,
    });
    expect(step({ exp: 2n ** 62n }).status).toBe('passed');
    expect(step({ exp: 10n ** 400n }).message).toBe(message);
  });

  test('for a clock that runs ahead of the provider’s', () => {
    const hint = '; your clock is 30 s ahead of the provider’s: it would pass with --clock-tolerance 21';
    expect(step({ exp: NOW - 20 }, { skew: -30 }).message).toBe(`expired 20 seconds ago${hint}`);
    // A clock that is right in time would have seen it expire too.
    expect(step({ exp: NOW - 30 }, { skew: -30 }).message).toBe('expired 30 seconds ago');
    expect(step({ exp: NOW - 29 }, { skew: -30 }).message).toContain('--clock-tolerance 30');
    expect(step({ exp: NOW - 20 }, { skew: 30 }).message).toBe('expired 20 seconds ago');
    expect(step({ exp: NOW }, { skew: -1 }).message).toBe('expired 0 seconds ago');
    expect(step({ exp: NOW }, { skew: -2 }).message).toContain('your clock is 2 s ahead');
    expect(step({ exp: NOW - 3599 }, { skew: -7200 }).message).toContain('--clock-tolerance 3600');
    expect(step({ exp: NOW - 3600 }, { skew: -7200 }).message).toBe(
      'expired 1 hour ago; your clock is 7200 s ahead of the provider’s: set it',
    );
  });
});

describe('the time from which a token is valid', () => {
  const step = (claims: object, more: Partial<Clock> = {}): Partial<Step> =>
    report((trace) => checkNotBefore(trace, { ...claims }, clock(more)));

  test('that is missing', () => {
    const skipped = { status: 'skipped', code: null, message: 'the token has no nbf' };
    expect(step({})).toStrictEqual(skipped);
    expect(step({ iat: NOW })).toStrictEqual(skipped);
  });

  test('that has come', () => {
    const passed = { status: 'passed', code: null };
    const hourAgo = { ...passed, message: 'has been valid for 1 hour', actual: NOW - HOUR };
    expect(step({ nbf: NOW - HOUR })).toStrictEqual(hourAgo);
    expect(step({ nbf: NOW, iat: NOW })).toStrictEqual({
      ...passed,
      message: 'has been valid for 0 seconds',
      actual: NOW,
    });
  });

  test('that has not come', () => {
    const nbf = NOW + 60;
    const failed = { status: 'failed', code: 'token_not_yet_valid', message: 'not valid for another 1 minute' };
    expect(step({ nbf })).toStrictEqual({ ...failed, expected: NOW, actual: nbf });
    expect(step({ nbf }, { tolerance: 59 }).status).toBe('failed');
    expect(step({ nbf }, { tolerance: 60 }).status).toBe('passed');
    expect(step({ nbf: NOW + 0.5 }).message).toBe('not valid for another 1 second');
  });

  test('for a clock that runs behind the provider’s', () => {
    const step60 = (skew: number): string | undefined => step({ nbf: NOW + 60 }, { skew }).message;
    const hint = '; your clock is 60 s behind the provider’s: it would pass with --clock-tolerance 60';
    expect(step60(60)).toBe(`not valid for another 1 minute${hint}`);
    expect(step60(90)).toContain('your clock is 90 s behind');
    expect(step60(59)).toBe('not valid for another 1 minute');
    expect(step60(-90)).toBe('not valid for another 1 minute');
  });

  const REFUSED = 'servers that look at iat, as newer ones do, refuse the token until then';

  test('though it was issued later', () => {
    const iat = NOW + 60;
    const message = `iat lies 1 minute ahead; ${REFUSED}`;
    const warned = { status: 'warned', code: 'issued_in_future', message, expected: NOW, actual: iat };
    expect(step({ iat })).toStrictEqual(warned);
    expect(step({ iat, nbf: NOW - 60 })).toStrictEqual(warned);
    expect(step({ iat }, { tolerance: 59 }).status).toBe('warned');
    expect(step({ iat }, { tolerance: 60 }).status).toBe('skipped');
    expect(step({ iat }, { skew: 60 }).message).toBe(
      `iat lies 1 minute ahead; your clock is 60 s behind the provider’s: it would pass with --clock-tolerance 60; ${REFUSED}`,
    );
    expect(step({ iat }, { skew: 59 }).message).toBe(message);
  });

  test('that is no time', () => {
    const invalid = { status: 'failed', code: 'claim_invalid' };
    const says = (name: string): string => `${name} is a string; it must be a number of seconds`;
    expect(step({ nbf: 'x' })).toStrictEqual({ ...invalid, message: says('nbf'), actual: 'x' });
    expect(step({ iat: 'x' })).toStrictEqual({ ...invalid, message: says('iat'), actual: 'x' });
    expect(step({ iat: 'x', nbf: NOW })).toStrictEqual({ ...invalid, message: says('iat'), actual: 'x' });
    expect(step({ iat: 'y', nbf: 'x' })).toStrictEqual({
      ...invalid,
      message: `${says('nbf')}; and ${says('iat')}`,
      actual: 'x',
    });
  });

  test('does not hide that the token is not valid yet', () => {
    expect(step({ iat: 'x', nbf: NOW + 60 })).toStrictEqual({
      status: 'failed',
      code: 'token_not_yet_valid',
      message: 'not valid for another 1 minute; and iat is a string; it must be a number of seconds',
      expected: NOW,
      actual: NOW + 60,
    });
  });
});

describe('the principal', () => {
  const step = (claims: object, ...names: string[]): Partial<Step> =>
    report((trace) => checkSubject(trace, { ...claims }, names.length === 0 ? ['sub'] : names));

  test('that is named', () => {
    const passed = { status: 'passed', code: null };
    const message = 'sub names the principal';
    expect(step({ sub: 'alice' })).toStrictEqual({ ...passed, message, actual: 'alice' });
    const second = { ...passed, message: 'login names the principal', actual: 'bob' };
    for (const sub of [undefined, null, '']) {
      const claims = sub === undefined ? { login: 'bob' } : { sub, login: 'bob' };
      expect(step(claims, 'sub', 'login')).toStrictEqual(second);
    }
  });

  test('that nobody names', () => {
    const failed = { status: 'failed', code: 'claim_missing' };
    expect(step({})).toStrictEqual({ ...failed, message: 'the token has no sub' });
    expect(step({}, 'sub', 'login')).toStrictEqual({ ...failed, message: 'the token has no sub and no login' });
    const hint = '; it has only client_id, as machine tokens often do, and the server refuses them too';
    expect(step({ client_id: 'ci' })).toStrictEqual({ ...failed, message: `the token has no sub${hint}` });
    expect(step({ client_id: 5 })).toStrictEqual({ ...failed, message: 'the token has no sub' });
  });

  test.each([
    [5, 'sub is a number, not a string'],
    [null, 'sub is null, not a string'],
    [['alice'], 'sub is a list, not a string'],
    [{}, 'sub is an object, not a string'],
    ['', 'sub is blank'],
    [' \t', 'sub is blank'],
    ['a\u0007', 'sub holds a control character'],
    ['a [redacted]', 'sub holds the token or another secret'],
    ['a'.repeat(4097), 'sub is longer than 4096 characters'],
  ])('that is %j', (sub, message) => {
    expect(step({ sub })).toStrictEqual({ status: 'failed', code: 'claim_invalid', message, actual: sub });
  });

  test('that is sound, and of which there is more to be said', () => {
    const about = (claims: Record<string, Json>, remark: SubjectRemark): Partial<Step> =>
      report((trace) => checkSubject(trace, claims, ['sub'], remark));
    expect(about({ sub: 'a' }, { fault: 'jti is null' })).toStrictEqual({
      status: 'failed',
      code: 'claim_invalid',
      message: 'jti is null',
    });
    expect(about({ sub: 'a' }, { warning: '; but', fault: null })).toStrictEqual({
      status: 'warned',
      code: 'subject_from_username',
      message: 'sub names the principal; but',
      actual: 'a',
    });
    // What is wrong with the subject itself is said first.
    expect(about({ sub: ' ' }, { fault: 'jti is null', warning: '; but' })).toMatchObject({ message: 'sub is blank' });
    const trace = createTrace(() => null);
    expect(checkSubject(trace, { sub: 'a' }, ['sub'], { fault: 'x' })).toBeNull();
    expect(checkSubject(trace, { sub: 'a' }, ['sub'], { warning: 'x' })).toBe('a');
  });

  test('beside a jti that is none', () => {
    expect(findIdFault({})).toBeNull();
    expect(findIdFault({ jti: '' })).toBeNull();
    expect(findIdFault({ jti: null })).toBe('jti is null, not a string');
    expect(findIdFault({ jti: 5 })).toBe('jti is a number, not a string');
  });

  test('in the words of whoever else has names', () => {
    expect(findPrincipalFault(undefined)).toBe('is missing');
    expect(findPrincipalFault(false)).toBe('is a boolean, not a string');
    expect(findPrincipalFault(2n ** 60n)).toBe('is a number, not a string');
    expect(findPrincipalFault('\ud800')).toBe('is not well-formed Unicode');
    expect(findPrincipalFault('alice')).toBeNull();
  });
});

test('whether a token can be sent', () => {
  expect(report((trace) => expect(checkSendable(trace, null)).toBe(true))).toStrictEqual({
    status: 'passed',
    code: null,
    message: 'a token that can be sent',
  });
  expect(report((trace) => expect(checkSendable(trace, 'it is odd')).toBe(false))).toStrictEqual({
    status: 'failed',
    code: 'token_malformed',
    message: 'it is odd',
  });
});

describe('a token that was made for somebody else', () => {
  const adviceOn = (check: (trace: Trace) => unknown): string => {
    const trace = createTrace(() => null);
    check(trace);
    return fixOf(trace.steps[0] ?? expect.unreachable());
  };
  const issuerFix = (claims: Record<string, Json>, issuer = 'https://a'): string =>
    adviceOn((trace) => checkIssuer(trace, claims, issuer));
  const audienceFix = (claims: Record<string, Json>): string =>
    adviceOn((trace) => checkAudience(trace, claims, 'api', false));
  const SERVICE_ACCOUNT = 'system:serviceaccount:ml:trainer';

  test('is told with what to send, where its issuer is another', () => {
    expect(issuerFix({ iss: 'https://sts.windows.net/x', aud: 'https://graph.microsoft.com' })).toContain('/.default');
    expect(issuerFix({ iss: 'https://acme.okta.com' })).toContain('/oauth2/default');
    expect(issuerFix({ iss: 'https://kubernetes.default.svc', sub: SERVICE_ACCOUNT })).toContain('kubernetes');
    // Null is nothing that could be put into the config.
    expect(issuerFix({ iss: null })).toBe(REASONS.issuer_missing.fix);
    // What is named almost rightly is meant.
    expect(issuerFix({ iss: 'https://a/', sub: SERVICE_ACCOUNT })).not.toContain('kubernetes');
    expect(issuerFix({ iss: 'https://acme.okta.com' }, 'https://acme.okta.com/')).toContain('/oauth2/default');
    expect(issuerFix({ iss: 'https://b', aud: 'account', typ: 'ID' })).toBe(REASONS.issuer_mismatch.fix);
  });

  test('is told with what to send, where its audience is another', () => {
    expect(audienceFix({ aud: 'https://graph.microsoft.com' })).toContain('/.default');
    expect(audienceFix({ aud: 'x', typ: 'Refresh' })).toContain('access_token');
    expect(audienceFix({ aud: 'x', typ: 'ID' })).toContain('not the ID token');
    expect(audienceFix({ aud: 'x', iss: 'https://acme.okta.com' })).toContain('/oauth2/default');
    expect(audienceFix({ aud: 'account' })).toContain('mapper');
    expect(audienceFix({ aud: 'x', sub: SERVICE_ACCOUNT })).toContain('kubernetes');
    expect(audienceFix({ aud: 'x  api' })).toContain('JSON list');
    const job = { iss: 'https://token.actions.githubusercontent.com', aud: 'https://github.com/acme' };
    expect(audienceFix(job)).toContain('core.getIDToken("AUDIENCE")');
    expect(audienceFix({ aud: 'x' })).toBe(REASONS.audience_mismatch.fix);
  });
});
