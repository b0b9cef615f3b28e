import { AtelierError } from '../shared/errors.ts';
import { parsePruner, type PrunerOptions } from './pruners/index.ts';
import { parseSampler, type SamplerOptions } from './samplers/index.ts';
import { parseSpace } from './space/parse-space.ts';
import type { Space } from './space/space.ts';
import type { Direction } from './trial.ts';

export interface StudyDefinition {
  readonly name: string;
  /** One for each objective. */
  readonly directions: readonly Direction[];
  readonly space: Space;
  readonly sampler: SamplerOptions;
  readonly pruner: PrunerOptions;
  readonly seed: number;
  /** Of each limit what an excess is measured by, its bound mostly; the file does not say it. */
  readonly limitScales?: readonly number[];
}

const known = ['name', 'direction', 'directions', 'sampler', 'pruner', 'seed', 'space', 'constraints'];

/**
 * A study as its file says it: {"name", "direction" or "directions", "sampler", "pruner", "seed", "space", "constraints"}; only "space" must
 * be there. A sampler or pruner is a name, or {"type": name, …its options}. Throws invalid_study,
 * invalid_space or sampler_unsuitable, naming the place.
 */
export function parseStudy(written: unknown): StudyDefinition {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new AtelierError('invalid_study', 'A study is an object with a "space" of parameters by name.');
  }
  const study = written as Record<string, unknown>;
  const refuse = (where: string, what: string): never => {
    throw new AtelierError('invalid_study', `${where}: ${what}.`);
  };
  for (const field of Object.keys(study)) {
    if (!known.includes(field)) refuse(field, `is no field of a study; known are ${known.join(', ')}`);
  }
  const { name = 'study', seed = 0 } = study;
  if (typeof name !== 'string' || name.trim() === '' || name.length > 200)
    refuse('name', 'must be a text of 1 to 200 characters');
  if (typeof seed !== 'number' || !Number.isSafeInteger(seed) || seed < 0)
    refuse('seed', 'must be a whole number from 0');
  if (study.direction !== undefined && study.directions !== undefined)
    refuse('directions', 'stands beside "direction": leave one out');
  const given = study.directions ?? [study.direction ?? 'minimize'];
  if (!Array.isArray(given) || given.length === 0 || given.length > 8)
    refuse('directions', 'must list one to eight directions');
  const directions = (given as unknown[]).map((each) =>
    each === 'minimize' || each === 'maximize'
      ? each
      : refuse('direction', `is ${JSON.stringify(each)}; it must be "minimize" or "maximize"`),
  );
  const space = parseSpace(study.space, study.constraints);
  return {
    name: name as string,
    directions,
    space,
    sampler: parseSampler(study.sampler ?? 'auto', { directions, space }),
    pruner: parsePruner(study.pruner ?? 'none', { directions }),
    seed: seed as number,
  };
}
