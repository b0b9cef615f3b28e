import type { DatasetId, RunId } from '../../../src-main/shared/ids.ts';
import { fieldId, fieldName, fieldValue, RunFields, type RunField } from '../../../src-main/shared/run-fields.ts';
import { FilterError, meets, metricsOf, parseRunFilter, type RunFilter } from '../../../src-main/shared/run-filter.ts';
import { groupRuns } from '../../../src-main/shared/run-groups.ts';
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
import { asked, KnownSettings, type Line } from './lines.ts';
import { runColumns } from './run-columns.ts';
import { readViews, type RunView } from '../../../src-main/shared/run-views.ts';

/** What a filter offers of a field: of more different values nobody chooses from a list. */
const mostValues = 200;

export type CompareTab =
  'curves' | 'groups' | 'parallel' | 'scatter' | 'importance' | 'settings' | 'metrics' | 'per-sample' | 'outputs';
export type RunTab = 'curves' | 'pictures' | 'predictions' | 'texts' | 'weights' | 'confusion' | 'log';

/** The Runs place: which runs are listed, in what order, which are chosen, and how their curves are drawn. */
export class RunsPlace {
  filter = $state('');
  dataset = $state<DatasetId | null>(null);
  status = $state<RunStatus | null>(null);
  window = $state.raw<Window | null>(null);
  /** Whose curves the window is about. */
  drawnOf = '';
  logY = $state<Record<string, boolean>>({});
  /** Curves of compared runs that share this are drawn as one; '' each by itself. */
  group = $state('');
  /** What was looked at of the last comparison: another one begins there too. */
  compareTab = $state<CompareTab>('curves');
  /** What was looked at of the last run: who comes back to it finds it so. */
  runTab = $state.raw<{ run: RunId | null; tab: RunTab }>({ run: null, tab: 'curves' });
  readonly crosshair = new Crosshair();
  readonly table = new TableState(
    { column: 'created', descending: true },
    {
      read: () => String(preferences.layout('table.runs', '')),
      write: (text) => preferences.setLayout('table.runs', text),
    },
  );
  #metricKeys = $state.raw<readonly string[]>([]);
  #open = $state.raw<ReadonlySet<string>>(new Set());
  #sound: RunFilter | null = null;

  #archive = $state(false);
  #from = $derived(this.archive ? runs.archived : runs.list);
  #asked = $derived(this.#from.map(asked));
  // While runs go on, the list changes several times a second: what follows from their settings alone stays the same object.
  readonly #settings = new KnownSettings();
  #fieldsBefore = new RunFields([], []);
  #fields = $derived.by(() => {
    for (const run of this.#asked) this.#settings.learn(run);
    const metrics = new Set(this.#metricKeys);
    for (const { run } of this.#asked) for (const key in run.metrics) metrics.add(key);
    const { settings, metrics: known } = this.#fieldsBefore;
    if (settings.length === this.#settings.values.size && known.length === metrics.size) return this.#fieldsBefore;
    return (this.#fieldsBefore = new RunFields(this.#settings.values.keys(), metrics));
  });
  #thereBefore: ReadonlySet<string> = new Set();
  #there = $derived.by(() => {
    const there = new Set(this.#asked.flatMap(({ run }) => Object.keys(run.metrics)));
    return there.size === this.#thereBefore.size ? this.#thereBefore : (this.#thereBefore = there);
  });
  #baseline = $derived(this.#asked.find(({ run }) => run.id === preferences.layout('runs.baseline', '')));
  #grouped = $derived(preferences.layout('runs.group', '') !== '');
  #columns = $derived(runColumns(this.#fields, this.#there, this.#baseline, this.#grouped));
  #columnById = $derived(new Map(this.#columns.map((column) => [column.id, column])));
  #parsed = $derived.by((): { filter: RunFilter | null; error: FilterError | null } => {
    try {
      this.#sound = parseRunFilter(this.filter, this.#fields);
      return { filter: this.#sound, error: null };
    } catch (error) {
      // What was understood last stays until the rest is typed.
      if (error instanceof FilterError) return { filter: this.#sound, error };
      throw error;
    }
  });
  #groupBy = $derived(
    preferences
      .layout('runs.group', '')
      .split('\n')
      .flatMap((name) => (name === '' ? [] : (this.#fields.find(name) ?? []))),
  );
  #found = $derived(
    this.#asked.filter(
      (one) =>
        (this.dataset === null || one.run.dataset === this.dataset) &&
        (this.status === null || one.run.status === this.status) &&
        meets(one, this.#parsed.filter),
    ),
  );
  #rows = $derived(this.#sorted(this.#found.map((run): Line => ({ id: run.run.id, run, group: null, inner: false }))));
  #lines = $derived.by((): Line[] => {
    if (this.#groupBy.length === 0) return this.#rows;
    const groups = groupRuns(
      this.#rows.map((line) => line.run!),
      this.#groupBy,
    ).map((group): Line => ({ id: `group ${JSON.stringify(group.values)}`, run: null, group, inner: false }));
    return this.#sorted(groups).flatMap((line) => [
      line,
      ...(this.#open.has(line.id)
        ? line.group!.runs.map((run): Line => ({ id: run.run.id, run, group: null, inner: true }))
        : []),
    ]);
  });
  #selected = $derived.by(() => {
    const chosen = new Set<RunSummary>();
    for (const line of this.#lines) {
      if (!this.table.selection.has(line.id)) continue;
      for (const { run } of line.run ? [line.run] : line.group!.runs) chosen.add(run);
    }
    return [...chosen];
  });

  #sorted(lines: Line[]): Line[] {
    const sort = this.table.sort;
    const by = sort && this.#columnById.get(sort.column);
    if (!by) return lines;
    const collator = new Intl.Collator(locale.current, { numeric: true, sensitivity: 'base' });
    return lines
      .map((line) => ({ line, cell: by.value(line) }))
      .sort((a, b) => compareCells(a.cell, b.cell, sort.descending, collator))
      .map(({ line }) => line);
  }

  /** The metrics that have to be read of all runs for what is shown: shown columns, sort, filter. */
  readonly needed: readonly string[] = $derived.by(() => {
    const ids = [...this.table.visible, ...(this.table.sort ? [this.table.sort.column] : [])];
    const fields = [...ids.flatMap((id) => this.#columnById.get(id)?.field ?? []), ...this.#groupBy];
    const keys = fields.flatMap(({ kind, key }) => (kind === 'metric' ? [key] : []));
    return [...new Set([...keys, ...metricsOf(this.#parsed.filter)])];
  });

  /** Learns which metrics there are at all. */
  async learn(): Promise<void> {
    this.#metricKeys = await runs.metrics.keys();
  }

  /** Whether those that were put away are listed, instead of those in use. */
  get archive(): boolean {
    return this.#archive && runs.archived.length > 0;
  }
  set archive(archive: boolean) {
    this.#archive = archive;
    this.dataset = this.status = null;
    this.table.clearSelection();
  }
  /** All that could be listed, whatever the filter. */
  get from(): readonly RunSummary[] {
    return this.#from;
  }
  get fields(): RunFields {
    return this.#fields;
  }
  get columns() {
    return this.#columns;
  }
  get filterError(): FilterError | null {
    return this.#parsed.error;
  }
  /** Runs and groups of them, as the table shows them. */
  get lines(): Line[] {
    return this.#lines;
  }
  /** The runs found, in order. */
  get rows(): RunSummary[] {
    return this.#rows.map((line) => line.run!.run);
  }
  get selected(): RunSummary[] {
    return this.#selected;
  }

  get groupBy(): readonly RunField[] {
    return this.#groupBy;
  }
  set groupBy(fields: readonly RunField[]) {
    this.#open = new Set();
    this.table.clearSelection();
    preferences.setLayout('runs.group', fields.map(fieldId).join('\n'));
  }
  isOpen(line: Line): boolean {
    return this.#open.has(line.id);
  }
  toggle(line: Line): void {
    const open = new Set(this.#open);
    if (!open.delete(line.id)) open.add(line.id);
    this.#open = open;
  }

  /** The run that the others are held against. */
  get baseline(): RunSummary | undefined {
    return this.#baseline?.run;
  }
  pin(id: RunId | null): void {
    preferences.setLayout('runs.baseline', id ?? '');
  }

  /** What the runs have in a field; nothing where that is too much to choose from. */
  valuesOf(field: RunField): string[] {
    const found = new Set<string>();
    for (const one of this.#asked) {
      const value = fieldValue(one, field);
      for (const each of typeof value === 'object' ? value : value === undefined ? [] : [value])
        found.add(String(each));
      if (found.size > mostValues) return [];
    }
    return [...found].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  }

  get views(): RunView[] {
    return readViews(preferences.layout('runs.views', ''));
  }
  /** Keeps how the runs are looked at now; under a name that there is already, instead of what it stood for. */
  keepView(name: string): void {
    const view: RunView = {
      name,
      filter: this.filter,
      groupBy: this.#groupBy.map(fieldName),
      table: this.table.kept,
    };
    this.#putViews([...this.views.filter((other) => other.name !== name), view]);
  }
  forgetView(name: string): void {
    this.#putViews(this.views.filter((other) => other.name !== name));
  }
  showView(view: RunView): void {
    this.filter = view.filter;
    this.groupBy = view.groupBy.flatMap((name) => this.#fields.find(name) ?? []);
    this.table.restore(view.table);
  }
  #putViews(views: readonly RunView[]): void {
    preferences.setLayout('runs.views', JSON.stringify(views));
  }

  get x(): XKind {
    const kept = preferences.layout('curves.x', 'step');
    return xKinds.find((kind) => kind === kept) ?? 'step';
  }
  set x(kind: XKind) {
    this.window = null;
    preferences.setLayout('curves.x', kind);
  }
  get logX(): boolean {
    return Boolean(preferences.layout('curves.logX', false));
  }
  set logX(log: boolean) {
    this.window = null;
    preferences.setLayout('curves.logX', log);
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
