import { uncertaintyOf } from '../../../evaluation/uncertainty.ts';
import { evenness } from '../../../few-shot/class-mass.ts';
import { heldOut, sharpened } from '../../../few-shot/held-out.ts';
import { pooled } from '../../../few-shot/opinion-pool.ts';
import type { Said } from '../../../few-shot/spread.ts';
import type { FewShotParams, FewShotResult } from '../../../shared/few-shot.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { JobContext } from '../../port/job-port.ts';
import { Members } from './members.ts';
import { nextToLabel } from './next-to-label.ts';
import { answersWhereParted } from './parted.ts';
import { pointsOf } from './points.ts';
import { Products } from './products.ts';
import { answersOfViews, viewGraphs } from './views.ts';

/** Neighbours in the points as they are. */
const neighbours = 10;
/** So often it is worked out anew where the classes part, each time by what was thought before. A third time changes next to nothing. */
const turns = 2;
/** Before so many labels what they say does not decide what to label next. */
const explored = 20;
/** Fewer samples have no neighbourhoods. */
const fewest = 4;

/**
 * What the labels of a few samples say of all others, and which to label next. A frozen embedding, made once a version; labels go along the graphs of
 * what is alike in it (see `answersOfViews`); then, in turns, where the classes part by what is thought so far (see `answersWhereParted`). What all of
 * these say together is the answer. The same labels give the same answer.
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
    const members = await Members.of(params.blobs, points, neighbours, products, context);
    const told = (done: number): void => context.progress({ stage: 'learning', unit: 'steps', done, total: 3 });
    told(0);
    if (new Set(classes).size < 2) {
      const next = await nextToLabel(params, points, members, null, products, context);
      return { ...untold, trusted: new Float32Array(samples.length).fill(NaN), next };
    }
    const nodes = members.with(samples);
    const said: Said = { samples: samples.map((sample) => nodes.placeOf(sample)), classes };
    const even = evenness(classes);
    const held = heldOut(said);
    const takes: [Said, ...Said[]] = [said, ...held.takes];
    const graphs = await viewGraphs(params.blobs, points, members, nodes, products, context);
    const opinions = await answersOfViews(graphs, count, takes, even, pause);
    told(1);
    const rows = { rows: nodes.rows(points), size: points.size, steady: points.steady };
    let thought = pooled(opinions[0], count);
    let parted = thought;
    for (let turn = 0; turn < turns; turn++) {
      const answers = await answersWhereParted(rows, thought, count, takes, even, products, pause);
      answers.forEach((one, take) => opinions[take].push(one));
      [parted] = answers;
      thought = pooled([thought, parted], count);
    }
    told(2);
    const [shares, ...without] = opinions.map((some) => pooled(some, count));
    const { sharpness, right, own: trusted } = held.judge(without, count);
    // Doubt is asked of the last parting: views in which classes are mixed would have it everywhere.
    const known = samples.length < explored ? null : parted;
    const next = await nextToLabel(params, points, members, known, products, context);
    const done = new Set(samples);
    const rest = Int32Array.from({ length: members.samples }, (_, i) => i).filter((sample) => !done.has(sample));
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
