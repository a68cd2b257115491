// What the tests of gateways share: the service beside them, a port for them, and their start and end.
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { start } from '../e2e/program.js';

/** Starts `authcheck serve` with these flags; gives its origin. */
export async function startService(...flags: readonly string[]): Promise<string> {
  const service = start(['serve', '--port', '0', ...flags]);
  stopWithTest(service);
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  const origin = /https?:\/\/127\.0\.0\.1:\d+/.exec(line.toString())?.[0];
  if (origin === undefined) throw new Error(`authcheck said ${line.toString()}`);
  return origin;
}

/** Waits until a gateway that was started answers anything. */
export async function awaitGateway(
  gateway: ChildProcessWithoutNullStreams,
  send: () => Promise<unknown>,
): Promise<void> {
  stopWithTest(gateway);
  let log = '';
  gateway.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  for (;;) {
    if (gateway.exitCode !== null) throw new Error(`the gateway ended: ${log}`);
    const answer = await send().catch(() => null);
    if (answer !== null) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

function stopWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    // Killed at once, nginx would leave its worker behind.
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
