import { SvelteMap } from 'svelte/reactivity';
import type { SplitName } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { EvaluateResult } from '../../../src-main/shared/work/evaluate.ts';
import type { RunSummary, TrainedRun } from '../../../src-main/shared/run.ts';
import { studio } from '../../bridge/studio.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import { provenances } from './provenance.svelte.ts';

/** So many results are kept: to see one again is no new look. */
const mostKept = 12;

/** What was asked of runs, until the window is closed. */
class Evaluations {
  readonly #results = new SvelteMap<string, EvaluateResult>();

  /** Of the run's best checkpoint as it is now. */
  of(run: RunSummary, split: SplitName, against?: RunSummary): EvaluateResult | null {
    return this.#results.get(keyOf(run, split, against)) ?? null;
  }

  /** A look at the test split is counted. */
  async ask(run: RunSummary, split: SplitName, against?: RunSummary): Promise<EvaluateResult> {
    const key = keyOf(run, split, against);
    const result = await studio.call('runs.evaluate', { id: run.id, split, against: against?.id });
    if (split === 'test') await provenances.want(against ? [run, against] : [run], true);
    this.#results.set(key, result);
    for (const old of [...this.#results.keys()].slice(0, -mostKept)) this.#results.delete(old);
    return result;
  }
}

const keyOf = (run: RunSummary, split: SplitName, against?: RunSummary): string =>
  [run.id, run.bestEpoch, split, against?.id, against?.bestEpoch].join(' ');

export const evaluations = new Evaluations();

/** Opens samples of the run's version in Data. */
export function showSamples(run: TrainedRun, filter: Condition[]): void {
  navigation.go({ place: 'data', dataset: run.dataset, version: run.version, tab: 'samples', filter });
}
