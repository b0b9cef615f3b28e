import type { Direction } from '../study.ts';

/** Places from 1, the best, up; equal values share the mean of theirs. */
export function ranks(values: ArrayLike<number>, direction: Direction): Float64Array {
  const sign = direction === 'maximize' ? -1 : 1;
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => sign * (values[a] - values[b]));
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}
