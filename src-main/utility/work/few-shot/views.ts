import { derived } from '../../../datasets/derived.ts';
import { massWeights, weighted } from '../../../few-shot/class-mass.ts';
import { graphOf, normalised, type Graph } from '../../../few-shot/graph.ts';
import { spread, type Said } from '../../../few-shot/spread.ts';
import type { JobContext } from '../../port/job-port.ts';
import type { Members, Nodes } from './members.ts';
import { bytes, type Points } from './points.ts';
import type { Products } from './products.ts';

/** How much comes from neighbours (see `spread`). */
const alpha = 0.98;

/**
 * What each of `takes` says of all nodes along what is alike without any label: in all numbers of the points, in those alone that alterations do not
 * change, and in the others, as far as there are both. Views that are wrong of different samples (Blum and Mitchell, "Combining Labeled and Unlabeled
 * Data with Co-Training", COLT 1998). Returns for each take an answer of each view, nodes × classes; `takes[0]` is all that was said.
 */
export async function answersOfViews(
  graphs: readonly Graph[],
  classes: number,
  takes: readonly [Said, ...Said[]],
  even: number,
  pause: () => Promise<void>,
): Promise<Float32Array[][]> {
  const answers: Float32Array[][] = takes.map(() => []);
  for (const graph of graphs) {
    const heard = await spread(graph, classes, takes, alpha, pause);
    const weights = massWeights(heard[0], classes, even);
    heard.forEach((one, take) => answers[take].push(weighted(one, weights)));
  }
  return answers;
}

/** The graph of each view, whose nearest members are found once a version. */
export async function viewGraphs(
  blobs: string,
  points: Points,
  { list }: Pick<Members, 'list'>,
  nodes: Nodes,
  products: Products,
  context: JobContext,
): Promise<Graph[]> {
  const graphs = [normalised(graphOf(nodes.nearest, nodes.likeness, nodes.count))];
  if (points.steady === points.size) return graphs;
  const [all, { count }] = [nodes.rows(points), nodes];
  for (const [begin, end] of [
    [0, points.steady],
    [points.steady, points.size],
  ]) {
    const size = end - begin;
    const rows = view(all, points.size, begin, end);
    const known = rows.subarray(0, list.length * size);
    const more = rows.subarray(known.length);
    const step = (): Promise<void> => context.pause();
    const from = { what: 'few-shot view', way: 1, begin, end, count, nodes: list.length, points: points.from };
    const own = await derived(blobs, from, ['nearest', 'likeness'], async () => {
      const made = await products.nearest(known, known, size, count, (place) => place, step);
      return { nearest: bytes(made.nearest), likeness: bytes(made.likeness) };
    });
    const others = await products.nearest(more, known, size, count, () => -1, step);
    const nearest = Int32Array.from([...new Int32Array(own.nearest.slice().buffer), ...others.nearest]);
    const likeness = Float32Array.from([...new Float32Array(own.likeness.slice().buffer), ...others.likeness]);
    graphs.push(normalised(graphOf(nearest, likeness, count)));
  }
  return graphs;
}

/** Columns `begin` up to `end`, as rows of length 1. */
function view(rows: Float32Array, size: number, begin: number, end: number): Float32Array {
  const width = end - begin;
  const out = new Float32Array((rows.length / size) * width);
  for (let from = begin, at = 0; at < out.length; from += size, at += width) {
    let squares = 1e-12;
    for (let k = 0; k < width; k++) squares += rows[from + k] ** 2;
    const length = Math.sqrt(squares);
    for (let k = 0; k < width; k++) out[at + k] = rows[from + k] / length;
  }
  return out;
}
