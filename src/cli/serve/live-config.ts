/** The config in force: read again on request, and kept when the new one is bad. */

import { AuthcheckError, type Authenticator, type Logger } from '../../index.js';
import { loadKeySets } from './authenticator.js';

/** The authenticator of the config in force. */
export interface LiveConfig {
  /** Uses the authenticator for one request; it is not closed before. */
  readonly use: <Result>(ask: (authenticator: Authenticator) => Promise<Result>) => Promise<Result>;
  readonly current: () => Authenticator;
  /** Reads the config again; one that cannot work changes nothing. */
  readonly reload: () => Promise<void>;
  /** Closes all authenticators, and with them what is still asked: nobody waits for an answer any more. */
  readonly close: () => Promise<void>;
}

interface Lease {
  readonly authenticator: Authenticator;
  users: number;
  retired: boolean;
}

/** Puts a first config in force; `open` makes the authenticator of what the file says now. */
export function holdConfig(
  first: Authenticator,
  open: () => Promise<Authenticator>,
  logger: Logger,
  onReload: (ok: boolean) => void,
): LiveConfig {
  let lease: Lease = { authenticator: first, users: 0, retired: false };
  /** Those that are not closed: a request may be asking one that is no longer in force. */
  const leases = new Set([lease]);
  let pending: Promise<void> = Promise.resolve();
  let waiting = false;
  let opening: Authenticator | null = null;
  let closing = false;

  async function closeUnused(old: Lease): Promise<void> {
    if (!old.retired || old.users > 0 || !leases.delete(old)) return;
    await old.authenticator.close();
  }

  /** Null for a config that is refused. */
  async function openNext(): Promise<Authenticator | null> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof AuthcheckError)) throw error;
      logger.error(describe(error), 'the new config is refused; the old one stays in force');
      onReload(false);
      return null;
    }
  }

  /** The first request after the change should not wait for keys; failing to get them is for that request to say. */
  async function loadKeys(next: Authenticator): Promise<void> {
    opening = next;
    await loadKeySets(next);
    opening = null;
  }

  async function reload(): Promise<void> {
    waiting = false;
    const next = closing ? null : await openNext();
    if (next === null) return;
    if (!closing) await loadKeys(next);
    if (closing) return next.close();
    const old = lease;
    lease = { authenticator: next, users: 0, retired: false };
    leases.add(lease);
    logger.info({ providers: next.providers.map(({ ref }) => ref.name) }, 'the new config is in force');
    onReload(true);
    old.retired = true;
    await closeUnused(old);
  }

  return {
    async use(ask) {
      const held = lease;
      held.users += 1;
      try {
        return await ask(held.authenticator);
      } finally {
        held.users -= 1;
        await closeUnused(held);
      }
    },
    current: () => lease.authenticator,
    reload() {
      // A reload that waits for its turn will read what the file says then, so one is enough.
      if (waiting) return pending;
      waiting = true;
      pending = pending.catch(() => undefined).then(reload);
      return pending;
    },
    async close() {
      closing = true;
      // Nobody waits for keys that nobody will need.
      await opening?.close();
      await pending.catch(() => undefined);
      await Promise.all([...leases].map(({ authenticator }) => authenticator.close()));
      leases.clear();
    },
  };
}

function describe(error: AuthcheckError): object {
  const findings = 'findings' in error ? { findings: error.findings } : {};
  return { code: error.code, error: error.message, position: error.position, ...findings };
}
