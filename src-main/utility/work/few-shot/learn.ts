import { uncertaintyOf } from '../../../evaluation/uncertainty.ts';
import { evenness, massWeights, weighted } from '../../../few-shot/class-mass.ts';
import { discriminated } from '../../../few-shot/discriminant.ts';
import { graphOf, normalised } from '../../../few-shot/graph.ts';
import { heldOut, sharpened } from '../../../few-shot/held-out.ts';
import { agreed, kernelOf, ridgeWeights } from '../../../few-shot/kernel-ridge.ts';
import { spread, type Said } from '../../../few-shot/spread.ts';
import type { FewShotParams, FewShotResult } from '../../../shared/few-shot.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { Random } from '../../../shared/random.ts';
import type { JobContext } from '../../port/job-port.ts';
import { gathered, Members } from './members.ts';
import { nextToLabel } from './next-to-label.ts';
import { pointsOf } from './points.ts';
import { Products, transposed } from './products.ts';

/** Neighbours in the points as they are, and where the classes part. */
const [plainNeighbours, partedNeighbours] = [10, 15];
/** How much comes from neighbours (see `spread`): the graph made anew, whose neighbours are more often of one class, can do with less. */
const [plainAlpha, partedAlpha] = [0.98, 0.95];
/** So many labels, drawn by lot, speak by themselves: of more the neighbours tell enough. */
const mostSpeaking = 500;
/** Before so many labels what they say does not decide what to label next. */
const explored = 20;
/** Fewer samples have no neighbourhoods. */
const fewest = 4;

/**
 * What the labels of a few samples say of all others, and which to label next. A frozen embedding, made once a version; labels go along the graph of
 * what is alike in it; then along a graph made anew where the classes part (as in Iscen, Tolias, Avrithis, Chum, "Label Propagation for Deep
 * Semi-supervised Learning", CVPR 2019, with Fisher's discriminant in the place of their net), where they also speak by themselves: neighbours alone
 * give samples that lie between classes to whoever is louder there. The same labels give the same answer.
 * Throws `too_few_samples`, and what `pointsOf` throws.
 */
export async function learnFew(params: FewShotParams, context: JobContext): Promise<FewShotResult> {
  const { samples, classes, count } = params;
  if (params.manifest.samples < fewest) {
    throw new AtelierError(
      'too_few_samples',
      `${params.manifest.samples} samples say nothing of one another. Label them by hand.`,
    );
  }
  const products = new Products(params.threads);
  const pause = (): Promise<void> => context.pause();
  try {
    const points = await pointsOf(params, products, context);
    const members = await Members.of(params.blobs, points, plainNeighbours, products, context);
    const told = (done: number): void => context.progress({ stage: 'learning', unit: 'steps', done, total: 3 });
    told(0);
    if (new Set(classes).size < 2) {
      const next = await nextToLabel(params, points, members, null, products, context);
      return { ...untold, trusted: new Float32Array(samples.length).fill(NaN), next };
    }
    const nodes = members.with(samples);
    const said: Said = { samples: samples.map((sample) => nodes.placeOf(sample)), classes };
    const even = evenness(classes);
    const graph = normalised(graphOf(nodes.nearest, nodes.likeness, nodes.count));
    const [plain] = await spread(graph, count, [said], plainAlpha, pause);
    told(1);
    const certain = new Map(Array.from(classes, (one, i) => [said.samples[i], one]));
    const parted = discriminated(
      nodes.rows(points),
      points.size,
      points.steady,
      weighted(plain, massWeights(plain, count, even)),
      count,
      certain,
    );
    const near = await products.nearest(
      parted.points,
      parted.points,
      parted.size,
      partedNeighbours,
      (place) => place,
      pause,
    );
    const anew = normalised(graphOf(near.nearest, near.likeness, near.nearest.length / nodes.size));
    told(2);
    const held = heldOut(said);
    const takes = [said, ...held.takes];
    const heard = await spread(anew, count, takes, partedAlpha, pause);
    const speaking = drawn(said.samples);
    const kernel = kernelOf(
      await products.multiply(
        parted.points,
        transposed(gathered({ rows: parted.points, size: parted.size }, speaking), speaking.length, parted.size),
        ...[nodes.size, parted.size, speaking.length],
      ),
    );
    const columnOf = new Map(Array.from(speaking, (place, column) => [place, column]));
    const before = massWeights(heard[0], count, even);
    let after: Float64Array | null = null;
    const answers: Float32Array[] = [];
    for (const [i, take] of takes.entries()) {
      const weights = ridgeWeights(kernel, columnOf, take, count);
      const alone = await products.multiply(kernel, weights, nodes.size, speaking.length, count);
      const answer = agreed(weighted(heard[i], before), alone, count);
      // What is said in all decides how often classes are met, of what is said without some labels, too.
      after ??= massWeights(answer, count, even);
      answers.push(weighted(answer, after));
      await pause();
    }
    const [shares, ...without] = answers;
    const { sharpness, right, own: trusted } = held.judge(without, count);
    const thought = samples.length < explored ? null : shares;
    const next = await nextToLabel(params, points, members, thought, products, context);
    const known = new Set(samples);
    const rest = Int32Array.from({ length: members.samples }, (_, i) => i).filter((sample) => !known.has(sample));
    const probabilities = sharpened(nodes.forAll(shares, count, rest), count, sharpness);
    told(3);
    return { samples: rest, ...uncertaintyOf(probabilities, count), next, trusted, right };
  } finally {
    await products.close();
  }
}

/** At most so many as may speak by themselves, always the same ones. */
function drawn(places: ArrayLike<number>): Int32Array {
  const order = Int32Array.from(places);
  if (order.length > mostSpeaking) new Random(0x73706561).shuffle(order);
  return order.slice(0, mostSpeaking);
}

const untold = {
  samples: new Int32Array(0),
  best: new Int32Array(0),
  confidence: new Float32Array(0),
  entropy: new Float32Array(0),
  margin: new Float32Array(0),
  leastConfidence: new Float32Array(0),
  right: { of: 0, right: 0 },
};
