import type { RunSummary, TrainedRun } from '../../../src-main/shared/run.ts';
import { studio } from '../../bridge/studio.ts';
import { exports } from '../../state/exports.svelte.ts';
import { jobs } from '../../state/jobs.svelte.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import { runs } from '../../state/runs.svelte.ts';
import { attempt, notify } from '../../ui/toasts.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { place } from './runs-place.svelte.ts';

/** `calibrate`: with the temperature that suits the validation split best. */
export async function exportRun(run: RunSummary, calibrate?: boolean): Promise<void> {
  const job = await attempt(() => exports.start(run.id, calibrate));
  if (job)
    notify(m.export_started({ name: run.name }), { label: m.show_jobs(), run: () => (jobs.trayOpen = true) }, 'info');
}

/** Asks for files and where to, and has the run predict them. */
export async function predictFiles({ id }: RunSummary): Promise<void> {
  const made = await attempt(() => studio.call('runs.predict', { id }));
  if (made) notify(m.run_predicted({ count: made.count, n: format.integer(made.count), path: made.path }));
}

export function trainAgain(run: TrainedRun): void {
  navigation.go({ place: 'train', dataset: run.dataset, version: run.version, from: run.id });
}

export async function archiveRuns(list: readonly RunSummary[]): Promise<void> {
  const ids = list.map((run) => run.id);
  await attempt(async () => {
    await runs.archive(ids, true);
    place.table.clearSelection();
    const here = navigation.of('runs');
    if (here.run && ids.includes(here.run)) navigation.go({ place: 'runs' });
    const words =
      list.length === 1
        ? m.archived_toast({ name: list[0].name })
        : m.archived_runs_toast({ count: list.length, n: format.integer(list.length) });
    notify(words, { label: m.undo(), run: () => void attempt(() => runs.archive(ids, false)) });
  });
}

export async function restoreRuns(list: readonly RunSummary[]): Promise<void> {
  const ids = list.map((run) => run.id);
  await attempt(async () => {
    await runs.archive(ids, false);
    place.table.clearSelection();
    notify(m.runs_restored_toast({ count: ids.length, n: format.integer(ids.length) }), {
      label: m.undo(),
      run: () => void attempt(() => runs.archive(ids, true)),
    });
  });
}
