/** Failures of a host's own code that must decide nothing. */

/** Runs a host's listener; what it throws, and what its promise rejects with, is dropped. */
export function ignoreFailure(listen: () => unknown): void {
  try {
    const heard = listen();
    if (heard instanceof Promise) heard.catch(() => undefined);
  } catch {
    // dropped on purpose: see above
  }
}
