import { uncertaintyOf } from '../../../evaluation/uncertainty.ts';
import { discriminated } from '../../../few-shot/discriminant.ts';
import { graphOf, normalised } from '../../../few-shot/graph.ts';
import { heldOut, sharpened } from '../../../few-shot/held-out.ts';
import { spread, type Said } from '../../../few-shot/spread.ts';
import type { FewShotParams, FewShotResult } from '../../../shared/few-shot.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { JobContext } from '../../port/job-port.ts';
import { Members } from './members.ts';
import { nextToLabel } from './next-to-label.ts';
import { pointsOf } from './points.ts';
import { Products } from './products.ts';

/** Neighbours in the points as they are, and where the classes part. */
const [plainNeighbours, partedNeighbours] = [10, 15];
/** Fewer samples have no neighbourhoods. */
const fewest = 4;

/**
 * What the labels of a few samples say of all others, and which to label next. A frozen embedding, made once a version; labels go along the graph of
 * what is alike in it; then along a graph made anew where the classes part (as in Iscen, Tolias, Avrithis, Chum, "Label Propagation for Deep
 * Semi-supervised Learning", CVPR 2019, with Fisher's discriminant in the place of their net). The same labels give the same answer.
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
    const next = await nextToLabel(params, points, members, products, context);
    if (new Set(classes).size < 2) return { ...untold, trusted: new Float32Array(samples.length).fill(NaN), next };
    told(1);
    const nodes = members.with(samples);
    const said: Said = { samples: samples.map((sample) => nodes.placeOf(sample)), classes };
    const graph = normalised(graphOf(nodes.nearest, nodes.likeness, nodes.count));
    const held = heldOut(said);
    const [plain, ...without] = await spread(graph, count, [said, ...held.takes], pause);
    told(2);
    const certain = new Map(Array.from(classes, (one, i) => [said.samples[i], one]));
    const parted = discriminated(nodes.rows(points), points.size, plain, count, certain);
    const near = await products.nearest(
      parted.points,
      parted.points,
      parted.size,
      partedNeighbours,
      (place) => place,
      pause,
    );
    const anew = normalised(graphOf(near.nearest, near.likeness, near.nearest.length / nodes.size));
    const [shares] = await spread(anew, count, [said], pause);
    const { sharpness, right, own: trusted } = held.judge(without, count);
    const known = new Set(samples);
    const rest = Int32Array.from({ length: members.samples }, (_, i) => i).filter((sample) => !known.has(sample));
    const probabilities = sharpened(nodes.forAll(shares, count, rest), count, sharpness);
    told(3);
    return { samples: rest, ...uncertaintyOf(probabilities, count), next, trusted, right };
  } finally {
    await products.close();
  }
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
