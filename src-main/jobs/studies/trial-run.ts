import type { Outcome } from '../../search/study.ts';
import { stepInfos } from '../../datasets/recipes/index.ts';
import type { TrainRequest } from '../../shared/contract.ts';
import type { DatasetVersion, Manifest } from '../../shared/dataset.ts';
import type { ArchitectureInfo, RunSummary } from '../../shared/run.ts';
import { measuresExport, type Params, type StudyPlan } from '../../shared/study.ts';
import { taskOf } from '../../shared/task.ts';
import { trainingDefaults } from '../../shared/training-defaults.ts';
import { type Tunable, Tunables, withSettings } from '../../shared/tunable.ts';
import { recipeTunables } from '../../shared/tunable-recipe.ts';
import { findArchitecture } from '../train-settings.ts';

/** Of the version that a study is over. */
export const preparationOf = ({ recipe, target }: Pick<Manifest, 'recipe' | 'target'>): Tunable[] =>
  recipe ? recipeTunables(recipe, stepInfos, target) : [];

/** The training that a trial stands for: the net's defaults, what the study holds fixed, and what the trial tries. */
export function trialRequest(
  plan: Pick<StudyPlan, 'settings' | 'metrics' | 'limits'>,
  params: Params,
  { id, manifest }: Pick<DatasetVersion, 'id' | 'manifest'>,
  architectures: readonly ArchitectureInfo[],
): TrainRequest {
  const settings = { ...plan.settings, ...params };
  const architecture = findArchitecture(String(settings.architecture), architectures);
  const base: TrainRequest = {
    version: id,
    architecture: architecture.id,
    architectureSettings: {},
    ...trainingDefaults(architecture, manifest.splits.train),
    schedule: 'cosine',
    seed: 1,
    device: 'auto',
    ...(measuresExport(plan) ? { measureExport: true } : {}),
  };
  const about = { fields: architecture.fields, task: taskOf(architecture, manifest) };
  return withSettings(base, settings, new Tunables(architectures, preparationOf(manifest)), about);
}

/** What a run that has finished is worth to a study. */
export function outcomeOf(
  { metrics, limits }: Pick<StudyPlan, 'metrics' | 'limits'>,
  run: Pick<RunSummary, 'metrics' | 'parameterCount' | 'samplesPerSecond'>,
): Outcome {
  const facts: Record<string, number | null> = {
    parameters: run.parameterCount,
    samples_per_second: run.samplesPerSecond,
  };
  const read = (metric: string): number | null => (metric in facts ? facts[metric] : (run.metrics[metric] ?? null));
  const missing = [...metrics, ...limits.map(({ metric }) => metric)].find((metric) => read(metric) === null);
  if (missing !== undefined) return { failed: { code: 'no_metric', metric: missing } };
  const values = metrics.map((metric) => read(metric)!);
  const violations = limits.map(({ metric, most, least }) => {
    const value = read(metric)!;
    return most !== undefined ? value - most : least! - value;
  });
  return violations.length > 0 ? { values, violations } : values;
}
