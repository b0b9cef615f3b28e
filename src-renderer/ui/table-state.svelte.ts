import { SvelteSet } from 'svelte/reactivity';

export interface Sort {
  column: string;
  descending: boolean;
}

export interface ColumnDefault {
  id: string;
  width: number;
  hidden?: boolean;
}

interface Kept {
  order?: string[];
  widths?: Record<string, number>;
  shown?: Record<string, boolean>;
  sort?: Sort | null;
}

/** Where what a table remembers is kept between sessions. */
export interface Keeper {
  read(): string;
  write(text: string): void;
}

const narrowest = 48;

/** A table's columns (order, width, shown), its sort, its cursor and its selection. Rows are known by key and place. */
export class TableState {
  #keeper: Keeper | undefined;
  #defaults = $state.raw<readonly ColumnDefault[]>([]);
  #order = $state.raw<readonly string[]>([]);
  #widths = $state.raw<Readonly<Record<string, number>>>({});
  #shown = $state.raw<Readonly<Record<string, boolean>>>({});
  #sort = $state.raw<Sort | null>(null);
  #cursor = $state(-1);
  #anchor = -1;
  #wanted = -1;
  #selection = new SvelteSet<string>();

  constructor(sort: Sort | null = null, keeper?: Keeper) {
    this.#sort = sort;
    this.#keeper = keeper;
    this.#take(parse(keeper?.read()));
  }

  #take(kept: Kept): void {
    this.#order = kept.order ?? [];
    this.#widths = kept.widths ?? {};
    this.#shown = kept.shown ?? {};
    if (kept.sort !== undefined) this.#sort = kept.sort;
  }

  /** Columns and sort as a text, to be shown again with `restore`. */
  get kept(): string {
    const kept: Kept = { order: [...this.#order], widths: this.#widths, shown: this.#shown, sort: this.#sort };
    return JSON.stringify(kept);
  }
  restore(kept: string): void {
    this.#take(parse(kept));
    this.#keep();
  }

  /** The columns there are; those that the person has not moved keep the order given here. */
  define(defaults: readonly ColumnDefault[]): void {
    this.#defaults = defaults;
  }

  #byId = $derived(new Map(this.#defaults.map((column) => [column.id, column])));
  #columns = $derived.by(() => {
    const there = [...this.#byId.keys()];
    const placed = this.#order.filter((id) => this.#byId.has(id));
    if (placed.length === 0) return there;
    const known = new Set(placed);
    // A column that is new since the order was kept goes after its neighbour.
    const after = new Map<string | null, string[]>();
    let neighbour: string | null = null;
    for (const id of there) {
      if (known.has(id)) neighbour = id;
      else if (!after.get(neighbour)?.push(id)) after.set(neighbour, [id]);
    }
    return [...(after.get(null) ?? []), ...placed.flatMap((id) => [id, ...(after.get(id) ?? [])])];
  });

  /** All columns in showing order, hidden ones included. */
  get columns(): string[] {
    return this.#columns;
  }
  get visible(): string[] {
    return this.columns.filter((id) => this.isShown(id));
  }
  isShown(id: string): boolean {
    return this.#shown[id] ?? !this.#byId.get(id)?.hidden;
  }
  width(id: string): number {
    return this.#widths[id] ?? this.#byId.get(id)?.width ?? 120;
  }
  get sort(): Sort | null {
    return this.#sort;
  }
  get cursor(): number {
    return this.#cursor;
  }
  get selection(): ReadonlySet<string> {
    return this.#selection;
  }

  resize(id: string, width: number): void {
    this.#widths = { ...this.#widths, [id]: Math.max(narrowest, Math.round(width)) };
    this.#keep();
  }

  show(id: string, shown: boolean): void {
    if (!shown && this.visible.length === 1) return;
    this.#shown = { ...this.#shown, [id]: shown };
    this.#keep();
  }

  /** Puts `id` where `target` is. */
  move(id: string, target: string): void {
    if (id === target) return;
    const order = this.columns;
    const to = order.indexOf(target);
    order.splice(order.indexOf(id), 1);
    order.splice(to, 0, id);
    this.#order = order;
    this.#keep();
  }

  moveBy(id: string, by: -1 | 1): void {
    const visible = this.visible;
    const target = visible[visible.indexOf(id) + by];
    if (target !== undefined) this.move(id, target);
  }

  resetColumns(): void {
    this.#order = [];
    this.#widths = {};
    this.#shown = {};
    this.#keep();
  }

  /** Up, then down, then as it came. Where `first` is descending, down comes first. */
  sortBy(column: string, first: 'ascending' | 'descending' = 'ascending'): void {
    const start = first === 'descending';
    if (this.#sort?.column !== column) this.#sort = { column, descending: start };
    else if (this.#sort.descending === start) this.#sort = { column, descending: !start };
    else this.#sort = null;
    this.#keep();
  }

  // Selection. `keyAt` gives a row's key by its place, undefined where it is not loaded.

  select(index: number, keyAt: (index: number) => string | undefined): void {
    this.#cursor = this.#anchor = index;
    this.#selection.clear();
    const key = keyAt(index);
    if (key !== undefined) this.#selection.add(key);
    this.#wanted = key === undefined ? index : -1;
  }

  /** A row that was chosen before it was loaded is selected once it is here. */
  settle(keyAt: (index: number) => string | undefined): void {
    const key = this.#wanted < 0 ? undefined : keyAt(this.#wanted);
    if (key === undefined) return;
    this.#wanted = -1;
    this.#selection.add(key);
  }

  toggle(index: number, keyAt: (index: number) => string | undefined): void {
    this.#cursor = this.#anchor = index;
    const key = keyAt(index);
    if (key === undefined) return;
    if (this.#selection.has(key)) this.#selection.delete(key);
    else this.#selection.add(key);
  }

  extend(index: number, keyAt: (index: number) => string | undefined): void {
    if (this.#anchor < 0) this.#anchor = Math.max(0, this.#cursor);
    this.#cursor = index;
    this.#selection.clear();
    for (let i = Math.min(this.#anchor, index); i <= Math.max(this.#anchor, index); i++) {
      const key = keyAt(i);
      if (key !== undefined) this.#selection.add(key);
    }
  }

  moveCursor(index: number): void {
    this.#cursor = index;
  }

  selectKeys(keys: Iterable<string>): void {
    this.#selection.clear();
    for (const key of keys) this.#selection.add(key);
  }

  clearSelection(): void {
    this.#selection.clear();
    this.#anchor = this.#wanted = -1;
  }

  #keep(): void {
    this.#keeper?.write(this.kept);
  }
}

function parse(text: string | undefined): Kept {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Kept) : {};
  } catch {
    return {};
  }
}

export type Cell = number | string | boolean | null | undefined;

/** For sorting: numbers by size, words by the language's order, and what is missing always last. */
export function compareCells(a: Cell, b: Cell, descending: boolean, collator: Intl.Collator): number {
  const missing = (x: Cell) => x === null || x === undefined || x === '' || Number.isNaN(x);
  if (missing(a) || missing(b)) return missing(a) && missing(b) ? 0 : missing(a) ? 1 : -1;
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return descending ? -order : order;
}
