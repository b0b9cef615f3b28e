import type { Learnt } from '../../../src-main/shared/few-shot.ts';
import type { Suggested } from '../../../src-main/shared/labels.ts';
import type { DoubtOrder } from './label-queue.ts';

/** How doubtful samples are, by measure and sample: the more the sooner they are gone through; NaN where nothing was asked of it. */
export type Doubts = Partial<Record<DoubtOrder, Float32Array>>;

/** What a run is not sure of. */
export function doubtsOfRun({ doubts }: Suggested, count: number): Doubts {
  const spread = spreading(doubts.samples, count);
  return {
    entropy: spread(doubts.entropy),
    margin: spread(doubts.margin),
    leastConfidence: spread(doubts.leastConfidence),
  };
}

/** What the labels leave open, and which of them may be wrong. */
export function doubtsOfLearnt(learnt: Learnt, count: number): Doubts {
  const spread = spreading(learnt.samples, count);
  const margin = spread(learnt.margin);
  // Those named come before all others, and these by how sure it is of them.
  const telling = margin.slice();
  learnt.next.forEach((sample, i) => (telling[sample] = 2 - i / learnt.next.length));
  const suspicious = new Float32Array(count).fill(NaN);
  learnt.suspicious.forEach((sample, i) => (suspicious[sample] = 1 - i / learnt.suspicious.length));
  const [entropy, leastConfidence] = [spread(learnt.entropy), spread(learnt.leastConfidence)];
  return { telling, diverse: telling, entropy, margin, leastConfidence, suspicious };
}

const spreading =
  (samples: Int32Array, count: number) =>
  (values: Float32Array): Float32Array => {
    const all = new Float32Array(count).fill(NaN);
    samples.forEach((sample, i) => (all[sample] = values[i]));
    return all;
  };
