/**
 * A running mean whose memory fades by 1/e every `reach` steps, without the pull to zero at the start. The reach is in
 * steps of training, not a share of the curve: a run that goes on does not change what has been drawn.
 */
export function smooth(steps: ArrayLike<number>, values: ArrayLike<number>, reach: number): number[] {
  const out = new Array<number>(values.length);
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    const keep = i === 0 || reach <= 0 ? 0 : Math.exp(-(steps[i] - steps[i - 1]) / reach);
    if (Number.isFinite(values[i])) {
      sum = sum * keep + values[i];
      weight = weight * keep + 1;
      out[i] = sum / weight;
    } else out[i] = values[i];
  }
  return out;
}
