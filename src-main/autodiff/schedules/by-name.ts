import type { ScheduleName } from '../../shared/run.ts';
import { plateau, type Plateau, type Schedule, scheduleOf } from './index.ts';

/**
 * A schedule that people choose by its name alone, for a run of so many steps. All but `constant` end low, wherever the run ends:
 * at zero, at a hundredth (`exponential`, `step`), or where the validation loss has taken it (`plateau`).
 */
export function rateByName(
  name: ScheduleName,
  rate: number,
  steps: number,
): { readonly rate: Schedule } | { readonly plateau: Plateau } {
  switch (name) {
    case 'constant':
      return { rate: scheduleOf({ kind: name, rate }) };
    case 'cosine':
      return { rate: scheduleOf({ kind: name, rate, steps }) };
    case 'linear':
      return { rate: scheduleOf({ kind: name, rate, steps, warmup: Math.floor(steps / 20) }) };
    case 'polynomial':
      return { rate: scheduleOf({ kind: name, rate, steps, power: 2 }) };
    case 'exponential':
      return { rate: scheduleOf({ kind: name, rate, factor: 0.01 ** (1 / Math.max(1, steps - 1)) }) };
    case 'step':
      return { rate: scheduleOf({ kind: name, rate, every: Math.max(1, Math.ceil(steps / 3)) }) };
    case 'one-cycle':
      return { rate: scheduleOf({ kind: name, rate, steps: Math.max(2, steps) }) };
    case 'plateau':
      return { plateau: plateau({ rate, factor: 0.5, patience: 3 }) };
  }
}
