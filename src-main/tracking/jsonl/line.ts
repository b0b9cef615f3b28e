import { AtelierError } from '../../shared/errors.ts';
import { numberFromJson, numberToJson } from '../../shared/json-number.ts';
import type { CurveBlock, ExchangedRun } from '../../shared/run-exchange.ts';
import type { RunStatus, SettingValue } from '../../shared/run.ts';
import { limits } from '../run-source.ts';
import { cleanName } from '../settings.ts';

/**
 * Runs as JSON Lines, a schema of its own (version 1, "atelier help runs export" says it to people): a `run` line, then the `curve` lines
 * of that run, then the next run. NaN, Infinity, -Infinity and -0, which JSON has no numbers for, are texts; an epoch that is not known is null.
 */
export interface RunLine {
  type: 'run';
  version: 1;
  id: string;
  name: string;
  status: RunStatus;
  experiment: string;
  dataset: string;
  settings: Record<string, SettingValue>;
  metrics: Record<string, number | string>;
  tags: string[];
  notes: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  parameters: number | null;
  samples_per_second: number | null;
  best_epoch: number | null;
  stopped_early: boolean;
  error: { code: string; message: string } | null;
}

export function runLine(run: ExchangedRun): RunLine {
  return {
    type: 'run',
    version: 1,
    id: run.identity,
    name: run.name,
    status: run.status,
    experiment: run.experiment,
    dataset: run.dataset,
    settings: run.settings,
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([key, value]) => [key, numberToJson(value)])),
    tags: run.tags,
    notes: run.notes,
    created_at: run.createdAt,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    parameters: run.parameterCount,
    samples_per_second: run.samplesPerSecond,
    best_epoch: run.bestEpoch,
    stopped_early: run.stoppedEarly,
    error: run.error,
  };
}

export const curveLine = ({ key, steps, epochs, times, values }: CurveBlock): Record<string, unknown> => ({
  type: 'curve',
  key,
  step: steps,
  // JSON.stringify makes null of NaN: unknown.
  epoch: epochs,
  time: times,
  value: values.map(numberToJson),
});

/** Reads fields as they are asked for, and says which one is not as it should be. */
class Fields {
  readonly #line: Record<string, unknown>;
  readonly #where: string;

  constructor(line: Record<string, unknown>, where: string) {
    this.#line = line;
    this.#where = where;
  }
  get<T>(name: string, means: (value: unknown) => T | undefined, otherwise?: T): T {
    const value = Object.hasOwn(this.#line, name) ? this.#line[name] : undefined;
    const read = value === undefined ? otherwise : means(value);
    if (read !== undefined) return read;
    throw broken(this.#where, value === undefined ? `"${name}" is missing` : `"${name}" is not what it should be`);
  }
}

const broken = (where: string, what: string): AtelierError =>
  new AtelierError(
    'broken_jsonl',
    `${where}: ${what}. "atelier help runs export" tells what such lines hold; mend the line, or leave this run out.`,
  );

const string = (value: unknown) => (typeof value === 'string' ? value : undefined);
const moment = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15 ? value : undefined;
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
const orNull =
  <T>(means: (value: unknown) => T | undefined) =>
  (value: unknown): T | null | undefined =>
    value === null ? null : means(value);
const record = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** A run that goes on where it was written down has no end here. */
const statuses: Readonly<Record<string, RunStatus>> = {
  finished: 'finished',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
  running: 'interrupted',
  queued: 'interrupted',
  paused: 'interrupted',
};

export function readRunLine(line: Record<string, unknown>, where: string): ExchangedRun {
  const fields = new Fields(line, where);
  fields.get('version', (value) => (value === 1 ? 1 : undefined));
  const id = fields.get('id', (value) =>
    typeof value === 'string' && /^[^\s]{1,500}$/.test(value) ? value : undefined,
  );
  return {
    identity: id.includes(':') ? id : `jsonl:${id}`,
    name: cleanName(fields.get('name', string)) || 'run',
    status: fields.get('status', (value) =>
      typeof value === 'string' && Object.hasOwn(statuses, value) ? statuses[value] : undefined,
    ),
    experiment: cleanName(fields.get('experiment', string, '')),
    dataset: cleanName(fields.get('dataset', string, '')),
    settings: fields.get('settings', settings, {}),
    metrics: fields.get('metrics', metrics, {}),
    tags: fields.get('tags', tags, []),
    notes: fields.get('notes', string, '').slice(0, 20_000),
    createdAt: fields.get('created_at', moment),
    startedAt: fields.get('started_at', orNull(moment), null),
    finishedAt: fields.get('finished_at', orNull(moment), null),
    parameterCount: fields.get('parameters', orNull(moment), null),
    samplesPerSecond: fields.get('samples_per_second', orNull(number), null),
    bestEpoch: fields.get('best_epoch', orNull(number), null),
    stoppedEarly: fields.get('stopped_early', (value) => (typeof value === 'boolean' ? value : undefined), false),
    error: fields.get('error', orNull(errorOf), null),
  };
}

function settings(value: unknown): Record<string, SettingValue> | undefined {
  const given = record(value);
  if (!given) return undefined;
  const entries = Object.entries(given);
  const fine = entries.every(
    ([key, each]) =>
      key.length <= limits.keyLength && key !== '__proto__' && ['number', 'string', 'boolean'].includes(typeof each),
  );
  return fine ? (Object.fromEntries(entries) as Record<string, SettingValue>) : undefined;
}

function metrics(value: unknown): Record<string, number> | undefined {
  const given = record(value);
  if (!given) return undefined;
  const read = Object.entries(given).map(([key, each]) => [key, numberFromJson(each)] as const);
  return read.every(([key, each]) => each !== undefined && isKey(key))
    ? (Object.fromEntries(read) as Record<string, number>)
    : undefined;
}

function tags(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > limits.tags || !value.every((tag) => typeof tag === 'string'))
    return undefined;
  return value.map(cleanName).filter((tag) => tag !== '');
}

function errorOf(value: unknown): { code: string; message: string } | undefined {
  const { code, message } = record(value) ?? {};
  return typeof code === 'string' && typeof message === 'string'
    ? { code: code.slice(0, 100), message: message.slice(0, limits.valueLength) }
    : undefined;
}

const isKey = (key: string): boolean => key !== '' && key !== '__proto__' && cleanName(key) === key;

export function readCurveLine(line: Record<string, unknown>, where: string): CurveBlock {
  const fields = new Fields(line, where);
  const list = (means: (value: unknown) => number | undefined) => (value: unknown) => {
    if (!Array.isArray(value)) return undefined;
    const read = value.map(means);
    return read.every((each) => each !== undefined) ? (read as number[]) : undefined;
  };
  const steps = fields.get(
    'step',
    list((step) => (Number.isSafeInteger(step) ? (step as number) : undefined)),
  );
  const block: CurveBlock = {
    key: fields.get('key', (value) => (typeof value === 'string' && isKey(value) ? value : undefined)),
    steps,
    epochs: fields.get(
      'epoch',
      list(numberFromJson),
      steps.map(() => NaN),
    ),
    times: fields.get(
      'time',
      list(number),
      steps.map(() => 0),
    ),
    values: fields.get('value', list(numberFromJson)),
  };
  const lengths = new Set([steps.length, block.epochs.length, block.times.length, block.values.length]);
  if (lengths.size > 1) throw broken(where, 'step, epoch, time and value are not equally long');
  return block;
}
