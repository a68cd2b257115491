/** What the service counts, for Prometheus. The only prom-client import. */

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AuthProvider, ProviderEvent, Verdict } from '../../index.js';

/** The counters of one service. */
export interface Metrics {
  readonly countVerdicts: (verdicts: readonly Verdict[]) => void;
  readonly countEvent: (event: ProviderEvent) => void;
  readonly countReload: (ok: boolean) => void;
  /** Seconds. */
  readonly observe: (route: string, status: number, seconds: number) => void;
  readonly print: () => Promise<string>;
  readonly contentType: string;
}

/** Starts counting; `providers` gives those of the config that is in force. */
export function createMetrics(providers: () => readonly AuthProvider[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const verdicts = new Counter({
    name: 'authcheck_verdicts_total',
    help: 'Verdicts of providers',
    labelNames: ['provider', 'outcome', 'reason'],
    registers,
  });
  const events = new Counter({
    name: 'authcheck_events_total',
    help: 'What happened inside providers: key sets refreshed or stale, cache hits and misses, nobody could say',
    labelNames: ['provider', 'event'],
    registers,
  });
  const reloads = new Counter({
    name: 'authcheck_config_reloads_total',
    help: 'Configs that were read again',
    labelNames: ['result'],
    registers,
  });
  const duration = new Histogram({
    name: 'authcheck_request_duration_seconds',
    help: 'Time from the head of a request to its answer',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: 'authcheck_key_set_age_seconds',
    help: 'Time since the key set was fetched',
    labelNames: ['provider'],
    registers,
    collect() {
      this.reset();
      for (const { ref, keySet } of providers()) {
        const held = keySet?.age() ?? null;
        if (held !== null) this.set({ provider: ref.name }, held / 1000);
      }
    },
  });
  return {
    countVerdicts(list) {
      for (const { provider, outcome, reason } of list)
        verdicts.inc({ provider: provider.name, outcome, reason: reason?.code ?? '' });
    },
    countEvent: ({ provider, type }) => events.inc({ provider, event: type }),
    countReload: (ok) => reloads.inc({ result: ok ? 'ok' : 'refused' }),
    observe: (route, status, seconds) => duration.observe({ route, status: String(status) }, seconds),
    print: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
