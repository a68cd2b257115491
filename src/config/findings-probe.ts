/** Why each question that an endpoint is asked matters, and what to do where the answer is not as it should be. */

import type { FindingText, ProbeName } from './finding-codes.js';

/** The prose of every probe: a probe without a text does not compile. */
export const PROBE_FINDINGS: Readonly<Record<`probe_${ProbeName}`, FindingText>> = {
  probe_dns: {
    severity: 'error',
    why: 'Without an address, the server can ask nobody.',
    fix: 'Check the host name in the config, and the resolver of this machine.',
  },
  probe_tcp: {
    severity: 'error',
    why: 'Without a connection, the server can ask nobody.',
    fix: 'Check host, port and network path (firewall, proxy), and that the endpoint is up.',
  },
  probe_tls: {
    severity: 'error',
    why: 'The server refuses to talk to an endpoint whose certificate it cannot trust.',
    fix: 'Renew the certificate, have it name this host, or name the CA that signed it in tls_cafile.',
  },
  probe_http: {
    severity: 'error',
    why: 'The server cannot judge a token without a proper answer.',
    fix: 'Check the URL, and the endpoint’s own log; --verbose shows the exchange.',
  },
  probe_content_type: {
    severity: 'error',
    why: 'A web page in the place of JSON is a login page or a proxy, and strict clients refuse JSON under another name.',
    fix: 'Check the URL, and have the endpoint send application/json.',
  },
  probe_key_set: {
    severity: 'error',
    why: 'Tokens are as trustworthy as these keys.',
    fix: 'Mend the issuer’s key set; authcheck jwks shows every key.',
  },
  probe_credentials: {
    severity: 'error',
    why: 'The server cannot introspect any token with these credentials.',
    fix: 'Check client_id and client_secret, whether that client may introspect, and send_secret_in_body.',
  },
  probe_refusal: {
    severity: 'error',
    why: 'A token that cannot be valid was sent; an endpoint that accepts it accepts anything.',
    fix: 'Check the URL, and what the endpoint checks.',
  },
  probe_discovery: {
    severity: 'error',
    why: 'What the issuer says of itself is where its tokens and keys will be.',
    fix: 'Make issuer and the URLs in the config equal what the issuer publishes, letter by letter.',
  },
};
