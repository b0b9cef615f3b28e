import type { LeakFinding } from '../../shared/leaks.ts';
import { PairTally } from './across.ts';

/**
 * Whether what is tested on is of later than all that was trained on: each sample of validation or test that is not newer than the newest of
 * an earlier split is paired with that one. NaN: a sample of which no time is known. Null where time does not run across.
 */
export function findAcrossTime(times: Float64Array, split: Uint8Array, column: string): LeakFinding | null {
  const newest = [-1, -1, -1];
  times.forEach((time, sample) => {
    const part = split[sample];
    if (!Number.isNaN(time) && (newest[part] < 0 || time > times[newest[part]])) newest[part] = sample;
  });
  const tally = new PairTally(split, null);
  times.forEach((time, held) => {
    for (let part = 0; part < split[held]; part++) {
      if (newest[part] < 0 || !(time < times[newest[part]])) continue;
      tally.add({ other: newest[part], held, likeness: 1 });
      return;
    }
  });
  return tally.finding({ kind: 'time', column }, 0);
}
