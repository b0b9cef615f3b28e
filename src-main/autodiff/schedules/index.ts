import { constant } from './constant.ts';
import { cosine, type CosineOptions } from './cosine.ts';
import type { Schedule } from './schedule.ts';
import { step } from './step.ts';

export type { Schedule } from './schedule.ts';

export type ScheduleSpec =
  | { readonly kind: 'constant'; readonly rate: number }
  | { readonly kind: 'step'; readonly rate: number; readonly every: number; readonly factor?: number }
  | ({ readonly kind: 'cosine' } & CosineOptions);

export function scheduleOf(spec: ScheduleSpec): Schedule {
  switch (spec.kind) {
    case 'constant':
      return constant(spec);
    case 'step':
      return step(spec);
    case 'cosine':
      return cosine(spec);
  }
}
