/**
 * Does asynchronous work on many things, some at a time, and hands on what comes of each in their order. An error is a result like another,
 * to be met in its turn. However it ends, nothing is left working.
 */
export async function* inOrder<T, R>(
  things: Iterable<T>,
  atOnce: number,
  work: (thing: T) => Promise<R>,
): AsyncGenerator<{ thing: T; result: R | Error }> {
  const waiting: { thing: T; result: Promise<R | Error> }[] = [];
  try {
    for (const thing of things) {
      waiting.push({ thing, result: work(thing).catch((error: Error) => error) });
      if (waiting.length < atOnce) continue;
      const first = waiting.shift()!;
      yield { thing: first.thing, result: await first.result };
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      yield { thing: next.thing, result: await next.result };
    }
  } finally {
    await Promise.all(waiting.map(({ result }) => result));
  }
}
