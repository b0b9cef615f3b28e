import { polynomial } from './polynomial.ts';
import type { Schedule } from './schedule.ts';
import type { WarmUpOptions } from './warm-up.ts';

// η(t) = floor + (η − floor)·(1 − p),  p: the share of the steps after warm-up
// PyTorch: LinearLR(start_factor = 1, end_factor = floor/η, total_iters = steps − warmup).
export const linear = (options: WarmUpOptions): Schedule => polynomial(options);
