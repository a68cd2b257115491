/** `upstream_header`: a proxy in front of the server has authenticated, and says in headers whom. Nothing is verified. */

import type { UpstreamHeaderConfig } from '../config/provider-config.js';
import { parseJson } from '../json-parser.js';
import { isObject, isStringList } from '../json.js';
import { findPrincipalFault } from '../principal.js';
import { decodeHeader, summarizeToken } from '../token.js';
import { createTrace, type Trace } from '../trace.js';
import { conclude, type Attributes, type Identity, type Verdict } from '../verdict.js';
import type { AuthProvider, AuthRequest, ProviderContext } from './provider.js';

const INVALID = 'invalid JSON';
const PRINCIPAL_FIX =
  'Have the proxy before the server set this header, once, to a name, and drop it from what clients send.';
const ATTRIBUTES_FIX = 'Have the proxy send this header once, as JSON such as {"roles": ["admin"], "teams": ["ml"]}.';
/** What a proxy that writes no JSON sends: names between commas or bars; a JWT, or JSON in Base64 or percent escapes, is none. */
const NAMES = /^(?!eyJ|e30|ewo|WyI|W10|%[57][bB])(?=.*\p{L})[^[{"]+$/u;
const NAMES_FIX =
  'The server reads JSON alone, such as {"teams": ["ml"]}. If the proxy cannot send it, as oauth2-proxy and Authelia cannot, leave attributes_header out: the users then have no attributes.';

/** Makes the provider. */
export function createUpstreamHeaderProvider(config: UpstreamHeaderConfig, context: ProviderContext): AuthProvider {
  function authenticate(request: AuthRequest): Promise<Verdict> {
    const started = performance.now();
    const trace = createTrace(context.locate);
    const principal = readPrincipal(trace, request, config.principal_header);
    const attributes = readAttributes(trace, request, config.attributes_header);
    const identity: Identity | null =
      principal === null || typeof attributes === 'string' ? null : { principal, attributes };
    return Promise.resolve(
      conclude({
        provider: context.ref,
        trace,
        identity,
        mapping: [],
        token: summarizeToken(null),
        refusal: refusalFor(trace.failure(), config.principal_header, attributes),
        total_ms: performance.now() - started,
        network_ms: 0,
      }),
    );
  }

  return { ref: context.ref, keySet: null, destination: null, authenticate, close: () => context.http.close() };
}

function refusalFor(failure: ReturnType<Trace['failure']>, header: string, attributes: Attributes | string): string {
  if (failure?.code === 'header_missing') return `Missing required authentication header: ${header}`;
  return failure?.name === 'subject' || typeof attributes !== 'string'
    ? `Invalid authentication header: ${header}`
    : `Failed to parse authentication attributes header: ${attributes}`;
}

function readPrincipal(trace: Trace, request: AuthRequest, name: string): string | null {
  const field = { field: ['principal_header'], fix: PRINCIPAL_FIX };
  const values = headerValues(request, name);
  const [raw] = values;
  if (raw === undefined || raw === '')
    trace.fail('subject', 'header_missing', `the request has no header ${name}`, field);
  else if (values.length > 1)
    trace.fail(
      'subject',
      'claim_invalid',
      `the header ${name} occurs ${values.length} times: a client may have sent one of them`,
      field,
    );
  else {
    const principal = decodeHeader(raw);
    const fault = principal === null ? 'is not UTF-8 text' : findPrincipalFault(principal);
    if (fault === null && principal !== null) {
      trace.warn('subject', 'nothing_verified', `the header ${name} names the principal; nothing was verified`, {
        field: field.field,
        actual: principal,
      });
      return principal;
    }
    trace.fail('subject', 'claim_invalid', `the header ${name} ${fault ?? ''}`, field);
  }
  return null;
}

/** Reads the attributes, or says what the server says of them. */
function readAttributes(trace: Trace, request: AuthRequest, name: string | null): Attributes | string {
  const field = { field: ['attributes_header'] };
  const values = name === null ? [] : headerValues(request, name);
  const [raw = ''] = values;
  // Where there are several, an empty one may be the proxy's, and the other a client's.
  if (name === null || (raw === '' && values.length < 2)) {
    trace.skip(
      'mapping',
      name === null ? 'the config names no attributes header' : `the request has no header ${name}: no attributes`,
    );
    return {};
  }
  const fail = (message: string, refusal = 'expected JSON object', fix = ATTRIBUTES_FIX): string => {
    trace.fail('mapping', 'claim_invalid', `the header ${name} ${message}`, { ...field, fix });
    return refusal;
  };
  if (values.length > 1) return fail(`occurs ${values.length} times`);
  const text = decodeHeader(raw);
  if (text === null) return fail('is not UTF-8 text', INVALID);
  const json = parseJson(text);
  if (!json.ok && NAMES.test(text)) return fail('holds names, and no JSON', INVALID, NAMES_FIX);
  if (!json.ok) return fail(`is not valid JSON: ${json.message}`, INVALID);
  if (!isObject(json.value)) return fail('is not a JSON object');
  const attributes = new Map<string, readonly string[]>();
  for (const [attribute, value] of Object.entries(json.value)) {
    const list = typeof value === 'string' ? [value] : value;
    if (attribute === '__proto__' || !isStringList(list))
      return fail(`has an attribute ${JSON.stringify(attribute.slice(0, 64))} that is not a list of strings`);
    attributes.set(attribute, list);
  }
  trace.pass('mapping', `the header ${name} has ${[...attributes.keys()].join(', ') || 'no attributes'}`, field);
  return Object.fromEntries(attributes);
}

function headerValues(request: AuthRequest, name: string): string[] {
  return (request.headers ?? [])
    .filter(([header]) => header.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}
