import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../src-main/shared/filter.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import { SamplePages } from '../../../src-renderer/features/data/sample-pages.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

describe('sample pages', () => {
  const test: Condition[] = [{ kind: 'split', splits: ['test'] }];
  const version = newId('version');
  const page = (offset: number, total: number) => ({
    total,
    indices: [...Array(Math.min(200, total - offset)).keys()].map((i) => i + offset),
    splits: Array(200).fill('train'),
    labels: Array(200).fill(null),
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

  it('fetches what comes in sight, once', async () => {
    const bridge = fakeBridge({
      'datasets.samples': ((query: { offset: number }) => page(query.offset, 1000)) as never,
    });
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    await settle();
    pages.want(190, 420);
    pages.want(190, 420);
    await settle();
    await settle();
    // Then what one scrolls to.
    expect(bridge.asked.map(([, query]) => (query as { offset: number }).offset)).toEqual([0, 200, 400, 600]);
    expect(pages.at(405)?.index).toBe(405);
    expect(pages.at(900)).toBeUndefined();
  });
  it('asks after a wild scroll for what is in sight at its end, two pages at a time, and keeps what is near', async () => {
    const waiting: (() => void)[] = [];
    const bridge = fakeBridge({
      'datasets.samples': ((query: { offset: number }) =>
        new Promise((resolve) => waiting.push(() => resolve(page(query.offset, 100_000))))) as never,
    });
    const offsets = () => bridge.asked.map(([, query]) => (query as { offset: number }).offset);
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    waiting.shift()!();
    await settle();
    for (let first = 1000; first < 60_000; first += 5000) pages.want(first, first + 40);
    expect(offsets()).toHaveLength(3);
    while (waiting.length > 0) {
      waiting.shift()!();
      await settle();
    }
    expect(offsets().slice(3)).toEqual([56_000, 56_200, 55_800]);
    for (let at = 56_400; at < 66_000; at += 200) {
      pages.want(at, at + 40);
      while (waiting.length > 0) {
        waiting.shift()!();
        await settle();
      }
    }
    expect(pages.at(65_810)?.index).toBe(65_810);
    expect(pages.at(10)).toBeUndefined();
  });
  it('drops answers to a question that is no longer asked', async () => {
    const waiting: (() => void)[] = [];
    const bridge = fakeBridge({
      'datasets.samples': ((query: { filter?: unknown }) =>
        new Promise((resolve) => waiting.push(() => resolve(page(0, query.filter ? 5 : 1000))))) as never,
    });
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    pages.ask({ version, filter: test }, 0);
    // Nobody waits for the first any more.
    expect(bridge.asked.map(([channel]) => channel)).toContain('datasets.stopSamples');
    waiting[1]();
    await settle();
    waiting[0]();
    await settle();
    expect(pages.total).toBe(5);
  });
  it('asks for one sample alone to have it whole', async () => {
    const long = 'x'.repeat(900);
    const rows = (limit: number) => ({ rows: [[limit === 1 ? long : long.slice(0, 400)]] });
    const bridge = fakeBridge({
      'datasets.samples': (({ offset, limit }: { offset: number; limit: number }) => ({
        ...page(offset, offset + 1),
        ...rows(limit),
      })) as never,
    });
    const pages = new SamplePages(bridge);
    expect(await pages.whole(3)).toBeUndefined();
    pages.ask({ version, filter: test }, 0);
    expect(await pages.whole(3)).toMatchObject({ index: 3, split: 'train', cells: [long] });
    expect(bridge.asked.at(-1)![1]).toEqual({ version, filter: test, offset: 3, limit: 1 });
    // Another question meanwhile: that sample is no longer meant.
    const late = pages.whole(4);
    pages.ask({ version }, 0);
    expect(await late).toBeUndefined();
  });
  it('takes smaller pages of larger pictures', () => {
    const pages = new SamplePages(fakeBridge({ 'datasets.samples': () => page(0, 10) }));
    pages.ask({ version }, 224 * 224 * 3);
    expect(pages.pageSize).toBe(13);
  });
});
