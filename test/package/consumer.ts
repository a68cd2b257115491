// A stranger's server, in a few lines: compiled and run against the installed package.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthProvider, createSigner, parseAuthConfig, type LoadOptions, type Verdict } from 'authcheck';

// A variable that may not be set names the file.
export const options: LoadOptions = { file: process.env['CONFIG'], env: process.env };

const signer = await createSigner({ kid: 'k1' });
const issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: [signer.jwk] })));
await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
const { port } = issuer.address() as AddressInfo;

const config = parseAuthConfig({
  provider_config: {
    type: 'oauth2_token',
    issuer: 'me',
    audience: 'api',
    jwks: { uri: `http://127.0.0.1:${port}/jwks` },
  },
});
const [configured] = config.providers;
if (configured === undefined) throw new Error('no provider');

const provider = createAuthProvider(configured);
const token = await signer.sign({ iss: 'me', aud: 'api', sub: 'alice', groups: ['ml'] });
const verdict: Verdict = await provider.authenticate({ token });
const attributes = Object.entries(verdict.attributes).map(([name, values]) => `${name}=${values.join(',')}`);
console.log([verdict.principal, ...attributes].join(' '));
await provider.close();
issuer.close();
