import { describe, expect, it } from 'vitest';
import { shared } from '../../src-main/datasets/shared-work.ts';

describe('work that several ask for', () => {
  it('is done once, and all hear how far it is', async () => {
    const end = Promise.withResolvers<number>();
    let begun = 0;
    const heard: string[] = [];
    const begin = (all: { progress(done: number, total: number): void }): Promise<number> => {
      begun++;
      setImmediate(() => {
        all.progress(1, 2);
        end.resolve(7);
      });
      return end.promise;
    };
    const ask = (name: string) =>
      shared('one', { progress: (done, total) => heard.push(`${name} ${done}/${total}`) }, begin);
    expect(await Promise.all([ask('a'), ask('b')])).toEqual([7, 7]);
    expect(begun).toBe(1);
    expect(heard).toEqual(['a 1/2', 'b 1/2']);
  });

  it('goes on while one still waits, and is stopped with the last', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const seen: AbortSignal[] = [];
    const begin = ({ signal }: { signal: AbortSignal }): Promise<never> => {
      seen.push(signal);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const one = shared('two', { signal: first.signal }, begin);
    const other = shared('two', { signal: second.signal }, begin);
    first.abort(new Error('first'));
    await expect(one).rejects.toThrow('first');
    expect(seen[0].aborted).toBe(false);
    second.abort(new Error('second'));
    await expect(other).rejects.toThrow('second');
    expect(seen).toHaveLength(1);
    expect(seen[0].aborted).toBe(true);
  });

  it('begins anew for who asks after it was stopped', async () => {
    const stop = new AbortController();
    const first = shared('three', { signal: stop.signal }, () => new Promise<number>(() => undefined));
    stop.abort(new Error('stopped'));
    await expect(first).rejects.toThrow('stopped');
    expect(await shared('three', {}, () => Promise.resolve(3))).toBe(3);
  });
});
