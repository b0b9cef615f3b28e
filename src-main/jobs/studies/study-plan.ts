import { parseStudy } from '../../search/study-file.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { usualArchitecture } from '../../shared/input-kinds.ts';
import { classWeightRange } from '../../shared/learning.ts';
import type { ArchitectureInfo } from '../../shared/run.ts';
import { nearestName } from '../../shared/run-fields.ts';
import {
  directionOf,
  type Direction,
  type Limit,
  type ParameterRange,
  type Params,
  type ParamValue,
  type StudyBudget,
  type StudyPlan,
} from '../../shared/study.ts';
import { changesLoss, studyMetrics, validationMetrics } from '../../shared/study-metrics.ts';
import { taskFacts, taskOf, type Task } from '../../shared/task.ts';
import { checkRange, checkTunable, Tunables } from '../../shared/tunable.ts';
import { findArchitecture } from '../train-settings.ts';
import { preparationOf } from './trial-run.ts';

/** What a study file says, checked against the data and the known settings, with defaults filled in. */
export interface PlannedStudy {
  readonly name: string | null;
  readonly plan: StudyPlan;
  readonly budget: StudyBudget;
  readonly start: readonly Params[];
  /** Studies whose trials count as known, as they were named. */
  readonly from: readonly string[];
}

/** Of the search itself, … */
const searchFields = ['direction', 'directions', 'space', 'constraints', 'sampler', 'pruner', 'seed'];
/** … of what is trained, … */
const trainFields = ['data', 'target', 'architecture', 'epochs', 'settings', 'metric', 'metrics', 'limits'];
/** … and of how much of it. */
export const budgetFields = ['trials', 'timeout', 'until_no_better', 'trial_timeout', 'workers'];
const studyFields = ['name', ...trainFields, ...searchFields, ...budgetFields, 'start', 'from'];

const usualTrials = 50;

type Written = Readonly<Record<string, unknown>>;

const refuse = (where: string, what: string): never => {
  throw new AtelierError('invalid_study', `${where}: ${what}.`);
};

export function isObject(written: unknown): written is Written {
  return typeof written === 'object' && written !== null && !Array.isArray(written);
}

/**
 * Reads a study of trainings. Throws invalid_study, invalid_space, sampler_unsuitable and so on, naming the place and, of a name that
 * is none, the one most like it.
 */
export function planStudy(
  written: unknown,
  { manifest, architectures }: { manifest: Manifest; architectures: readonly ArchitectureInfo[] },
): PlannedStudy {
  if (!isObject(written)) return refuse('study', 'must be an object with a "space" of settings by name');
  for (const field of Object.keys(written)) {
    if (studyFields.includes(field)) continue;
    const near = nearestName(field, studyFields);
    refuse(
      field,
      `is no field of a study${near ? `. Did you mean "${near}"?` : `; known are ${studyFields.join(', ')}`}`,
    );
  }
  const searched = searchedArchitectures(written, manifest, architectures);
  const tunables = new Tunables(searched, preparationOf(manifest));
  const space = renamedSpace(written.space, tunables);
  const settings = fixedSettings(written, tunables, space, searched);
  const task = taskFor(searched, manifest);
  const metrics = readMetrics(written, task, { space, settings });
  const directions = readDirections(written, metrics);
  const epochs = settings.epochs ?? (searched.length === 1 ? searched[0].training.epochs : undefined);
  const plan: StudyPlan = {
    settings,
    space,
    constraints: (written.constraints ?? []) as string[],
    metrics,
    directions,
    limits: readLimits(written.limits, task),
    sampler: written.sampler ?? 'auto',
    pruner: usualPruner(written.pruner, metrics, 'epochs' in space ? undefined : epochs),
    seed: (written.seed ?? 0) as number,
  };
  const { name } = parseStudy({
    ...(written.name === undefined ? {} : { name: written.name }),
    directions,
    space,
    constraints: plan.constraints,
    sampler: plan.sampler,
    pruner: plan.pruner,
    seed: plan.seed,
  });
  return {
    name: written.name === undefined ? null : name.trim(),
    plan,
    budget: readBudget(written, usualTrials),
    start: readStart(written.start, tunables),
    from: readFrom(written.from),
  };
}

/** Those that the space names, or the one that is fixed, or what suits the data. */
function searchedArchitectures(
  { architecture, settings, space }: Written,
  manifest: Manifest,
  all: readonly ArchitectureInfo[],
): ArchitectureInfo[] {
  const given = isObject(space) ? space.architecture : undefined;
  if (isObject(given)) {
    if (architecture !== undefined) refuse('architecture', 'stands beside space.architecture: leave one out');
    const { choices } = given;
    if (!Array.isArray(choices) || choices.length === 0)
      return refuse('space.architecture', 'must be {"type": "categorical", "choices": [architectures]}');
    return choices.map((id) => findArchitecture(String(id), all));
  }
  const fixed = architecture ?? (isObject(settings) ? settings.architecture : undefined) ?? usualArchitecture(manifest);
  if (typeof fixed !== 'string') return refuse('architecture', 'must be the name of one; several go into the space');
  return [findArchitecture(fixed, all)];
}

/** The space under the settings' own names; conditions too. */
function renamedSpace(written: unknown, tunables: Tunables): Record<string, ParameterRange> {
  // What is wrong with its form is told by the search itself.
  parseStudy({ space: written });
  const space: Record<string, ParameterRange> = {};
  for (const [given, range] of Object.entries(written as Record<string, ParameterRange>)) {
    const tunable = tunables.find(given, `space.${given}`);
    const { name } = tunable;
    if (name in space) refuse(`space.${given}`, `is the setting "${name}", which is there already`);
    if (fixedOnly.includes(name)) refuse(`space.${given}`, 'changes nothing about the net: put it into "settings"');
    checkRange(tunable, range, `space.${given}`);
    const when = Object.entries(range.when ?? {}).map(([of, value]) => [
      tunables.find(of, `space.${given}.when`).name,
      value,
    ]);
    space[name] = {
      ...range,
      ...(when.length > 0 ? { when: Object.fromEntries(when) as ParameterRange['when'] } : {}),
    };
  }
  return space;
}

/** Where and by how many threads it is computed is no matter of search. */
const fixedOnly: readonly string[] = ['device', 'threads'];

function fixedSettings(
  { settings: written = {}, epochs }: Written,
  tunables: Tunables,
  space: Readonly<Record<string, ParameterRange>>,
  searched: readonly ArchitectureInfo[],
): StudyPlan['settings'] {
  if (!isObject(written)) return refuse('settings', 'must be an object of settings by name');
  const given = { ...written, ...(epochs === undefined ? {} : { epochs }) };
  const settings: Record<string, StudyPlan['settings'][string]> = {};
  if (!('architecture' in space)) settings.architecture = searched[0].id;
  for (const [key, value] of Object.entries(given)) {
    const where = `settings.${key}`;
    const tunable = tunables.find(key, where);
    const { name } = tunable;
    if (name === 'architecture') continue;
    if (tunable.place === 'recipe')
      refuse(where, 'is of the data: change its recipe, which makes a version, and tune on that');
    if (name in space) refuse(where, 'is searched over as well: leave it out, or out of the space');
    if (name === 'class_weights' && isObject(value)) checkWeights(value, where);
    else checkTunable(tunable, value, where);
    settings[name] = value as StudyPlan['settings'][string];
  }
  return settings;
}

function checkWeights(weights: Written, where: string): void {
  const { min, max } = classWeightRange;
  for (const [name, weight] of Object.entries(weights)) {
    if (!(typeof weight === 'number' && weight >= min && weight <= max))
      refuse(`${where}.${name}`, `is ${JSON.stringify(weight)}; it must be a number from ${min} to ${max}`);
  }
}

/** All of them must learn the same, or their results could not be compared. */
function taskFor(searched: readonly ArchitectureInfo[], manifest: Manifest): Task {
  const [first, ...others] = searched.map((each) => taskOf(each, manifest));
  if (first === null) {
    throw new AtelierError('no_target', 'It is not said yet what to predict: say "target" with the name of a column.');
  }
  if (others.some((task) => task !== first))
    refuse('space.architecture', 'names nets that learn different things, which have no metric in common');
  if (!taskFacts[first].compares)
    refuse(
      'architecture',
      `"${searched[0].id}" has no validation result that could get better, so there is nothing to tune by`,
    );
  return first;
}

function readMetric(written: unknown, where: string, task: Task): string {
  const known = studyMetrics(task);
  if (typeof written !== 'string') return refuse(where, 'must be the name of a metric');
  if (written.startsWith('test/'))
    refuse(where, `is ${written}: what is chosen by the test split is no longer tested by it. Choose the validation's`);
  const found = known.find((name) => [written, `validation/${written}`, `export/${written}`].includes(name));
  if (found) return found;
  const near = nearestName(
    written.replace(/^validation\//, ''),
    known.map((name) => name.replace(/^(validation|export)\//, '')),
  );
  // Bytes or megabytes, seconds or milliseconds: it is in the name.
  const unit = ({ size: 'size_bytes', latency: 'latency_ms' } as Readonly<Record<string, string>>)[written];
  if (unit && task !== 'language') return refuse(where, `"${written}" says no unit. Write "${unit}"`);
  return refuse(
    where,
    `"${written}" is no metric of ${task}${near ? `. Did you mean "${near}"?` : `; known are ${known.join(', ')}`}`,
  );
}

function readMetrics(
  { metric, metrics }: Written,
  task: Task,
  { space, settings }: Pick<StudyPlan, 'space' | 'settings'>,
): string[] {
  if (metric !== undefined && metrics !== undefined) refuse('metrics', 'stands beside "metric": leave one out');
  const changed = changesLoss.find((name) => name in space);
  const besides = { regression: 'rmse', reconstruction: 'mse', 'multi-label': 'f1' } as Readonly<
    Partial<Record<Task, string>>
  >;
  const usual = task === 'classification' ? 'accuracy' : ((changed && besides[task]) ?? 'loss');
  const given = metrics ?? [metric ?? usual];
  if (!Array.isArray(given) || given.length === 0 || given.length > 8)
    return refuse('metrics', 'must list one to eight metrics');
  const read = (given as unknown[]).map((each, i) => readMetric(each, metrics ? `metrics[${i}]` : 'metric', task));
  if (new Set(read).size < read.length) refuse('metrics', 'names one twice');
  if (changed && read.includes('validation/loss') && !('loss' in settings && changed !== 'loss')) {
    refuse(
      'metric',
      `is the loss, and "${changed}" makes it another measure from trial to trial. Choose ${validationMetrics[task].filter((name) => name !== 'loss').join(', ')}`,
    );
  }
  return read;
}

function readDirections({ direction, directions }: Written, metrics: readonly string[]): Direction[] {
  if (direction !== undefined && directions !== undefined)
    refuse('directions', 'stands beside "direction": leave one out');
  if (direction === undefined && directions === undefined) return metrics.map(directionOf);
  const given = directions ?? [direction];
  if (!Array.isArray(given) || given.length !== metrics.length)
    return refuse('directions', `must have one for each of ${metrics.length} metrics`);
  return (given as unknown[]).map((each) =>
    each === 'minimize' || each === 'maximize'
      ? each
      : refuse('direction', `is ${JSON.stringify(each)}; it must be "minimize" or "maximize"`),
  );
}

/** "parameters <= 100000" */
function readLimits(written: unknown = [], task: Task): Limit[] {
  if (!Array.isArray(written)) return refuse('limits', 'must be a list of texts such as "parameters <= 100000"');
  const sides = new Set<string>();
  return (written as unknown[]).map((text, i) => {
    const where = `limits[${i}]`;
    const found = typeof text === 'string' ? /^\s*([\w/]+)\s*(<=|>=)\s*([-+.\deE]+)\s*$/.exec(text) : null;
    const bound = Number(found?.[3]);
    if (!found || !Number.isFinite(bound)) return refuse(where, 'must be like "parameters <= 100000"');
    const metric = readMetric(found[1], where, task);
    const side = `${metric} ${found[2]}`;
    if (sides.has(side)) refuse(where, `says "${side}" once more`);
    sides.add(side);
    return found[2] === '<=' ? { metric, most: bound } : { metric, least: bound };
  });
}

/** The median rule, where there is one metric to go by; a halving knows how long a whole trial is. */
function usualPruner(written: unknown, metrics: readonly string[], epochs: unknown): unknown {
  if (written === undefined) return metrics.length === 1 ? 'median' : 'none';
  const given = isObject(written) ? written : { type: written };
  if (given.type !== 'hyperband' || given.whole !== undefined || typeof epochs !== 'number') return written;
  return { ...given, whole: epochs };
}

/** `usual`: as many trials where nothing else ends it. Throws invalid_study. */
export function readBudget(written: Written, usual: number): StudyBudget {
  const number = (field: string, low: number, whole: boolean): number | null => {
    const value = written[field];
    if (value === undefined || value === null) return null;
    if (typeof value === 'number' && value >= low && value <= 1e9 && (!whole || Number.isInteger(value))) return value;
    return refuse(field, `is ${JSON.stringify(value)}; it must be a ${whole ? 'whole ' : ''}number from ${low}`);
  };
  const seconds = number('timeout', 0.001, false);
  const withoutBetter = number('until_no_better', 1, true);
  const workers = number('workers', 1, true) ?? 1;
  if (workers > 256) refuse('workers', `is ${workers}; it must be at most 256`);
  return {
    trials: number('trials', 1, true) ?? (seconds === null && withoutBetter === null ? usual : null),
    seconds,
    withoutBetter,
    trialSeconds: number('trial_timeout', 0.001, false),
    workers,
  };
}

function readStart(written: unknown = [], tunables: Tunables): Params[] {
  if (!Array.isArray(written) || written.length > 10_000) return refuse('start', 'must be a list of settings by name');
  return (written as unknown[]).map((each, i) => {
    if (!isObject(each)) return refuse(`start[${i}]`, 'must be an object of settings by name');
    return Object.fromEntries(
      Object.entries(each).map(([name, value]) => [tunables.find(name, `start[${i}]`).name, value as ParamValue]),
    );
  });
}

function readFrom(written: unknown): string[] {
  const given = written === undefined ? [] : Array.isArray(written) ? (written as unknown[]) : [written];
  return given.map((each, i) =>
    typeof each === 'string' ? each : refuse(`from[${i}]`, 'must be the name of a study'),
  );
}
