import type { RemoteWait } from '../shared/remote.ts';

/** Of one request; then what it is answered counts. */
export const mostWaits = 4;
/** A server that asks for more is not waited for. */
const longestMs = 120_000;
/** Where it does not say how long: doubled with each. */
const firstMs = 1000;

/** How long an answer asks to be waited for (RFC 9110, 10.2.3), in milliseconds; null where it does not say. */
export function retryAfter(headers: Headers, now = Date.now()): number | null {
  const text = headers.get('retry-after')?.trim();
  if (!text) return null;
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/**
 * What to do after an answer that may be another one later: milliseconds to wait, or null to take it as it is. `times`: how often this request
 * has waited. A server that is down without a word is tried twice more.
 */
export function patience(status: number, headers: Headers, times: number): number | null {
  const passing = status === 429 || status === 408 || status >= 500;
  if (!passing || status === 501 || times >= mostWaits) return null;
  const asked = retryAfter(headers);
  if (asked !== null) return asked > longestMs ? null : asked;
  return status !== 429 && times >= 2 ? null : firstMs * 2 ** times;
}

/** Waits, and tells of it: all requests to a server wait together. Rejects with the signal's reason. */
export class Waits {
  readonly #until = new Map<string, RemoteWait>();

  put(server: string, wait: RemoteWait): void {
    const before = this.#until.get(server);
    if (!before || before.until < wait.until) this.#until.set(server, wait);
  }

  /** Milliseconds that were waited. */
  async over(server: string, signal: AbortSignal, told: (wait: RemoteWait | null) => void): Promise<number> {
    const began = Date.now();
    let shown: RemoteWait | null = null;
    for (let wait = this.#until.get(server); wait && wait.until > Date.now(); wait = this.#until.get(server)) {
      // A timer may ring a moment early, and what is left is waited for: of one wait it is told once.
      if (wait !== shown) told((shown = wait));
      await pause(wait.until - Date.now(), signal);
    }
    if (shown) told(null);
    return Date.now() - began;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
  signal.throwIfAborted();
}
