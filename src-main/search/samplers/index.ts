import { type Chosen, parseChosen } from '../options.ts';
import type { Space } from '../space/space.ts';
import type { Direction } from '../trial.ts';
import { CmaEsSampler, cmaOptions } from './cma-es.ts';
import { GridSampler, gridOptions } from './grid.ts';
import { RandomSampler } from './random.ts';
import type { Sampler } from './sampler.ts';
import { SobolSampler } from './sobol.ts';
import { tpeOptions, TpeSampler } from './tpe.ts';

/** Every sampler with its options. */
export const samplerTable = {
  random: {},
  grid: gridOptions,
  sobol: {},
  tpe: tpeOptions,
  'cma-es': cmaOptions,
} as const;

export type SamplerOptions = Chosen<typeof samplerTable>;
export type SamplerName = SamplerOptions['type'];

/** What a sampler must suit. */
export interface Task {
  readonly directions: readonly Direction[];
  readonly space: Space;
}

export function parseSampler(written: unknown, _task: Task): SamplerOptions {
  return parseChosen(samplerTable, written, 'sampler');
}

export function makeSampler(options: SamplerOptions, task: Task): Sampler {
  switch (options.type) {
    case 'random':
      return new RandomSampler();
    case 'tpe':
      return new TpeSampler(options);
    case 'grid':
      return new GridSampler(options);
    case 'sobol':
      return new SobolSampler();
    case 'cma-es':
      return new CmaEsSampler(options, task.space);
  }
}
