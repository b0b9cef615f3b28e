import { describe, expect, it } from 'vitest';
import { graphOf, normalised, times, type Graph } from '../../src-main/few-shot/graph.ts';
import { smoothBasis } from '../../src-main/few-shot/smooth-basis.ts';
import { spread } from '../../src-main/few-shot/spread.ts';

const noPause = () => Promise.resolve();

/** Points on two arcs of a circle, each joined to its two nearest. */
function arcs(count = 12) {
  const angles = Array.from({ length: count }, (_, i) => (i < count / 2 ? i * 0.1 : 3 + i * 0.1));
  const nearest: number[] = [];
  const likeness: number[] = [];
  angles.forEach((own, i) => {
    const others = angles.map((_, j) => j).filter((j) => j !== i);
    others.sort((a, b) => Math.cos(own - angles[b]) - Math.cos(own - angles[a]) || a - b);
    for (const j of others.slice(0, 2)) {
      nearest.push(j);
      likeness.push(Math.cos(own - angles[j]));
    }
  });
  return graphOf(Int32Array.from(nearest), Float32Array.from(likeness), 2);
}

const dense = ({ from, to, weight }: Graph): number[][] =>
  Array.from({ length: from.length - 1 }, (_, i) => {
    const row = new Array<number>(from.length - 1).fill(0);
    for (let k = from[i]; k < from[i + 1]; k++) row[to[k]] += weight[k];
    return row;
  });

describe('a graph of what is alike', () => {
  it('joins from both ends with the same weight, never a sample to itself, and no two arcs', () => {
    const matrix = dense(arcs());
    matrix.forEach((row, i) => {
      expect(row[i]).toBe(0);
      row.forEach((value, j) => expect(value).toBe(matrix[j][i]));
      expect(row.some((value, j) => value > 0 && i < 6 !== j < 6)).toBe(false);
    });
  });

  it('has 1 as its greatest eigenvalue once it is normalised, as often as it has parts', async () => {
    const { values } = await smoothBasis(normalised(arcs()), 4, noPause);
    expect(values[0]).toBeCloseTo(1, 5);
    expect(values[1]).toBeCloseTo(1, 5);
    expect(values[2]).toBeLessThan(0.999);
  });

  it('is multiplied like the matrix that it is, however many columns there are', () => {
    const graph = arcs(9);
    const matrix = dense(graph);
    for (const columns of [1, 5, 7, 15]) {
      const x = Float32Array.from({ length: 9 * columns }, (_, i) => Math.sin(i * i));
      const out = new Float32Array(x.length);
      times(graph, x, columns, out);
      out.forEach((value, at) => {
        const [i, c] = [Math.floor(at / columns), at % columns];
        expect(value).toBeCloseTo(
          matrix[i].reduce((sum, weight, j) => sum + weight * x[j * columns + c], 0),
          5,
        );
      });
    }
  });

  it('has a smooth basis that the graph itself only stretches', async () => {
    const graph = normalised(arcs(40));
    const { values, vectors, count } = await smoothBasis(graph, 5, noPause);
    const out = new Float32Array(vectors.length);
    times(graph, vectors, count, out);
    out.forEach((value, i) => expect(value).toBeCloseTo(values[i % count] * vectors[i], 2));
  });
});

describe('labels that go along a graph', () => {
  it('stay within what hangs together, and say nothing of what nobody reaches', async () => {
    const graph = normalised(arcs());
    const [shares, half] = await spread(
      graph,
      2,
      [
        { samples: [0, 11], classes: [0, 1] },
        { samples: [2], classes: [1] },
      ],
      0.98,
      noPause,
    );
    for (let i = 0; i < 12; i++) expect(shares[i * 2 + (i < 6 ? 0 : 1)]).toBe(1);
    expect([...half.slice(0, 2), ...half.slice(20, 22)]).toEqual([0, 1, 0.5, 0.5]);
  });

  it('agree with the equation that they solve, (1 − αS) f = (1 − α) y', async () => {
    const graph = normalised(arcs(8));
    const matrix = dense(graph);
    const [shares] = await spread(graph, 2, [{ samples: [0, 2], classes: [0, 1] }], 0.98, noPause);
    // By Gauss' elimination, on its own.
    const n = matrix.length;
    const solve = (y: number[]): number[] => {
      const a = matrix.map((row, i) => [...row.map((value, j) => (i === j ? 1 : 0) - 0.98 * value), y[i]]);
      for (let p = 0; p < n; p++) {
        for (let i = 0; i < n; i++) {
          if (i === p) continue;
          const share = a[i][p] / a[p][p];
          for (let k = p; k <= n; k++) a[i][k] -= share * a[p][k];
        }
      }
      return a.map((row, i) => row[n] / row[i]);
    };
    const [first, second] = [0, 2].map((at) => solve(Array.from({ length: n }, (_, i) => (i === at ? 1 : 0))));
    for (let i = 0; i < 4; i++) expect(shares[i * 2]).toBeCloseTo(first[i] / (first[i] + second[i]), 3);
  });
});
