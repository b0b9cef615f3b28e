import { readFileSync, statSync } from 'node:fs';
import { parse, parseDocument } from 'yaml';
import { isObject } from '../jobs/studies/study-plan.ts';
import { isSweep, studyOfSweep } from '../search/sweep-file.ts';
import { AtelierError } from '../shared/errors.ts';
import type { CommonOptions, Session } from './context.ts';

export interface TuneOptions extends CommonOptions {
  function?: string;
  space?: string;
  data?: string;
  target?: string;
  architecture?: string;
  epochs?: number;
  name?: string;
  trials?: number;
  timeout?: number;
  trialTimeout?: number;
  untilNoBetter?: number;
  workers?: number;
  direction?: string;
  sampler?: string;
  pruner?: string;
  seed?: number;
  new?: boolean;
}

const largestFile = 16 * 2 ** 20;

/** The study file (or a sweep's, of Weights & Biases), or a space alone, with what the options say instead. */
export function readStudy(session: Session, file: string | undefined, options: TuneOptions): Record<string, unknown> {
  if ((file === undefined) === (options.space === undefined)) {
    throw new AtelierError('bad_arguments', 'Give a study file or --space with the parameters, one of the two.');
  }
  const written = readFile(session.path(file ?? options.space!));
  const given = file === undefined ? { space: written } : written;
  if (!isObject(given)) throw new AtelierError('invalid_study', `${file} must hold an object with a "space".`);
  // Of a function there is but what it returns.
  const nameless = options.function !== undefined && isSweep(given) ? { metric: undefined } : {};
  const study = said({ ...(isSweep(given) ? studyOfSweep(given) : given), ...nameless });
  const { direction, sampler, pruner, seed } = options;
  return { ...study, ...said({ direction, sampler, pruner, seed }) };
}

/** Of a study of trainings: what else the options say. */
export function saidOfTraining(options: TuneOptions): Record<string, unknown> {
  const { data, target, architecture, epochs, name } = options;
  return { ...said({ data, target, architecture, epochs, name }), ...saidOfBudget(options) };
}

/** Of a study of a function. Throws bad_arguments for what speaks of a training. */
export function saidOfFunction(options: TuneOptions): Record<string, unknown> {
  const { data, target, architecture, epochs, name } = options;
  const [stranger] = Object.keys(said({ data, target, architecture, epochs }));
  if (stranger !== undefined)
    throw new AtelierError('bad_arguments', `--${stranger} says what a training is to be, and --function tries none.`);
  return { ...said({ name }), ...saidOfBudget(options) };
}

function saidOfBudget({ trials, timeout, trialTimeout, untilNoBetter, workers }: TuneOptions): Record<string, unknown> {
  return said({ trials, timeout, trial_timeout: trialTimeout, until_no_better: untilNoBetter, workers });
}

const said = (given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** Of a key that stands there twice JSON keeps the last, and a parameter would be lost without a word. JSON is YAML, which says where. */
function refuseTwice(json: string): void {
  const { errors } = parseDocument(json, { logLevel: 'silent' });
  const twice = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice) throw twice;
}

/** JSON, or YAML by the file's name. */
function readFile(path: string): unknown {
  let text: string;
  try {
    if (statSync(path).size > largestFile) throw new AtelierError('file_too_large', `${path} is larger than 16 MB.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('no_such_file', `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const isYaml = /\.ya?ml$/i.test(path);
  try {
    // Some editors begin a file with a byte order mark, which JSON does not know.
    const plain = text.replace(/^\uFEFF/, '');
    if (isYaml) return parse(plain) as unknown;
    const written: unknown = JSON.parse(plain);
    refuseTwice(plain);
    return written;
  } catch (error) {
    const what = (error as Error).message.split('\n')[0].replace(/[.:]$/, '');
    throw new AtelierError('invalid_study', `${path} is no ${isYaml ? 'YAML' : 'JSON'}: ${what}.`);
  }
}
