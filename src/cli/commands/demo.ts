/** `authcheck demo`: the main job on an embedded issuer, without config, network or files. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseAuthConfig, parseConfigText, type AuthConfig } from '../../index.js';
import { ask, type Answer } from '../ask.js';
import { DEMO_CLIENT, demoConfig, startDemoIssuer, type DemoIssuer, type DemoToken } from '../demo/issuer.js';
import { EXIT } from '../exit-code.js';
import { GROUPS } from '../help.js';
import type { Io, Run } from '../io.js';
import { addColorOptions, type SharedOptions } from '../options.js';
import { formatDemo, type DemoResult } from '../render/demo.js';
import { openSession } from '../session.js';

/** The flags of `demo`. */
export interface DemoOptions extends Pick<SharedOptions, 'json' | 'color' | 'verbose' | 'quiet'> {
  readonly keep?: boolean;
}

/** Defines the command. */
export function defineDemo(run: Run): Command {
  return addColorOptions(
    new Command('demo')
      .option('--keep', 'leave the issuer running, and print what to type to try every command')
      .optionsGroup(GROUPS.output)
      .option('--json', 'print JSON'),
  )
    .option('-v, --verbose', 'every step of accepted tokens too')
    .option('-q, --quiet', 'only the exit code')
    .addHelpText('beforeAll', 'Example:\n  authcheck demo\n')
    .addHelpText('after', '\nExit codes: 0 every verdict is what its title says · 1 one is not')
    .action((options: DemoOptions) => run((io) => runDemo(options, io)));
}

/** Runs the demo; it fails if a verdict is not what its title says. */
async function runDemo(options: DemoOptions, io: Io): Promise<number> {
  const issuer = await startDemoIssuer(io.now);
  if (options.keep === true) return keepRunning(issuer, io);
  try {
    return await showAll(issuer, options, io);
  } finally {
    await issuer.close();
  }
}

async function showAll(issuer: DemoIssuer, options: DemoOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const text = demoConfig(issuer.origin, DEMO_CLIENT.client_secret);
  const document = parseConfigText(text, 'demo.yaml');
  const config = parseAuthConfig(document.value, { locate: document.locate });
  const shown = issuer.tokens.slice(0, 5);
  const results: DemoResult[] = [];
  for (const demo of shown) results.push({ demo, ...(await judge(demo, config)) });
  const telling = { now: io.now() / 1000, verbose: options.verbose === true, hasOthers: config.providers.length > 1 };
  session.answer(
    () => results.map(({ demo, verdict }) => ({ title: demo.title, verdict })),
    (style) => formatDemo(text, results, telling, style),
  );
  return results.every(({ demo, verdict }) => verdict.outcome === demo.outcome) ? EXIT.ok : EXIT.rejected;
}

async function judge(demo: DemoToken, config: AuthConfig): Promise<Answer> {
  const configured = config.providers.find((provider) => provider.name === demo.provider);
  if (configured === undefined) throw new Error(`the demo has no provider ${demo.provider}`);
  return ask(configured, { token: demo.token }, {});
}

/** Prints what to type, and runs until interrupted. The config holds no token and no secret, and goes when this program does. */
async function keepRunning(issuer: DemoIssuer, io: Io): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'authcheck-demo-'));
  const file = join(folder, 'demo.yaml');
  writeFileSync(file, demoConfig(issuer.origin, '${env.DEMO_CLIENT_SECRET}'));
  io.onInterrupt(() => rmSync(folder, { recursive: true, force: true }));
  const exports = issuer.tokens.map(({ name, token }) => `export ${name}='${token}'`);
  io.stdout.write(
    [
      `# The demo issuer runs at ${issuer.origin} until Ctrl-C. In another terminal:`,
      `export AUTHCHECK_CONFIG='${file}' DEMO_CLIENT_SECRET='${DEMO_CLIENT.client_secret}'`,
      ...exports,
      '',
      '# for example',
      'authcheck validate --token "$GOOD"',
      'authcheck validate --token "$WRONG"',
      'authcheck validate --token "$OPAQUE" --all-providers',
      'authcheck validate --provider github --token "$GITHUB"',
      'authcheck decode --token "$EXPIRED"',
      'authcheck jwks --token "$GOOD"',
      'authcheck introspect --provider introspection --token "$OPAQUE"',
      'authcheck map --token "$WRONG" --map realm_access.roles=roles',
      '',
    ].join('\n'),
  );
  return new Promise<number>(() => undefined);
}
