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
