import { type Chosen, parseChosen } from '../options.ts';
import type { Space } from '../space/space.ts';
import type { Direction } from '../trial.ts';
import { AtelierError } from '../../shared/errors.ts';
import { AutoSampler } from './auto.ts';
import { cmaAxes, CmaEsSampler, cmaOptions } from './cma-es.ts';
import { GpSampler, gpOptions } from './gp.ts';
import { GridSampler, gridOptions } from './grid.ts';
import { nsga2Options, Nsga2Sampler } from './nsga2.ts';
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
  gp: gpOptions,
  nsga2: nsga2Options,
  auto: {},
} as const;

const otherNames = {
  qmc: 'sobol',
  quasimontecarlo: 'sobol',
  cma: 'cma-es',
  gaussianprocess: 'gp',
  nsgaii: 'nsga2',
} as const;

export type SamplerOptions = Chosen<typeof samplerTable>;
export type SamplerName = SamplerOptions['type'];

/** What a sampler must suit. */
export interface Task {
  readonly directions: readonly Direction[];
  readonly space: Space;
}

/** Throws sampler_unsuitable where the sampler cannot work on such a space or so many objectives. */
export function parseSampler(written: unknown, { directions, space }: Task): SamplerOptions {
  const options = parseChosen(samplerTable, written, 'sampler', otherNames);
  if (directions.length > 1 && (options.type === 'gp' || options.type === 'cma-es')) {
    throw new AtelierError(
      'sampler_unsuitable',
      `${options.type} takes one objective; the study has ${directions.length}. Take nsga2 or tpe.`,
    );
  }
  if (options.type === 'cma-es' && cmaAxes(space).length === 0) {
    throw new AtelierError(
      'sampler_unsuitable',
      'cma-es moves numbers, and the space has none that is always active. Take tpe.',
    );
  }
  return options;
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
    case 'gp':
      return new GpSampler(options);
    case 'nsga2':
      return new Nsga2Sampler(options);
    case 'auto':
      return new AutoSampler();
  }
}
