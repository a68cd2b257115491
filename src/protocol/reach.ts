/**
 * The way to an endpoint, layer by layer: name, connection, certificate. Nothing is sent on it.
 *
 * @see [RFC 9110, section 4.3.3](https://www.rfc-editor.org/rfc/rfc9110#section-4.3.3) https origins
 * @see [RFC 6125](https://www.rfc-editor.org/rfc/rfc6125) names in certificates
 */

import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { CERTIFICATE_FAULTS, failureCode, mendCertificate } from '../http-failure.js';

/** What one layer says. undecided: it could not be asked. skipped: it was not asked. */
export interface ReachStep {
  readonly name: 'dns' | 'tcp' | 'tls';
  readonly status: 'passed' | 'warned' | 'failed' | 'undecided' | 'skipped';
  readonly message: string;
  /** What to do about it, where that can be told. */
  readonly fix?: string;
  /** Milliseconds; null for what was not asked. */
  readonly ms: number | null;
}

/** How the endpoint will be asked. */
export interface ReachOptions {
  readonly verifyTls: boolean;
  /** PEM: only what these certificates signed is trusted; null for what this machine trusts. */
  readonly ca: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Milliseconds that a layer may take. */
const TIMEOUT = 5000;
/** Milliseconds before its expiry in which a certificate should be replaced: two weeks. */
const NOTICE = 14 * 24 * 3_600_000;

/** Asks one layer after the other, until one of them ends the way. */
export async function reach(url: URL, options: ReachOptions): Promise<ReachStep[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const layers: readonly (readonly [ReachStep['name'], () => Promise<Answer>])[] = [
    ['dns', () => resolveName(host)],
    ['tcp', () => openConnection(host, port)],
    ...(url.protocol === 'https:' ? [['tls', () => inspectCertificate(host, port, options)] as const] : []),
  ];
  const steps: ReachStep[] = [];
  for (const [name, ask] of layers) {
    const last = steps.at(-1);
    if (last !== undefined && last.status !== 'passed') {
      steps.push({ name, status: 'skipped', message: 'not reached', ms: null });
      continue;
    }
    const started = performance.now();
    const answer = await ask();
    steps.push({ name, ...answer, ms: performance.now() - started });
  }
  return steps;
}

type Answer = Pick<ReachStep, 'status' | 'message' | 'fix'>;

async function resolveName(host: string): Promise<Answer> {
  if (isIP(host) !== 0) return { status: 'passed', message: `${host} is an address` };
  try {
    const found = await withTimeout(lookup(host, { all: true }));
    if (found === null) return { status: 'undecided', message: `no answer about ${host} within ${TIMEOUT / 1000} s` };
    return { status: 'passed', message: `${host} is ${found.map(({ address }) => address).join(', ')}` };
  } catch (error) {
    return { status: 'undecided', message: `${host} has no address (${failureCode(error)})` };
  }
}

async function withTimeout<Value>(promise: Promise<Value>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), TIMEOUT);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function openConnection(host: string, port: number): Promise<Answer> {
  return settle(connect({ host, port }), 'connect', (socket) => ({
    status: 'passed',
    message: `connected to ${socket.remoteAddress ?? host}, port ${port}`,
  }));
}

function inspectCertificate(host: string, port: number, options: ReachOptions): Promise<Answer> {
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(options.ca === null ? {} : { ca: options.ca }),
    ALPNProtocols: ['http/1.1'],
    // So that a certificate that is not trusted can be described. Nothing is sent.
    rejectUnauthorized: false,
  });
  return settle(socket, 'secureConnect', () => judgeCertificate(socket, options));
}

/** Waits for the event, and closes the connection whatever comes of it. */
function settle<Connection extends Socket>(
  socket: Connection,
  event: string,
  judge: (socket: Connection) => Answer,
): Promise<Answer> {
  return new Promise<Answer>((resolve) => {
    socket.setTimeout(TIMEOUT);
    socket.once(event, () => resolve(judge(socket)));
    socket.once('timeout', () => resolve({ status: 'undecided', message: `no answer within ${TIMEOUT / 1000} s` }));
    socket.once('error', (error) =>
      resolve({ status: 'undecided', message: `the connection failed (${failureCode(error)})` }),
    );
    socket.once('close', () => resolve({ status: 'undecided', message: 'the connection was closed' }));
  }).finally(() => {
    socket.on('error', () => undefined);
    socket.destroy();
  });
}

function judgeCertificate(socket: TLSSocket, { verifyTls, ca, now }: ReachOptions): Answer {
  const certificate = socket.getPeerCertificate(true);
  const chain = `${describeChain(certificate)}, until ${dayOf(certificate.valid_to)}`;
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    const message = `the certificate cannot be trusted: ${CERTIFICATE_FAULTS.get(code) ?? code} (${chain})`;
    return verifyTls
      ? { status: 'failed', message, ...(CERTIFICATE_FAULTS.has(code) ? { fix: mendCertificate(code, ca) } : {}) }
      : { status: 'warned', message: `${message}; verify_tls: false lets it pass` };
  }
  const left = Date.parse(certificate.valid_to) - now;
  if (left < NOTICE) return { status: 'warned', message: `the certificate expires soon (${chain})` };
  if (!verifyTls)
    return { status: 'warned', message: `the certificate is good: verify_tls: false is not needed (${chain})` };
  return { status: 'passed', message: `${socket.getProtocol() ?? 'TLS'}, ${chain}` };
}

/** The names in a chain, from the server to the authority. */
function describeChain(first: DetailedPeerCertificate): string {
  const names: string[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  // The last certificate of a chain names itself as its issuer, or none.
  for (let at: DetailedPeerCertificate | null = first; at !== null && 'subject' in at && !seen.has(at);) {
    seen.add(at);
    names.push(String(at.subject.CN || at.subject.O || at.subjectaltname || '(no name)'));
    at = 'issuerCertificate' in at ? at.issuerCertificate : null;
  }
  return names.join(' ← ');
}

function dayOf(time: string): string {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? '(no date)' : parsed.toISOString().slice(0, 10);
}
