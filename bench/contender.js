// One way to verify tokens, in a process of its own: `fork`ed by throughput.js, which sends a key and tokens, and says when
// a round begins. In one process, each would pay for the garbage of all.
import { createPublicKey, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { encodeDer } from '../dist/protocol/ecdsa-encoding.js';
import { ISSUER, providerFor, rateOf, TOKENS } from './verification.js';

const [name, algorithm] = process.argv.slice(2);

/** Each takes a key and tokens, and gives a function that verifies the token at an index: it throws, or says so. */
const CONTENDERS = {
  'node:crypto, the bare call': ({ jwk, tokens }) => {
    const parts = tokens.map((token) => {
      const end = token.lastIndexOf('.');
      const signature = Buffer.from(token.slice(end + 1), 'base64url');
      return [Buffer.from(token.slice(0, end)), algorithm === 'ES256' ? encodeDer(signature) : signature];
    });
    const hash = algorithm === 'EdDSA' ? null : 'sha256';
    const key = publicKey(jwk);
    return (index) => verify(hash, parts[index][0], key, parts[index][1]);
  },
  'authcheck, with trace and mapping': ({ jwk, tokens }) => {
    const provider = providerFor(jwk);
    return (index) => provider.authenticate({ token: tokens[index] });
  },
  'fast-jwt': ({ jwk, tokens }) => {
    const key = publicKey(jwk).export({ type: 'spki', format: 'pem' });
    const verifyToken = createVerifier({ key, algorithms: [algorithm], allowedIss: ISSUER, allowedAud: 'api' });
    return (index) => verifyToken(tokens[index]);
  },
  'aws-jwt-verify': ({ jwk, tokens }) => {
    const verifier = JwtVerifier.create({ issuer: ISSUER, audience: 'api', jwksUri: 'https://idp.example/jwks' });
    verifier.cacheJwks({ keys: [jwk] });
    return (index) => verifier.verifySync(tokens[index]);
  },
  jsonwebtoken: ({ jwk, tokens }) => {
    const key = publicKey(jwk);
    return (index) => jsonwebtoken.verify(tokens[index], key, OPTIONS);
  },
  jose: ({ jwk, tokens }) => {
    const keySet = createLocalJWKSet({ keys: [jwk] });
    return (index) => jwtVerify(tokens[index], keySet, OPTIONS);
  },
};
const OPTIONS = { algorithms: [algorithm], issuer: ISSUER, audience: 'api' };

const publicKey = (jwk) => createPublicKey({ key: jwk, format: 'jwk' });

if (process.send === undefined) throw new Error('this is started by throughput.js');
/** Whether a contender accepts a token; asked before the rounds that count, as it takes time too. */
const isYes = (answer) =>
  answer === true || answer.outcome === 'accepted' || (answer.payload ?? answer).sub !== undefined;

let verifyOne;
process.on('message', async ({ key, atOnce }) => {
  if (key === undefined) return process.send(await rateOf(verifyOne, atOnce));
  verifyOne = CONTENDERS[name](key);
  for (let index = 0; index < TOKENS; index += 1)
    if (!isYes(await verifyOne(index))) throw new Error(`${name} does not accept`);
  process.send('ready');
});
