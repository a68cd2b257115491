// The config in force: what reloads that fail, wait or come too late do to it.
import { expect, it, vi } from 'vitest';
import { AuthcheckError, ConfigError, type Authenticator, type AuthProvider } from '../../../src/index.js';
import { holdConfig, type LiveConfig } from '../../../src/cli/serve/live-config.js';

interface Held {
  readonly config: LiveConfig;
  /** Authenticators that were closed, by name. */
  readonly closed: readonly string[];
  /** Those that were asked for their keys. */
  readonly asked: readonly string[];
  readonly reloads: readonly boolean[];
}

/** A config in force that is called first; `open` gives the next ones, and `onClose` hears of one that is closed. */
function hold(
  open: (make: (name: string) => Authenticator) => Promise<Authenticator>,
  onClose: (name: string) => void = () => undefined,
): Held {
  const closed: string[] = [];
  const asked: string[] = [];
  const reloads: boolean[] = [];
  const load = (name: string): Promise<null> => {
    asked.push(name);
    return Promise.resolve(null);
  };
  const providerOf = (name: string): AuthProvider => ({
    ref: { name, type: 'oauth2_token', mode: 'jwks', source: null },
    keySet: { load: () => load(name), age: () => null },
    destination: null,
    authenticate: () => Promise.reject(new Error('nobody asks')),
    close: () => Promise.resolve(),
  });
  const make = (name: string): Authenticator => ({
    providers: [providerOf(name)],
    authenticate: () => Promise.resolve({ outcome: 'public' }),
    judge: () => Promise.reject(new Error('unused')),
    close: () => {
      closed.push(name);
      onClose(name);
      return Promise.resolve();
    },
  });
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const config = holdConfig(
    make('first'),
    () => open(make),
    logger,
    (ok) => reloads.push(ok),
  );
  return { config, closed, asked, reloads };
}

it('is read again after a reload that failed, whatever the failure was', async () => {
  const failures = [new TypeError('a bug'), new AuthcheckError('config_unreadable', 'a loop')];
  const { config, closed, asked, reloads } = hold((make) => {
    const failure = failures.shift();
    return failure === undefined ? Promise.resolve(make('next')) : Promise.reject(failure);
  });
  await expect(config.reload()).rejects.toThrow('a bug');
  await config.reload();
  await config.reload();
  expect(reloads).toEqual([false, true]);
  expect([closed, asked]).toEqual([['first'], ['next']]);
});

it('is read once for all reloads that wait, and after the last of them was asked for', async () => {
  const opened: (() => void)[] = [];
  const { config, reloads } = hold((make) => new Promise((resolve) => opened.push(() => resolve(make('next')))));
  const first = config.reload();
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  const waiting = [config.reload(), config.reload(), config.reload()];
  opened[0]?.();
  await first;
  await vi.waitFor(() => expect(opened).toHaveLength(2));
  opened[1]?.();
  await Promise.all(waiting);
  expect(opened).toHaveLength(2);
  expect(reloads).toEqual([true, true]);
});

it('asks for no keys and does not come into force when it is closed while it is read', async () => {
  const opened: (() => void)[] = [];
  const { config, closed, asked, reloads } = hold(
    (make) => new Promise((resolve) => opened.push(() => resolve(make('next')))),
  );
  const reloaded = config.reload();
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  const waiting = config.reload();
  const ended = config.close();
  opened[0]?.();
  await Promise.all([reloaded, waiting, ended]);
  expect(closed.toSorted()).toEqual(['first', 'next']);
  expect([opened.length, asked, reloads]).toEqual([1, [], []]);
});

/** A request that is answered, or fails, when it is told to. */
function use(config: LiveConfig): { readonly asked: Promise<void>; readonly end: (error?: Error) => void } {
  let end: (error?: Error) => void = () => undefined;
  const asked = config.use(
    () =>
      new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      }),
  );
  return { asked, end: (error) => end(error) };
}

it('closes what is no longer in force when its last request is done, though that failed, and not before', async () => {
  const { config, closed } = hold((make) => Promise.resolve(make('next')));
  const [one, other] = [use(config), use(config)];
  await config.reload();
  one.end();
  await one.asked;
  expect(closed).toEqual([]);
  other.end(new TypeError('a bug'));
  await expect(other.asked).rejects.toThrow('a bug');
  expect(closed).toEqual(['first']);
});

it('stays open from one request to the next', async () => {
  const { config, closed } = hold(() => Promise.reject(new AuthcheckError('config_unreadable', 'a loop')));
  for (let count = 0; count < 2; count += 1) {
    const { asked, end } = use(config);
    end();
    await asked;
  }
  await config.reload();
  expect(closed).toEqual([]);
  await config.close();
  expect(closed).toEqual(['first']);
});

it('closes all that are asked when it ends, once, and those that are no longer in force too', async () => {
  const { config, closed } = hold((make) => Promise.resolve(make('next')));
  const old = use(config);
  await config.reload();
  const { asked, end } = use(config);
  expect(closed).toEqual([]);
  await config.close();
  expect(closed).toEqual(['first', 'next']);
  end();
  old.end();
  await Promise.all([asked, old.asked]);
  expect(closed).toEqual(['first', 'next']);
});

it('is in force before the one that it replaces is closed', async () => {
  const inForce: (string | undefined)[] = [];
  const { config } = hold(
    (make) => Promise.resolve(make('next')),
    () => inForce.push(config.current().providers[0]?.ref.name),
  );
  await config.reload();
  expect(inForce).toEqual(['next']);
});

it('waits for no keys when it is closed while they are fetched', async () => {
  let give: (why: null) => void = () => undefined;
  const loading = vi.fn(() => new Promise<null>((resolve) => (give = resolve)));
  const { config, closed } = hold(
    (make) => {
      const next = make('next');
      const providers = next.providers.map((provider) => ({ ...provider, keySet: { load: loading, age: () => null } }));
      return Promise.resolve({ ...next, providers });
    },
    (name) => {
      if (name === 'next') give(null);
    },
  );
  const reloaded = config.reload();
  await vi.waitFor(() => expect(loading).toHaveBeenCalled());
  await config.close();
  await reloaded;
  expect(closed).toContain('next');
});

it('tells the log what is wrong with a config that is refused', async () => {
  const finding = {
    severity: 'error',
    code: 'field_invalid',
    path: 'type',
    position: 'a.yaml:1:7',
    message: 'no',
  } as const;
  const error = vi.fn();
  const first: Authenticator = {
    providers: [],
    authenticate: () => Promise.reject(new Error('unused')),
    judge: () => Promise.reject(new Error('unused')),
    close: () => Promise.resolve(),
  };
  const refuse = (): Promise<never> => Promise.reject(new ConfigError([finding]));
  await holdConfig(first, refuse, { info: error, warn: error, error }, () => undefined).reload();
  expect(error.mock.calls).toEqual([
    [expect.objectContaining({ findings: [finding] }), 'the new config is refused; the old one stays in force'],
  ]);
});
