import type { RunId } from '../../src-main/shared/ids.ts';
import type { RunFormat } from '../../src-main/shared/run-exchange.ts';
import type { Input } from '../../src-main/shared/contract.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { format } from '../words/format.ts';
import { m } from '../words/messages.ts';
import { notify } from '../ui/toasts.ts';
import { navigation } from './navigation.svelte.ts';

/** Runs of other programs into the workspace; what is wrong with all of them the job tells. */
export async function importRuns(from: Input<'runs.import'>, through: Studio = studio): Promise<void> {
  // A drop leads to the data; here it is runs that came.
  if ('offer' in from) navigation.visit('runs');
  try {
    const made = await through.call('runs.import', from);
    if (!made) return;
    const counts = {
      added: format.integer(made.added),
      grown: format.integer(made.grown),
      unchanged: format.integer(made.unchanged),
    };
    const [refused] = made.refused;
    const words = refused
      ? m.runs_imported_refused({
          ...counts,
          refused: format.integer(made.refused.length),
          reason: refused.message,
        })
      : m.runs_imported(counts);
    const to = made.runs.length === 1 ? { place: 'runs' as const, run: made.runs[0] } : { place: 'runs' as const };
    notify(
      made.remarks.length > 0 ? `${words} ${made.remarks[0]}` : words,
      navigation.place === 'runs' && made.runs.length !== 1
        ? undefined
        : { label: m.open(), run: () => navigation.go(to) },
      refused ? 'warning' : 'success',
    );
  } catch {
    // It was a job: the tray tells what became of it.
  }
}

export async function exportRuns(ids: RunId[], as: RunFormat): Promise<void> {
  try {
    const made = await studio.call('runs.export', { ids, format: as });
    if (made) notify(m.runs_exported({ count: made.runs, n: format.integer(made.runs), path: made.path }));
  } catch {
    // As above.
  }
}
