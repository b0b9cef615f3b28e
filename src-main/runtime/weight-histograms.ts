import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import type { StoredQuestion, TensorSummary, WeightMoment, WeightReport } from '../shared/weights.ts';
import { readCheckpoint, type Checkpoint } from './checkpoint.ts';
import { summarize } from './tensor-summary.ts';

/** How the values of a checkpoint are spread, or their differences to another of the same run. Errors: no_checkpoint, broken_checkpoint. */
export function weightHistograms(
  { checkpoint, since, kind }: StoredQuestion,
  path: string,
  sincePath?: string,
): WeightReport {
  const now = read(path, checkpoint);
  const before = since !== undefined && sincePath !== undefined ? read(sincePath, since) : null;
  const part = (of: Checkpoint): Map<string, Tensor> => (kind === 'weights' ? of.model : of.optimizer);
  const earlier = before && part(before);
  const tensors = [...part(now)].flatMap(([tensor, { shape, data }]): TensorSummary[] => {
    // Powers of decay rates and the like are one number for all.
    if (!isFloat(data) || (kind === 'optimizer' && shape.length === 0)) return [];
    if (!earlier) return [summarize(tensor, shape, data)];
    const old = earlier.get(tensor)?.data;
    return old && isFloat(old) && old.length === data.length ? [summarize(tensor, shape, difference(data, old))] : [];
  });
  return {
    checkpoint: moment(checkpoint, now),
    since: before && moment(since!, before),
    kind,
    tensors,
  };
}

function read(path: string, name: string): Checkpoint {
  const found = readCheckpoint(path);
  if (found) return found;
  throw new AtelierError(
    'no_checkpoint',
    `The checkpoint "${name}" is not there any longer. A run that goes on writes and removes them; list them again.`,
  );
}

const moment = (name: string, { position: { step, epoch } }: Checkpoint): WeightMoment => ({ name, step, epoch });

/** Counters of steps and the like have no spread. */
const isFloat = (data: Tensor['data']): data is Float32Array | Float64Array =>
  data instanceof Float32Array || data instanceof Float64Array;

function difference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = a[i] - b[i];
  return result;
}
