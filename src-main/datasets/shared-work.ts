/** Who asks for something that takes long. */
export interface Watched {
  /** Who asks no longer waits for it; fails with the signal's reason. */
  signal?: AbortSignal;
  progress?(done: number, total: number): void;
}

interface UnderWay {
  work: Promise<unknown>;
  watching: Set<Watched>;
  stop: AbortController;
}

const underWay = new Map<string, UnderWay>();

/** Done once for all who ask for it at the same time (`key`: what decides the outcome), and stopped when nobody waits for it any more. */
export async function shared<T>(
  key: string,
  watched: Watched,
  begin: (all: { signal: AbortSignal; progress(done: number, total: number): void }) => Promise<T>,
): Promise<T> {
  watched.signal?.throwIfAborted();
  let found = underWay.get(key);
  if (!found) {
    const watching = new Set<Watched>();
    const stop = new AbortController();
    const progress = (done: number, total: number): void => {
      for (const each of watching) each.progress?.(done, total);
    };
    found = { work: begin({ signal: stop.signal, progress }), watching, stop };
    underWay.set(key, found);
  }
  const { work, watching, stop } = found;
  watching.add(watched);
  const gone = Promise.withResolvers<never>();
  const leave = (): void => gone.reject(watched.signal!.reason as Error);
  watched.signal?.addEventListener('abort', leave);
  try {
    return (await Promise.race([work, gone.promise])) as T;
  } finally {
    watched.signal?.removeEventListener('abort', leave);
    watching.delete(watched);
    if (watching.size === 0) {
      // Who asks from now on begins anew.
      if (underWay.get(key) === found) underWay.delete(key);
      stop.abort(watched.signal?.reason);
      work.catch(() => undefined);
    }
  }
}
