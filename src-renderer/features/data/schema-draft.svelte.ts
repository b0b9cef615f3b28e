import type { Column, ColumnRole, ColumnType, Manifest } from '../../../src-main/shared/dataset.ts';
import type { Revision } from './data.svelte.ts';

export interface DraftColumn {
  column: Column;
  type: ColumnType;
  role: ColumnRole;
  changed: boolean;
}

export type SchemaProblem = 'no_features' | 'text_target';

/** Column types, roles and the target as they would be in the next version. At most one column is the target. */
export class SchemaDraft {
  #manifest: Manifest;
  #changes = $state.raw<Readonly<Record<string, { type: ColumnType; role: ColumnRole }>>>({});

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  get columns(): DraftColumn[] {
    return this.#manifest.columns.map((column) => {
      const now = this.#changes[column.name] ?? column;
      return {
        column,
        type: now.type,
        role: now.role,
        changed: now.type !== column.type || now.role !== column.role,
      };
    });
  }
  get target(): string | null {
    return this.columns.find((one) => one.role === 'target')?.column.name ?? null;
  }
  get changed(): number {
    return this.columns.filter((one) => one.changed).length;
  }
  /** What the target makes of it. */
  get task(): 'classification' | 'regression' | null {
    const target = this.columns.find((one) => one.role === 'target');
    return !target ? null : target.type === 'number' ? 'regression' : 'classification';
  }
  get problem(): SchemaProblem | null {
    const columns = this.columns;
    if (columns.some((one) => one.role === 'target' && one.type === 'text')) return 'text_target';
    return columns.some((one) => one.role === 'feature') ? null : 'no_features';
  }

  setType(name: string, type: ColumnType): void {
    this.#set(name, { type });
  }

  setRole(name: string, role: ColumnRole): void {
    const before = this.target;
    if (role === 'target' && before !== null && before !== name) this.#set(before, { role: 'feature' });
    // What a text column holds is classes, once it is to be predicted.
    const text = this.columns.some((one) => one.column.name === name && one.type === 'text');
    this.#set(name, role === 'target' && text ? { role, type: 'category' } : { role });
  }

  reset(name?: string): void {
    if (name === undefined) this.#changes = {};
    else this.#changes = Object.fromEntries(Object.entries(this.#changes).filter(([key]) => key !== name));
  }

  /** What to ask for: only what differs. */
  get revision(): Revision {
    const target = this.target;
    return {
      columns: this.columns
        .filter((one) => one.changed)
        .map((one) => ({ name: one.column.name, type: one.type, role: one.role })),
      ...(target !== this.#manifest.target ? { target } : {}),
    };
  }

  #set(name: string, change: Partial<{ type: ColumnType; role: ColumnRole }>): void {
    const column = this.#manifest.columns.find((one) => one.name === name);
    if (!column) return;
    const now = this.#changes[name] ?? { type: column.type, role: column.role };
    this.#changes = { ...this.#changes, [name]: { ...now, ...change } };
  }
}
