import type { Readable } from '../db/connection.ts';
import { listMetricKeys, metricColumn } from '../db/run-metrics.ts';
import { eachListing } from '../db/runs.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import {
  allSettings,
  fieldValue,
  isMoment,
  RunFields,
  type FieldRun,
  type FieldValue,
  type RunField,
} from '../shared/run-fields.ts';
import { meets, metricsOf, parseRunFilter } from '../shared/run-filter.ts';
import type { RunListing, TrainSettings } from '../shared/run.ts';
import { duration, metric, when } from './format.ts';
import { iso } from './json.ts';

/** Runs as tables ask for them: those that a filter means, in order, with the columns that are wanted and no others. */

export interface Row extends FieldRun {
  run: RunListing;
}

export interface Asked {
  archived?: boolean;
  filter?: string;
  columns: readonly string[];
  groupBy: readonly string[];
  /** A field; "-" before it: greatest first. */
  sort?: string;
}

export interface Rows {
  rows: Row[];
  columns: RunField[];
  groupBy: RunField[];
}

export function readRows(store: Readable, asked: Asked): Rows {
  const listed = [...eachListing(store, { archived: asked.archived, metrics: [] })];
  const settings = listed.map((run) => allSettings(JSON.parse(run.settings) as TrainSettings));
  const fields = new RunFields(new Set(settings.flatMap((each) => Object.keys(each))), listMetricKeys(store));
  const find = (name: string): RunField => {
    const field = fields.find(name);
    if (field) return field;
    const nearest = fields.nearest(name);
    throw new AtelierError(
      'unknown_field',
      `No run has a field "${name}".${nearest ? ` Did you mean "${nearest}"?` : ' "atelier runs fields" lists them.'}`,
    );
  };
  const columns = asked.columns.map(find);
  const groupBy = asked.groupBy.map(find);
  const descending = asked.sort?.startsWith('-') ?? false;
  const sort = asked.sort && find(descending ? asked.sort.slice(1) : asked.sort);
  const filter = parseRunFilter(asked.filter ?? '', fields);

  const metrics = new Map<string, Map<RunId, number>>();
  const wanted = [...columns, ...groupBy, ...(sort ? [sort] : [])].flatMap(({ kind, key }) =>
    kind === 'metric' ? [key] : [],
  );
  for (const key of new Set([...wanted, ...metricsOf(filter)])) {
    const column = metricColumn(store, key);
    metrics.set(
      key,
      new Map(column.runs.flatMap((run, i) => (column.values[i] === null ? [] : [[run, column.values[i]] as const]))),
    );
  }
  const rows = listed
    .map((run, i): Row => ({ run, settings: settings[i], metric: (key) => metrics.get(key)?.get(run.id) }))
    .filter((row) => meets(row, filter));
  if (sort) rows.sort((a, b) => inOrder(fieldValue(a, sort), fieldValue(b, sort), descending));
  return { rows, columns, groupBy };
}

/** Numbers by size, words by letters, what is missing last. */
export function inOrder(a: FieldValue, b: FieldValue, descending: boolean): number {
  const missing = (value: FieldValue) => value === undefined || Number.isNaN(value);
  if (missing(a) || missing(b)) return missing(a) && missing(b) ? 0 : missing(a) ? 1 : -1;
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true });
  return descending ? -order : order;
}

/** As people read it in a terminal. */
export function shown(field: RunField, value: FieldValue): string {
  if (value === undefined) return '–';
  if (typeof value === 'object') return value.join(', ');
  if (isMoment(field)) return when(value as number);
  if (field.kind === 'metric') return metric(field.key, value as number);
  if (field.key === 'duration') return duration(value as number);
  if (field.key === 'samples_per_second') return (value as number).toFixed(0);
  return String(value);
}

/** As programs read it: moments as ISO 8601, nothing rounded. */
export function plain(field: RunField, value: FieldValue): unknown {
  return isMoment(field) && typeof value === 'number' ? iso(value) : (value ?? null);
}
