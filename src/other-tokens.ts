/** Tokens of other services, told by their looks; a JWT has others. Pure. */

import { readGithubToken } from './token.js';

/** A kind of text by its looks: what it is, and the way out. */
export interface Look {
  readonly pattern: RegExp;
  readonly what: string;
  readonly fix: string;
}

const OTHER_SERVICE = 'It is for that service alone: get a token from the issuer that the config names.';

/** Tokens of another kind, which may have dots too. */
const OTHER_TOKENS: readonly Look[] = [
  {
    pattern: /^ya29\./,
    what: 'this is an access token of Google’s, which nobody but Google can read',
    fix: 'Send Google’s ID token (gcloud auth print-identity-token) with this server’s audience: it is a JWT.',
  },
  {
    pattern: /^Ew[A-C][\w+/=-]{40}/,
    what: 'this looks like a token of a personal Microsoft account, which nobody but Microsoft can read',
    fix: 'Request a token with the scope api://APPLICATION-ID/.default of this server’s app registration.',
  },
  {
    pattern: /^sha256~/,
    what: 'this is an OAuth access token of OpenShift, which is not a JWT',
    fix: 'Only the cluster can check it: a provider of the type kubernetes asks it.',
  },
  {
    pattern: /^1\/\//,
    what: 'this looks like a refresh token of Google’s',
    fix: 'Send the access token, or the ID token.',
  },
  {
    pattern: /^(?:hv[sbr]\.[\w-]{20}|s\.[A-Za-z0-9]{24}$)/,
    what: 'this is a token of Vault’s, which nobody but Vault can read',
    fix: 'Request an identity token from Vault (identity/oidc/token/ROLE), and set issuer and jwks.uri to Vault’s.',
  },
  { pattern: /^ory_rt_/, what: 'this is a refresh token of Ory Hydra’s', fix: 'Send the access token.' },
  {
    pattern: /^ory_at_/,
    what: 'this is an opaque token of Ory Hydra, which only Hydra can check',
    fix: 'Have the server introspect tokens, or set strategies.access_token to jwt in Hydra.',
  },
  {
    pattern: /^00D\w{9,15}!/,
    what: 'this is a session token of Salesforce, which only Salesforce can check',
    fix: 'Have the server introspect tokens, or let the connected app issue JWT-based access tokens.',
  },
  {
    pattern: /^v[1-4]\.(?:public|local)\./,
    what: 'this is a PASETO, and not a JWT',
    fix: 'Have the issuer make JWTs: servers take no other.',
  },
  { pattern: /^AIza/, what: 'this is an API key of Google’s, and not a JWT', fix: OTHER_SERVICE },
  {
    pattern: /^glcbt-/,
    what: 'this is a GitLab job token (CI_JOB_TOKEN), which only GitLab can check',
    fix: 'Have the job ask for an ID token, with this server’s audience as aud, by id_tokens in .gitlab-ci.yml.',
  },
  {
    pattern: /^k8s-aws-v1\./,
    what: 'this is a token of aws eks get-token, which only an EKS cluster can check',
    fix: 'Use a provider of the type kubernetes, which asks the cluster.',
  },
  {
    pattern: /^authelia_rt_/,
    what: 'this is a refresh token of Authelia’s',
    fix: 'Send the access token.',
  },
  {
    pattern: /^authelia_at_/,
    what: 'this is an opaque token of Authelia, which only Authelia can check',
    fix: 'Have the server introspect tokens, or set access_token_signed_response_alg of the client in Authelia.',
  },
  { pattern: /^glpat-/, what: 'this is a personal access token of GitLab, and not a JWT', fix: OTHER_SERVICE },
  { pattern: /^hf_/, what: 'this is an access token of Hugging Face, and not a JWT', fix: OTHER_SERVICE },
  { pattern: /^xox[a-z]-/, what: 'this is a token of Slack, and not a JWT', fix: OTHER_SERVICE },
  {
    pattern: /^sk-[\w-]{10}/,
    what: 'this looks like an API key, as OpenAI and others have them, and not a JWT',
    fix: OTHER_SERVICE,
  },
];

/** Says which kind of token a text is that is none of a JWT's; null where it is none that is known. */
export function recognizeOtherToken(text: string): Pick<Look, 'what' | 'fix'> | null {
  const github = readGithubToken(text);
  if (github !== null) {
    const what = `this is a GitHub ${github.kind}, and not a JWT`;
    return { what, fix: 'Only GitHub can check it: a provider of the type github_token asks it.' };
  }
  return OTHER_TOKENS.find(({ pattern }) => pattern.test(text)) ?? null;
}
