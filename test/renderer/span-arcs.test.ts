import { describe, expect, it } from 'vitest';
import { arcPieces, laneHeight, lanesFor, mostLanes } from '../../src-renderer/features/label/spans/arcs.ts';

const edges = { left: 0, right: 500 };
const at = (x: number, y = 100) => ({ x, y });

describe('arcs of relations', () => {
  it('go from one span to the other in the same row, the shorter below the longer', () => {
    const pieces = arcPieces(
      [
        { key: 1, from: at(10), to: at(300) },
        { key: 2, from: at(200), to: at(100) },
        { key: 3, from: at(400), to: at(450) },
      ],
      edges,
    );
    const tops = new Map(pieces.map(({ key, word }) => [key, word!.y]));
    expect(tops.get(1)).toBe(tops.get(2)! - laneHeight);
    // Beside the others there is room.
    expect(tops.get(3)).toBe(tops.get(2));
    expect(pieces.find(({ key }) => key === 2)?.tip).toEqual({ x: 100, y: 100 });
    expect(pieces.find(({ key }) => key === 1)).toMatchObject({ tip: { x: 300, y: 100 }, word: { x: 155 } });
  });

  it('go on at the edges where the other span stands in another row, or out of view', () => {
    const down = arcPieces([{ key: 1, from: at(100), to: at(50, 200) }], edges);
    expect(down.map(({ path }) => path.endsWith('H500') || path.endsWith('H0'))).toEqual([true, true]);
    expect(down.map(({ tip }) => tip)).toEqual([null, { x: 50, y: 200 }]);
    // Named once.
    expect(down.map(({ word }) => word?.x ?? null)).toEqual([300, null]);
    const [up] = arcPieces([{ key: 1, from: at(100, 200), to: 'above' }], edges);
    expect([up.path.endsWith('H0'), up.tip]).toEqual([true, null]);
    const [into] = arcPieces([{ key: 1, from: 'below', to: at(100) }], edges);
    expect(into).toMatchObject({ tip: { x: 100, y: 100 }, word: { x: 300 } });
    expect(arcPieces([{ key: 1, from: 'above', to: 'below' }], edges)).toEqual([]);
  });

  it('never rise above the room that a line has for them', () => {
    const many = Array.from({ length: 20 }, (_, key) => ({ key, from: at(10), to: at(100 + key) }));
    const lowest = Math.max(...arcPieces(many, edges).map(({ word }) => word!.y));
    const highest = Math.min(...arcPieces(many, edges).map(({ word }) => word!.y));
    expect(lowest - highest).toBe((mostLanes - 1) * laneHeight);
    expect(arcPieces([{ key: 1, from: at(10), to: at(10) }], edges)[0].path).not.toContain('NaN');
  });

  it('need as many lanes as lie over one place of the line', () => {
    expect(lanesFor([])).toBe(0);
    expect(
      lanesFor([
        [0, 10],
        [20, 12],
      ]),
    ).toBe(1);
    expect(
      lanesFor([
        [0, 10],
        [5, 8],
        [20, 7],
      ]),
    ).toBe(3);
    expect(lanesFor(Array.from({ length: 9 }, () => [0, 5] as const))).toBe(mostLanes);
  });
});
