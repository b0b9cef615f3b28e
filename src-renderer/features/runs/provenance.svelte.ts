import { SvelteMap } from 'svelte/reactivity';
import type { TestLooks } from '../../../src-main/shared/evaluation.ts';
import type { RunId } from '../../../src-main/shared/ids.ts';
import type { RunProvenance } from '../../../src-main/shared/run-provenance.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';
import { studio } from '../../bridge/studio.ts';

/** What made the runs that are looked at, and how often their test splits were. */
class Provenances {
  readonly #found = new SvelteMap<RunId, RunProvenance>();
  /** In which state a run was when it was asked for. */
  readonly #asked = new Map<RunId, string>();

  of(run: Pick<RunSummary, 'id'>): RunProvenance | null {
    return this.#found.get(run.id) ?? null;
  }
  looks(run: Pick<RunSummary, 'id'>): TestLooks | null {
    return this.of(run)?.looks ?? null;
  }

  /** Asks for what is not known of these as they are now; `anew`: of all of them. */
  async want(list: readonly RunSummary[], anew = false): Promise<void> {
    const missing = list.filter((run) => anew || this.#asked.get(run.id) !== stateOf(run));
    if (missing.length === 0) return;
    for (const run of missing) this.#asked.set(run.id, stateOf(run));
    try {
      for (const one of await studio.call('runs.provenance', { ids: missing.map(({ id }) => id) }))
        this.#found.set(one.run, one);
    } catch (error) {
      for (const run of missing) this.#asked.delete(run.id);
      throw error;
    }
  }
}

const stateOf = ({ status, bestEpoch, finishedAt }: RunSummary): string => [status, bestEpoch, finishedAt].join();

export const provenances = new Provenances();
