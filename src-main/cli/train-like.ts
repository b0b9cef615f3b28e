import type { TrainRequest } from '../shared/contract.ts';
import type { TrainedRun } from '../shared/run.ts';
import type { TrainingOptions } from './train-request.ts';

/** Options whose names differ from what they set. */
const named: Readonly<Partial<Record<keyof TrainingOptions, keyof TrainRequest>>> = {
  batch: 'batchSize',
  lr: 'learningRate',
};

/**
 * A run's settings as a request to train once more, with what was said in place of some of them. `said`: the request that all options make,
 * defaults filled in; `given`: whether somebody wrote an option, so that it counts more than what the run had. Settings of the architecture
 * are changed one by one, unless it is another one.
 */
export function requestLike(
  { settings: { part: _part, stretches: _stretches, ...settings } }: TrainedRun,
  said: TrainRequest,
  given: (option: string) => boolean,
): TrainRequest {
  const changed: Partial<TrainRequest> = {};
  for (const key of Object.keys(said) as (keyof TrainRequest)[]) {
    const [option] = Object.entries(named).find(([, request]) => request === key) ?? [key];
    if (given(option)) Object.assign(changed, { [key]: said[key] });
  }
  return {
    ...settings,
    ...changed,
    version: said.version,
    architecture: said.architecture,
    architectureSettings: {
      ...(said.architecture === settings.architecture && settings.architectureSettings),
      ...said.architectureSettings,
    },
    // A list of synonyms comes with the augmentation that uses it.
    ...(given('synonyms') && { augment: { ...settings.augment, ...said.augment } }),
  };
}
