import { usualWarmup } from '../../shared/learning.ts';
import type { ScheduleName } from '../../shared/run.ts';
import { plateau, type Plateau, type Schedule, scheduleOf } from './index.ts';
import { warmedUp } from './warm-up.ts';

/**
 * A schedule that people choose by its name alone, for a run of so many steps. All but `constant` end low, wherever the run ends:
 * at zero, at a hundredth (`exponential`, `step`), or where the validation loss has taken it (`plateau`). `warmup`: the share of the
 * steps over which the rate grows, whatever follows; of no effect on `one-cycle`, which grows anyway, and `plateau`.
 */
export function rateByName(
  name: ScheduleName,
  rate: number,
  steps: number,
  warmup = usualWarmup(name),
): { readonly rate: Schedule } | { readonly plateau: Plateau } {
  const growing = Math.floor(warmup * steps);
  const rest = steps - growing;
  const after = (schedule: Schedule) => ({ rate: growing > 0 ? warmedUp(rate, growing, schedule) : schedule });
  switch (name) {
    case 'constant':
      return after(scheduleOf({ kind: name, rate }));
    case 'cosine':
      return { rate: scheduleOf({ kind: name, rate, steps, warmup: growing }) };
    case 'linear':
      return { rate: scheduleOf({ kind: name, rate, steps, warmup: growing }) };
    case 'polynomial':
      return { rate: scheduleOf({ kind: name, rate, steps, warmup: growing, power: 2 }) };
    case 'exponential':
      return after(scheduleOf({ kind: name, rate, factor: 0.01 ** (1 / Math.max(1, rest - 1)) }));
    case 'step':
      return after(scheduleOf({ kind: name, rate, every: Math.max(1, Math.ceil(rest / 3)) }));
    case 'one-cycle':
      return { rate: scheduleOf({ kind: name, rate, steps: Math.max(2, steps) }) };
    case 'plateau':
      return { plateau: plateau({ rate, factor: 0.5, patience: 3 }) };
  }
}
