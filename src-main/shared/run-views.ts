/** A way of looking at the runs that somebody has kept. */
export interface RunView {
  name: string;
  filter: string;
  groupBy: string[];
  /** Columns and sort: `TableState.kept`. */
  table: string;
}

/** As they are kept in the preferences; what is no view is passed over. */
export function readViews(text: string): RunView[] {
  try {
    const found: unknown = text === '' ? [] : JSON.parse(text);
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is RunView {
  const view = value as Partial<RunView> | null;
  return (
    typeof view?.name === 'string' &&
    typeof view.filter === 'string' &&
    typeof view.table === 'string' &&
    Array.isArray(view.groupBy) &&
    view.groupBy.every((name) => typeof name === 'string')
  );
}

/** What of a kept view can be asked for by name: `table` as the window's tables keep it (`Kept` of ui/table-state). */
export function viewAsked({ filter, groupBy, table }: RunView): {
  filter: string;
  groupBy: string[];
  /** Fields that were chosen to be shown, and to be hidden. */
  shown: string[];
  hidden: string[];
  /** "-" before it: the greatest first. */
  sort: string | null;
} {
  const kept = parse(table);
  const chosen = Object.entries(kept.shown ?? {}).map(([id, on]) => [fieldOf(id), on] as const);
  return {
    filter,
    groupBy,
    shown: chosen.flatMap(([field, on]) => (on ? [field] : [])),
    hidden: chosen.flatMap(([field, on]) => (on ? [] : [field])),
    sort: kept.sort ? `${kept.sort.descending ? '-' : ''}${fieldOf(kept.sort.column)}` : null,
  };
}

/** The one column that is named otherwise than its field. */
const fieldOf = (column: string): string => (column === 'speed' ? 'samples_per_second' : column);

interface KeptTable {
  shown?: Record<string, boolean>;
  sort?: { column: string; descending: boolean } | null;
}

function parse(text: string): KeptTable {
  try {
    const { shown, sort } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return {
      ...(typeof shown === 'object' && shown !== null ? { shown: shown as Record<string, boolean> } : {}),
      ...(typeof (sort as { column?: unknown } | null)?.column === 'string' ? { sort: sort as KeptTable['sort'] } : {}),
    };
  } catch {
    return {};
  }
}
