import { AtelierError } from '../shared/errors.ts';

/** Who runs a sweep and where it is shown: nothing that a search depends on. */
const aside = ['program', 'command', 'project', 'entity', 'description', 'kind', 'version', 'run', 'controller'];
const known = ['name', 'method', 'metric', 'parameters', 'early_terminate', 'run_cap', ...aside];
const samplers: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', bayes: 'tpe' };

type Written = Record<string, unknown>;

/** A sweep's configuration as Weights & Biases writes it, rather than a study. */
export const isSweep = (written: Written): boolean =>
  written.space === undefined && (written.parameters !== undefined || written.method !== undefined);

/**
 * The study that a sweep's configuration describes (https://docs.wandb.ai/guides/sweeps/sweep-config-keys): `method`, `metric`, `parameters` with
 * `value`, `values`, `min` and `max` or a bounded `distribution`, `early_terminate` and `run_cap`. Throws invalid_study, which names the place,
 * for what a study has no form for.
 */
export function studyOfSweep(sweep: Written): Written {
  for (const field of Object.keys(sweep))
    if (!known.includes(field)) refuse(field, `is no field of a sweep; known are ${known.join(', ')}`);
  const { name, method = 'random', metric, run_cap: trials } = sweep;
  const sampler = samplers[String(method)];
  if (sampler === undefined) refuse('method', `is ${shown(method)}; it must be one of random, grid, bayes`);
  const parameters = objectAt(sweep.parameters, 'parameters');
  const space = Object.fromEntries(
    Object.entries(parameters).map(([key, one]) => [
      key,
      parameterOf(objectAt(one, `parameters.${key}`), `parameters.${key}`),
    ]),
  );
  const pruner = sweep.early_terminate === undefined ? undefined : prunerOf(sweep.early_terminate);
  const study = { name, ...metricOf(metric), sampler, pruner, trials, space };
  return Object.fromEntries(Object.entries(study).filter(([, value]) => value !== undefined));
}

function metricOf(written: unknown): Written {
  if (written === undefined) return {};
  const { name, goal = 'minimize' } = objectAt(written, 'metric');
  if (goal !== 'minimize' && goal !== 'maximize')
    refuse('metric.goal', `is ${shown(goal)}; it must be minimize or maximize`);
  return { metric: name, direction: goal };
}

function parameterOf(written: Written, where: string): Written {
  const { value, values, min, max, q, distribution = usual(written) } = written;
  if (written.parameters !== undefined) refuse(where, 'is a group: give each of its parameters a name of its own');
  const range = (low: unknown, high: unknown) => {
    if (typeof low !== 'number' || typeof high !== 'number') refuse(where, 'needs numbers as min and max');
    return { low: low as number, high: high as number };
  };
  const int = (more: Written = {}) => ({ type: 'int', ...range(min, max), ...more });
  const float = (more: Written = {}) => ({ type: 'float', ...range(min, max), ...more });
  switch (distribution) {
    case 'constant':
      return { type: 'categorical', choices: [value] };
    case 'categorical':
      return { type: 'categorical', choices: values };
    case 'int_uniform':
      return int();
    case 'uniform':
      return float();
    case 'q_uniform':
      return float({ step: q ?? 1 });
    case 'log_uniform_values':
      return float({ log: true });
    case 'log_uniform': {
      // Of this one min and max are natural logarithms of the ends.
      const { low, high } = range(min, max);
      return { type: 'float', low: Math.exp(low), high: Math.exp(high), log: true };
    }
    default:
      return refuse(
        `${where}.distribution`,
        `is ${shown(distribution)}; a study has constant, categorical, int_uniform, uniform, q_uniform, log_uniform and log_uniform_values`,
      );
  }
}

function usual({ value, values, min, max }: Written): string | undefined {
  if (values !== undefined) return 'categorical';
  if (value !== undefined) return 'constant';
  if (min === undefined && max === undefined) return undefined;
  return Number.isInteger(min) && Number.isInteger(max) ? 'int_uniform' : 'uniform';
}

/** What a sweep calls Hyperband stops a run by one ladder of rungs: successive halving. */
function prunerOf(written: unknown): Written {
  const { type, min_iter: least, max_iter: most, s = 1, eta = 3 } = objectAt(written, 'early_terminate');
  if (type !== 'hyperband') refuse('early_terminate.type', `is ${shown(type)}; it must be hyperband`);
  const resource =
    typeof least === 'number' ? least : typeof most === 'number' ? Math.round(most / Number(eta) ** Number(s)) : NaN;
  if (!(resource >= 1)) refuse('early_terminate', 'needs min_iter, or max_iter with s');
  return { type: 'halving', resource, factor: eta };
}

function objectAt(written: unknown, where: string): Written {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) refuse(where, 'must be an object');
  return written as Written;
}

const shown = (value: unknown) => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80));

function refuse(where: string, what: string): never {
  throw new AtelierError('invalid_study', `${where}: ${what}.`);
}
