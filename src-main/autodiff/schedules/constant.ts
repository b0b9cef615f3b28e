import type { Schedule } from './schedule.ts';

// η(t) = η
export const constant =
  ({ rate }: { readonly rate: number }): Schedule =>
  () =>
    rate;
