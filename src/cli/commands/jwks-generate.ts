/** `authcheck jwks generate`: new keys for an issuer of one's own. */

import { Option, type Command } from 'commander';
import {
  ALGORITHMS,
  createSigner,
  formatPem,
  generatePrivateKey,
  readKeySet,
  reportKeySet,
  type Key,
  usageError,
} from '../../index.js';
import { EXIT } from '../exit-code.js';
import type { Io, Run } from '../io.js';
import { createGenerator, parseWhole, type SharedOptions } from '../options.js';
import { writeOutputs, type OutputFile } from '../output-file.js';
import { formatJson } from '../render/json.js';
import { formatKeySet } from '../render/keys.js';
import { openSession, type Session } from '../session.js';

/** The flags of `jwks generate`. */
export interface JwksGenerateOptions extends SharedOptions {
  readonly alg: string;
  readonly kid?: string;
  readonly bits?: number;
  readonly count: number;
  readonly format: 'jwk' | 'pem';
  readonly out?: string;
  readonly publicOut?: string;
  readonly force?: boolean;
}

const MAX_COUNT = 20;

/** Defines the command. */
export function defineJwksGenerate(run: Run): Command {
  return createGenerator('generate', 'authcheck jwks generate --alg ES256 --out keys.json --public-out jwks.json')
    .description('make keys: the private ones to sign with, the public ones to publish')
    .addOption(new Option('--alg <name>', 'the algorithm').choices(ALGORITHMS).default('ES256'))
    .option('--kid <id>', 'the key id; of several keys, with a number behind it (default: the thumbprint)')
    .option('--bits <number>', 'the size of an RSA key (default: 2048) or of a secret for HS*', parseWhole(1, 65_536))
    .option('--count <number>', 'how many', parseWhole(1, MAX_COUNT), 1)
    .addOption(new Option('--format <format>', 'how private keys are written').choices(['jwk', 'pem']).default('jwk'))
    .option('--out <file>', 'write the private keys to a file that nobody else can read, not to standard output')
    .option('--public-out <file>', 'write the public key set')
    .option('--force', 'write over files that exist')
    .action((options: JwksGenerateOptions) => run((io) => runJwksGenerate(options, io)));
}

/** Makes the keys. Without a file for them the private keys are the answer, so --quiet does not silence them. */
async function runJwksGenerate(options: JwksGenerateOptions, io: Io): Promise<number> {
  const { alg, out, publicOut } = options;
  checkOptions(options);
  const session = openSession(options, io);
  const keys: Key[] = [];
  for (let index = 1; index <= options.count; index += 1) keys.push(await makeKey(options, index));
  const signers = await Promise.all(keys.map((key) => createSigner({ key })));
  const secrets =
    options.format === 'pem' ? keys.map(formatPem).join('') : formatJson({ keys: keys.map(({ jwk }) => jwk) });
  const verifying = formatJson({ keys: signers.map(({ jwk }) => jwk) });
  const files: OutputFile[] = [
    ...(out === undefined ? [] : [{ path: out, text: secrets, isSecret: true }]),
    ...(publicOut === undefined ? [] : [{ path: publicOut, text: verifying }]),
  ];
  writeOutputs(files, options, io);
  if (out === undefined) io.stdout.write(secrets);
  else await describeKeys(verifying, out, publicOut ?? null, session, io);
  const noun = alg.startsWith('HS') ? 'secrets' : 'private keys';
  session.caution(`${noun}:`, 'whoever reads them can sign tokens; keep them to yourself');
  return EXIT.ok;
}

async function describeKeys(
  keys: string,
  out: string,
  publicOut: string | null,
  session: Session,
  io: Io,
): Promise<void> {
  const made = readKeySet(keys);
  if (!made.ok) throw new Error(made.message);
  const report = await reportKeySet(made.keySet, io.now(), null);
  const source = publicOut === null ? out : `private: ${out} · public: ${publicOut}`;
  session.answer(
    () => ({ out, public_out: publicOut, keys: report.keys }),
    (style) => formatKeySet(source, report, style),
  );
}

function checkOptions({ alg, count, format, out, publicOut, json }: JwksGenerateOptions): void {
  const fail = (message: string): never => {
    throw usageError(message);
  };
  const symmetric = alg.startsWith('HS');
  if (symmetric && publicOut !== undefined) fail(`${alg} has no public key: whoever can verify can also sign`);
  if (format === 'pem' && symmetric) fail('a secret has no PEM form; leave out --format pem');
  if (format === 'pem' && count > 1) fail('a PEM file holds one key; leave out --count, or --format pem');
  if (format === 'pem' && json === true && out === undefined) fail('PEM is not JSON; leave out --json, or use --out');
}

function makeKey({ alg, kid, bits, count }: JwksGenerateOptions, index: number): Promise<Key> {
  const name = kid === undefined || count === 1 ? kid : `${kid}-${index}`;
  return generatePrivateKey({ algorithm: alg, bits, kid: name });
}
