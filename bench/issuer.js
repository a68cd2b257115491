// An issuer's key set over https on the loopback, in a thread of its own: the main one is blocked while it measures.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Starts it; gives its URL, and the file of the certificate that is to be trusted. */
export async function startIssuer(keySet) {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-issuer-'));
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...ec, '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });
  const worker = new Worker(new URL(import.meta.url), { workerData: { key, certificate, keySet } });
  const port = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const close = async () => {
    await worker.terminate();
    rmSync(folder, { recursive: true });
  };
  return { url: `https://127.0.0.1:${port}/jwks`, certificate, close };
}

if (!isMainThread && workerData?.keySet !== undefined) {
  const { key, certificate, keySet } = workerData;
  const body = JSON.stringify(keySet);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) =>
    response.setHeader('content-type', 'application/json').end(body),
  );
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address().port));
}
