import { expect, it } from 'vitest';
import { LineRaster } from '../../src-renderer/charts/line-raster.ts';

const drawn = (draw: (raster: LineRaster) => void, size = 8) => {
  const raster = new LineRaster(size, size);
  raster.fill([0, 0, 0]);
  draw(raster);
  return (x: number, y: number) => raster.data[4 * (y * size + x)];
};

it('fills whole pixels where a line runs through their middles, and shares between two where it does not', () => {
  const flat = drawn((raster) => raster.line(0.5, 2.5, 5.5, 2.5, [200, 0, 0], 1));
  expect([0, 1, 2, 3, 4, 5].map((x) => flat(x, 2))).toEqual([200, 200, 200, 200, 200, 0]);
  const between = drawn((raster) => raster.line(0.5, 2.75, 5.5, 2.75, [200, 0, 0], 1));
  expect([between(2, 2), between(2, 3)]).toEqual([150, 50]);
  const upright = drawn((raster) => raster.line(3.5, 6.5, 3.5, 1.5, [200, 0, 0], 0.5));
  expect([1, 2, 3, 4, 5, 6].map((y) => upright(3, y))).toEqual([0, 100, 100, 100, 100, 100]);
});

it('puts as much ink on every step of a slope, and is as strong where two lines meet', () => {
  const slope = drawn((raster) => {
    raster.line(0.5, 1.5, 4.5, 2.9, [200, 0, 0], 1);
    raster.line(4.5, 2.9, 7.5, 6.5, [200, 0, 0], 1);
  });
  const column = (x: number) => [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, y) => sum + slope(x, y), 0);
  for (const x of [0, 1, 2]) expect(Math.abs(column(x) - 200)).toBeLessThanOrEqual(1);
  expect(column(4)).toBeLessThanOrEqual(400);
});

it('lays colours over each other, and leaves what is outside alone', () => {
  const over = drawn((raster) => {
    raster.line(0.5, 2.5, 4.5, 2.5, [200, 0, 0], 0.5);
    raster.line(0.5, 2.5, 4.5, 2.5, [200, 0, 0], 0.5);
    raster.line(-20, -3, 40, -3, [200, 0, 0], 1);
    raster.line(-20, 20, 40, 9, [200, 0, 0], 1);
    raster.line(NaN, 1, 3, 3, [200, 0, 0], 1);
  });
  expect(over(1, 2)).toBe(150);
  expect(over(0, 0)).toBe(0);
});
