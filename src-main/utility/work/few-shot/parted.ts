import { massWeights, weighted } from '../../../few-shot/class-mass.ts';
import { discriminated } from '../../../few-shot/discriminant.ts';
import { graphOf, normalised } from '../../../few-shot/graph.ts';
import { agreed, kernelOf, ridgeWeights } from '../../../few-shot/kernel-ridge.ts';
import { spread, type Said } from '../../../few-shot/spread.ts';
import { Random } from '../../../shared/random.ts';
import { gathered } from './members.ts';
import type { Points } from './points.ts';
import { transposed, type Products } from './products.ts';

/** Neighbours where the classes part, and how much comes from them (see `spread`): more often of one class, they tell enough with less. */
const neighbours = 10;
const alpha = 0.9;
/** So many labels, drawn by lot, speak by themselves: of more the neighbours tell enough. */
const mostSpeaking = 500;

/**
 * What each of `takes` says of all nodes where the classes part: along a graph made anew there (as in Iscen, Tolias, Avrithis, Chum, "Label Propagation
 * for Deep Semi-supervised Learning", CVPR 2019, with Fisher's discriminant in the place of their net) and by the labels themselves: neighbours alone
 * give samples that lie between classes to whoever is louder there. `nodes`: their points. `thought`: nodes × `classes`, what is thought of them so
 * far; `takes[0]` is all that was said, its classes met as evenly as `even` tells (see `evenness`). Returns nodes × classes for each take.
 */
export async function answersWhereParted(
  nodes: Pick<Points, 'rows' | 'size' | 'steady'>,
  thought: Float32Array,
  classes: number,
  takes: readonly [Said, ...Said[]],
  even: number,
  products: Products,
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const [said] = takes;
  const count = nodes.rows.length / nodes.size;
  const certain = new Map(Array.from(said.classes, (one, i) => [said.samples[i], one]));
  const { points, size } = discriminated(nodes.rows, nodes.size, nodes.steady, thought, classes, certain);
  const { nearest, likeness } = await products.nearest(points, points, size, neighbours, (place) => place, pause);
  const graph = normalised(graphOf(nearest, likeness, nearest.length / count));
  const heard = await spread(graph, classes, takes, alpha, pause);
  const speaking = drawn(said.samples);
  const kernel = kernelOf(
    await products.multiply(
      points,
      transposed(gathered({ rows: points, size }, speaking), speaking.length, size),
      ...[count, size, speaking.length],
    ),
  );
  const columnOf = new Map(Array.from(speaking, (place, column) => [place, column]));
  const before = massWeights(heard[0], classes, even);
  let after: Float64Array | null = null;
  const answers: Float32Array[] = [];
  for (const [i, take] of takes.entries()) {
    const weights = ridgeWeights(kernel, columnOf, take, classes);
    const alone = await products.multiply(kernel, weights, count, speaking.length, classes);
    const answer = agreed(weighted(heard[i], before), alone, classes);
    // What is said in all decides how often classes are met, of what is said without some labels, too.
    after ??= massWeights(answer, classes, even);
    answers.push(weighted(answer, after));
    await pause();
  }
  return answers;
}

/** At most so many as may speak by themselves, always the same ones. */
function drawn(places: ArrayLike<number>): Int32Array {
  const order = Int32Array.from(places);
  if (order.length > mostSpeaking) new Random(0x73706561).shuffle(order);
  return order.slice(0, mostSpeaking);
}
