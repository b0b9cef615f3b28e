import { untrack } from 'svelte';
import type { RunId } from '../../src-main/shared/ids.ts';
import type { MetricTable, RunListing, RunSummary } from '../../src-main/shared/run.ts';
import type { RunImportance } from '../../src-main/shared/run-importance.ts';
import { usualMetrics } from '../../src-main/shared/task.ts';
import type { Studio } from '../bridge/studio.ts';

/** How many metrics of all runs are kept at hand. */
const mostColumns = 40;
/** Of how many runs all metrics are. */
const mostWhole = 100;
/** All metrics of so many come in one answer: a longer one would hold its sender. */
const rowsAtOnce = 20;

/** All metrics of one run, as they came with those of others. */
interface Row {
  table: MetricTable;
  /** Places of the table's values, the second not included. */
  from: number;
  to: number;
}

/** What runs have measured besides the usual metrics, which are in their list: some metrics of all runs, and all metrics of some. */
export class RunMetrics {
  readonly #studio: Studio;
  #columns = $state.raw<ReadonlyMap<string, ReadonlyMap<RunId, number>>>(new Map());
  readonly #asked = new Map<string, Promise<void>>();
  #rows = $state.raw<ReadonlyMap<RunId, Row>>(new Map());
  readonly #wholes = new WeakMap<RunSummary, { row: Row; run: RunSummary }>();

  constructor(through: Studio) {
    this.#studio = through;
  }

  /** Every metric that any run has. */
  keys(): Promise<string[]> {
    return this.#studio.call('runs.metricKeys');
  }

  /** Has this metric of all runs at hand, from then on. The usual ones always are. */
  async column(key: string): Promise<void> {
    if (usual.has(key)) return;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#readColumn(key);
      this.#asked.set(key, asked);
      asked.catch(() => this.#asked.delete(key));
    }
    await asked;
  }

  async #readColumn(key: string): Promise<void> {
    const { runs: ids, values } = await this.#studio.call('runs.column', { key });
    const column = new Map(ids.flatMap((id, i) => (values[i] === null ? [] : [[id, values[i]] as const])));
    const next = [...untrack(() => this.#columns)].filter(([other]) => other !== key);
    for (const [gone] of next.slice(0, Math.max(0, next.length + 1 - mostColumns))) this.#asked.delete(gone);
    this.#columns = new Map([...next.slice(-(mostColumns - 1)), [key, column]]);
  }

  /** A metric of all runs, where it was asked for and is here. */
  columnOf(key: string): ReadonlyMap<RunId, number> | undefined {
    return this.#columns.get(key);
  }
  /** A run's metric, as far as it is at hand. */
  of(run: RunSummary, key: string): number | undefined {
    return run.metrics[key] ?? this.#columns.get(key)?.get(run.id);
  }

  /** All metrics of these runs, from then on; of more than `mostWhole` those of the first. */
  async want(ids: readonly RunId[]): Promise<void> {
    const missing = untrack(() => ids.slice(0, mostWhole).filter((id) => !this.#rows.has(id)));
    await this.#readRows(missing);
  }

  async #readRows(ids: readonly RunId[]): Promise<void> {
    if (ids.length === 0) return;
    const tables: MetricTable[] = [];
    for (let i = 0; i < ids.length; i += rowsAtOnce) {
      tables.push(await this.#studio.call('runs.allMetrics', { ids: ids.slice(i, i + rowsAtOnce) }));
    }
    const next = new Map(untrack(() => this.#rows));
    for (const table of tables) {
      table.runs.forEach((id, i) => {
        next.delete(id);
        next.set(id, { table, from: i === 0 ? 0 : table.ends[i - 1], to: table.ends[i] });
      });
    }
    this.#rows = new Map([...next].slice(-mostWhole));
  }

  /** The run with all of its metrics, where they were wanted and are here: the same one as long as neither it nor they change. */
  whole(run: RunSummary): RunSummary {
    const row = this.#rows.get(run.id);
    if (!row) return run;
    const known = this.#wholes.get(run);
    if (known?.row === row) return known.run;
    const metrics: Record<string, number> = {};
    for (let at = row.from; at < row.to; at++) metrics[row.table.names[row.table.places[at]]] = row.table.values[at];
    // What the list says is newer.
    const made = { ...run, metrics: Object.assign(metrics, run.metrics) };
    this.#wholes.set(run, { row, run: made });
    return made;
  }

  /** The metrics that any of these runs has, as far as that is known here. Most runs have the same ones: no run's numbers are put together for it. */
  namesOf(list: readonly RunSummary[]): Set<string> {
    const names = new Set<string>();
    const seen = new Map<MetricTable, Uint8Array>();
    for (const run of list) {
      for (const key in run.metrics) names.add(key);
      const row = this.#rows.get(run.id);
      if (!row) continue;
      let there = seen.get(row.table);
      if (!there) seen.set(row.table, (there = new Uint8Array(row.table.names.length)));
      for (let at = row.from; at < row.to; at++) there[row.table.places[at]] = 1;
    }
    for (const [table, there] of seen) table.names.forEach((name, place) => there[place] === 1 && names.add(name));
    return names;
  }

  /** What settings have to do with a metric, over these runs. */
  importance(ids: readonly RunId[], metric: string): Promise<RunImportance> {
    return this.#studio.call('runs.importance', { runs: [...ids], metric });
  }

  /** The columns that are at hand. */
  get columns(): string[] {
    return [...this.#columns.keys()];
  }

  /** These runs have other numbers now, which came with those of `columns`; of those of which all metrics are here, these are read again. */
  async changed(found: readonly RunListing[]): Promise<void> {
    const [columns, rows] = untrack(() => [this.#columns, this.#rows]);
    if (columns.size > 0) {
      this.#columns = new Map(
        [...columns].map(([key, column]) => {
          const changed = new Map(column);
          for (const { id, metrics } of found) {
            if (Object.hasOwn(metrics, key)) changed.set(id, metrics[key]);
            else changed.delete(id);
          }
          return [key, changed];
        }),
      );
    }
    await this.#readRows(found.flatMap(({ id }) => (rows.has(id) ? [id] : [])));
  }

  /** All that is at hand is read again. */
  async reload(): Promise<void> {
    const [columns, rows] = untrack(() => [[...this.#columns.keys()], [...this.#rows.keys()]]);
    await Promise.all([...columns.map((key) => this.#readColumn(key)), this.#readRows(rows)]);
  }
}

const usual = new Set(usualMetrics);
