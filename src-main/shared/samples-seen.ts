/**
 * How many samples one epoch of a training has, from the points of one of its curves; null where they do not tell. `counted` is what the
 * data's version says; it does not hold where a sample is something else than a row, as stretches of text are.
 */
export function samplesPerEpoch(
  { counted, batchSize }: { counted: number | null; batchSize: number },
  steps: ArrayLike<number>,
  epochs: ArrayLike<number>,
): number | null {
  const last = steps.length - 1;
  if (last < 0) return null;
  if (counted !== null && counted > 0 && fits(counted, batchSize, steps[last], epochs[last])) return counted;
  for (let i = last; i >= 0; i--) {
    const found = within(batchSize, steps[i], epochs[i]);
    if (found !== null && fits(found, batchSize, steps[last], epochs[last])) return found;
  }
  return null;
}

/** Whole epochs done, and what is done of the next one, whatever the rounding. */
function parts(epoch: number): { whole: number; part: number } {
  const whole = Math.floor(epoch + 1e-9);
  return { whole, part: Math.max(0, epoch - whole) };
}

/** Whether so many samples an epoch, the last batch of each the rest, come to this epoch after these steps. */
function fits(samples: number, batchSize: number, step: number, epoch: number): boolean {
  const { whole, part } = parts(epoch);
  const inside = (part * samples) / batchSize;
  return step === whole * Math.ceil(samples / batchSize) + Math.round(inside);
}

/** From a point inside an epoch: `into` batches of it are done, which are `part` of it. */
function within(batchSize: number, step: number, epoch: number): number | null {
  const { whole, part } = parts(epoch);
  if (part < 1e-9) return null;
  const about = Math.round(step / epoch);
  for (let batches = Math.max(1, about - 1); batches <= about + 1; batches++) {
    const into = step - whole * batches;
    const samples = Math.round((into * batchSize) / part);
    if (into > 0 && into < batches && Math.ceil(samples / batchSize) === batches) return samples;
  }
  return null;
}
