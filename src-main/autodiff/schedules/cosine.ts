import type { Schedule } from './schedule.ts';
import { falling, type WarmUpOptions } from './warm-up.ts';

// η(t) = floor + (η − floor)·(1 + cos πp)/2,  p: the share of the steps after warm-up (Loshchilov & Hutter 2017)
// PyTorch: CosineAnnealingLR(T_max = steps − warmup, eta_min = floor), up to its end.
export const cosine = (options: WarmUpOptions): Schedule =>
  falling(options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
