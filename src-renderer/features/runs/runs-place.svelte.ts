import type { DatasetId } from '../../../src-main/shared/ids.ts';
import type { RunStatus, RunSummary } from '../../../src-main/shared/run.ts';
import { categoryColour } from '../../charts/colours.ts';
import { Crosshair } from '../../charts/crosshair.svelte.ts';
import type { Window } from '../../charts/plot.ts';
import { preferences } from '../../state/preferences.svelte.ts';
import { runs } from '../../state/runs.svelte.ts';
import { TableState, compareCells } from '../../ui/table-state.svelte.ts';
import { locale } from '../../words/locale.svelte.ts';
import { reaches, xKinds } from './curves.ts';
import type { XKind } from './curves.ts';
import { runColumns } from './run-columns.ts';

/** The Runs place: which runs are listed, in what order, which are chosen, and how their curves are drawn. */
export class RunsPlace {
  filter = $state('');
  dataset = $state<DatasetId | null>(null);
  status = $state<RunStatus | null>(null);
  window = $state.raw<Window | null>(null);
  logY = $state<Record<string, boolean>>({});
  /** Curves of compared runs that share this are drawn as one; '' each by itself. */
  group = $state('');
  readonly crosshair = new Crosshair();
  readonly table = new TableState(
    { column: 'created', descending: true },
    {
      read: () => String(preferences.layout('table.runs', '')),
      write: (text) => preferences.setLayout('table.runs', text),
    },
  );

  #columns = $derived(runColumns(runs.list));
  #rows = $derived.by(() => {
    const text = this.filter.trim().toLowerCase();
    const found = runs.list.filter(
      (run) =>
        (this.dataset === null || run.dataset === this.dataset) &&
        (this.status === null || run.status === this.status) &&
        (text === '' ||
          `${run.name} ${run.datasetName} ${run.settings.architecture} ${run.id}`.toLowerCase().includes(text)),
    );
    const sort = this.table.sort;
    const by = sort && this.#columns.find((column) => column.id === sort.column);
    if (!by) return found;
    const collator = new Intl.Collator(locale.current, { numeric: true, sensitivity: 'base' });
    return found.sort((a, b) => compareCells(by.value(a), by.value(b), sort.descending, collator));
  });
  #selected = $derived(this.#rows.filter((run) => this.table.selection.has(run.id)));

  get columns() {
    return this.#columns;
  }
  get rows(): RunSummary[] {
    return this.#rows;
  }
  get selected(): RunSummary[] {
    return this.#selected;
  }

  get x(): XKind {
    const kept = preferences.layout('curves.x', 'step');
    return xKinds.find((kind) => kind === kept) ?? 'step';
  }
  set x(kind: XKind) {
    this.window = null;
    preferences.setLayout('curves.x', kind);
  }
  get reach(): number {
    const kept = preferences.layout('curves.reach', 0);
    return reaches.find((reach) => reach === kept) ?? 0;
  }
  set reach(reach: number) {
    preferences.setLayout('curves.reach', reach);
  }

  colour(run: RunSummary): string {
    return categoryColour(runs.ordinal(run.id), preferences.dark);
  }
}

export const place = new RunsPlace();
