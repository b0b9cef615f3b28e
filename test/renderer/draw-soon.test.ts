import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { drawNoMore, drawSoon } from '../../src-renderer/charts/draw-soon.ts';

let frames: (() => void)[] = [];
let now = 0;
beforeEach(() => {
  frames = [];
  now = 0;
  vi.stubGlobal('requestAnimationFrame', (next: () => void) => frames.push(next));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const step = () => frames.splice(0).forEach((frame) => frame());

it('draws each once a turn, as it was asked for last, and lets none wait for ever', () => {
  const drawn: string[] = [];
  const charts = ['a', 'b', 'c'].map((name) => ({ name }));
  const ask = (version: number) =>
    charts.forEach((chart) =>
      drawSoon(chart, () => {
        drawn.push(`${chart.name}${version}`);
        now += 11;
      }),
    );
  // Every frame has room for one, and every frame all three change.
  for (let version = 1; version <= 4; version++) {
    ask(version);
    step();
  }
  expect(drawn).toEqual(['a1', 'b2', 'c3', 'a4']);
  step();
  step();
  step();
  expect(drawn.slice(4)).toEqual(['b4', 'c4']);
  expect(frames).toEqual([]);
});

it('draws many that are quick in one frame, and none that is gone', () => {
  const drawn: number[] = [];
  const owners = Array.from({ length: 5 }, () => ({}));
  owners.forEach((owner, i) => drawSoon(owner, () => drawn.push(i)));
  drawNoMore(owners[2]);
  step();
  expect(drawn).toEqual([0, 1, 3, 4]);
});
