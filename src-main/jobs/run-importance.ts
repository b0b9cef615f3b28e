import type { Readable } from '../db/connection.ts';
import { eachListing } from '../db/runs.ts';
import { settingsImportance, type Outcome } from '../search/importance/settings.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { allSettings } from '../shared/run-fields.ts';
import { leastRuns, type RunImportance } from '../shared/run-importance.ts';
import type { RunSummary } from '../shared/run.ts';
import { Breath } from './breath.ts';

/** Settings that decide what is kept of a run and nothing of what becomes of it. */
const idle = new Set(['keepBest', 'keepEvery']);

/**
 * How much each setting of these runs has to do with a metric (see `settingsImportance`). Throws no_such_metric where none of them has it,
 * too_few_runs where fewer than `leastRuns` have it.
 */
export async function runImportance(store: Readable, ids: readonly RunId[], metric: string): Promise<RunImportance> {
  const wanted = new Set(ids);
  const pause = new Breath();
  const outcomes: Outcome[] = [];
  for (const run of eachListing(store, { archived: true, metrics: [metric] })) {
    if (!wanted.has(run.id)) continue;
    await pause.ifDue();
    const value = run.metrics[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    const asked = Object.entries(allSettings(JSON.parse(run.settings) as RunSummary['settings']));
    const settings = Object.fromEntries(asked.filter(([key]) => !idle.has(key)));
    const version: Record<string, number> = run.versionNumber === null ? {} : { version: run.versionNumber };
    outcomes.push({ value, settings: { dataset: run.datasetName, ...version, ...settings } });
  }
  if (outcomes.length === 0)
    throw new AtelierError('no_such_metric', `None of the ${wanted.size} runs has a value of "${metric}".`);
  if (outcomes.length < leastRuns) {
    throw new AtelierError(
      'too_few_runs',
      `${outcomes.length} of the ${wanted.size} runs have a value of "${metric}"; importance needs ${leastRuns}.`,
    );
  }
  const working = settingsImportance(outcomes);
  for (;;) {
    const { done, value } = working.next();
    if (done) return { metric, without: wanted.size - outcomes.length, ...value };
    await pause.ifDue();
  }
}
