// One way to verify tokens, in a process of its own: `fork`ed by throughput.js, which sends a key and tokens, and says when
// a round begins. In one process, each would pay for the garbage of all.
import { createPublicKey, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { ISSUER, providerFor, rateOf, TOKENS } from './verification.js';

const [name, algorithm] = process.argv.slice(2);

/** Each makes of an algorithm, its key and tokens what tells whether the token of an index is accepted. */
const CONTENDERS = {
  'node:crypto, the bare call': ({ jwk, tokens }) => {
    const parts = tokens.map((token) => {
      const end = token.lastIndexOf('.');
      return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')];
    });
    const hash = algorithm === 'EdDSA' ? null : 'sha256';
    const key = publicKey(jwk);
    const bareKey = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key;
    return (index) => verify(hash, parts[index][0], bareKey, parts[index][1]);
  },
  'authcheck, with trace and mapping': ({ jwk, tokens }) => {
    const provider = providerFor(jwk);
    return async (index) => (await provider.authenticate({ token: tokens[index] })).outcome === 'accepted';
  },
  'fast-jwt': ({ jwk, tokens }) => {
    const key = publicKey(jwk).export({ type: 'spki', format: 'pem' });
    const verifyToken = createVerifier({ key, algorithms: [algorithm], allowedIss: ISSUER, allowedAud: 'api' });
    return (index) => verifyToken(tokens[index]).sub !== undefined;
  },
  'aws-jwt-verify': ({ jwk, tokens }) => {
    const verifier = JwtVerifier.create({ issuer: ISSUER, audience: 'api', jwksUri: 'https://idp.example/jwks' });
    verifier.cacheJwks({ keys: [jwk] });
    return (index) => verifier.verifySync(tokens[index]).sub !== undefined;
  },
  jsonwebtoken: ({ jwk, tokens }) => {
    const key = publicKey(jwk);
    return (index) => jsonwebtoken.verify(tokens[index], key, OPTIONS).sub !== undefined;
  },
  jose: ({ jwk, tokens }) => {
    const keySet = createLocalJWKSet({ keys: [jwk] });
    return async (index) => (await jwtVerify(tokens[index], keySet, OPTIONS)).payload.sub !== undefined;
  },
};
const OPTIONS = { algorithms: [algorithm], issuer: ISSUER, audience: 'api' };

const publicKey = (jwk) => createPublicKey({ key: jwk, format: 'jwk' });

if (process.send === undefined) throw new Error('this is started by throughput.js');
let accepts;
process.on('message', async ({ key, atOnce }) => {
  if (key === undefined) return process.send(await rateOf(accepts, atOnce));
  accepts = CONTENDERS[name](key);
  for (let index = 0; index < TOKENS; index += 1)
    if ((await accepts(index)) === false) throw new Error(`${name} does not accept`);
  process.send('ready');
});
