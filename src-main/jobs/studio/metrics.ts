import type { SeriesQuery } from '../../db/curves.ts';
import { listMetricKeys } from '../../db/run-metrics.ts';
import type { RunId } from '../../shared/ids.ts';
import type { PackedCurves } from '../../shared/packed-curves.ts';
import type { RunImportance } from '../../shared/run-importance.ts';
import type { RunProvenance } from '../../shared/run-provenance.ts';
import type { CurvesFound, MetricColumn, MetricSeries, MetricTable } from '../../shared/run.ts';
import type { Context } from '../context.ts';
import * as reading from '../read-runs.ts';
import { runImportance } from '../run-importance.ts';
import { provenanceOf } from '../run-provenance.ts';

/** What many runs are compared by. What takes long lets other work of this thread go on in between. */
export class StudioMetrics {
  readonly #store: Context['store'];

  constructor({ store }: Pick<Context, 'store'>) {
    this.#store = store;
  }

  /** Every metric that any run has. */
  keys(): string[] {
    return listMetricKeys(this.#store);
  }
  /** One metric of all runs. */
  column(key: string): Promise<MetricColumn> {
    return reading.columnOf(this.#store, key);
  }
  /** All metrics of these runs. */
  table(ids: readonly RunId[]): Promise<MetricTable> {
    return reading.metricTable(this.#store, ids);
  }
  /** Which curves these have. */
  curves(ids: readonly RunId[]): Promise<CurvesFound> {
    return reading.curvesOf(this.#store, ids);
  }
  /** Their curves, run by run. */
  series(ids: readonly RunId[], query?: SeriesQuery): Promise<MetricSeries[]> {
    return reading.seriesOf(this.#store, ids, query);
  }
  /** The same for the window. */
  packedCurves(ids: readonly RunId[], query?: SeriesQuery): Promise<PackedCurves> {
    return reading.packedCurves(this.#store, ids, query);
  }
  /** What made these runs, of which data, and how often their test splits were looked at. */
  provenance(ids: readonly RunId[]): Promise<RunProvenance[]> {
    return provenanceOf(this.#store, this.#store.folder, ids);
  }
  /** What settings have to do with a metric, over these runs. */
  importance(ids: readonly RunId[], metric: string): Promise<RunImportance> {
    return runImportance(this.#store, ids, metric);
  }
}
