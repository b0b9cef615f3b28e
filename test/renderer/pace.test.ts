import { describe, expect, it } from 'vitest';
import { Pacer, type Clock } from '../../src-renderer/charts/pace.ts';

/** A page whose time goes on only when something is waited for or drawn. */
class FakeClock implements Clock {
  time = 0;
  #tasks: { at: number; act: () => void }[] = [];

  now() {
    return this.time;
  }
  after(ms: number, act: () => void) {
    this.#tasks.push({ at: this.time + ms, act });
  }
  /** Does what is due until then; the length of each task. */
  until(end: number): number[] {
    const lengths: number[] = [];
    for (;;) {
      const next = this.#tasks.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#tasks.shift();
      this.time = Math.max(this.time, next.at);
      const begun = this.time;
      next.act();
      lengths.push(this.time - begun);
    }
    this.time = Math.max(this.time, end);
    return lengths;
  }
}

function charts(clock: FakeClock, pacer: Pacer, count: number, cost: number) {
  const drawn = new Array<number>(count).fill(0);
  const draws = drawn.map((_, i) => () => {
    drawn[i]++;
    clock.time += cost;
  });
  /** News every ten milliseconds. */
  const watch = (seconds: number) => {
    const lengths: number[] = [];
    const end = clock.time + seconds * 1000;
    while (clock.time < end) {
      for (const draw of draws) pacer.ask(draw);
      lengths.push(...clock.until(clock.time + 10));
    }
    return lengths;
  };
  return { drawn, draws, watch };
}

describe('the pace of charts that grow', () => {
  it('is at most four times a second, for all of them alike', () => {
    const clock = new FakeClock();
    const { drawn, watch } = charts(clock, new Pacer(clock), 3, 1);
    watch(10);
    for (const times of drawn) expect(times).toBeGreaterThanOrEqual(35);
    for (const times of drawn) expect(times).toBeLessThanOrEqual(41);
  });

  it('takes about a tenth of the time, however dear a chart is, and one chart at a time', () => {
    const clock = new FakeClock();
    const { drawn, watch } = charts(clock, new Pacer(clock), 7, 20);
    const lengths = watch(30);
    expect(Math.max(...lengths)).toBe(20);
    const spent = lengths.reduce((sum, length) => sum + length, 0);
    expect(spent / 30_000).toBeLessThan(0.12);
    for (const times of drawn) expect(times).toBeGreaterThan(10);
  });

  it('draws at once what comes after a rest, and nothing that is gone', () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    const { drawn, draws } = charts(clock, pacer, 2, 1);
    pacer.ask(draws[0]);
    clock.until(1);
    expect(drawn).toEqual([1, 0]);
    clock.until(1000);
    pacer.ask(draws[0]);
    pacer.ask(draws[1]);
    pacer.forget(draws[0]);
    clock.until(2000);
    expect(drawn).toEqual([1, 1]);
    // Nothing is drawn of which there is no news.
    clock.until(5000);
    expect(drawn).toEqual([1, 1]);
  });
});
