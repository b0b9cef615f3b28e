import type { Input, Output } from '../../../src-main/shared/contract.ts';
import type { SplitName } from '../../../src-main/shared/dataset.ts';
import type { PromptId, VersionId } from '../../../src-main/shared/ids.ts';
import { datasets } from '../../state/datasets.svelte.ts';
import { grids } from '../../state/grids.svelte.ts';

type Rows = Input<'grids.create'>['rows'];

const choices = new Map<string, RowChoice>();

/** The choice of a prompt's view: the same one for as long as the window is open. */
export function rowChoice(prompt: PromptId, view: 'test' | 'grid'): RowChoice {
  const key = `${view} ${prompt}`;
  let choice = choices.get(key);
  if (!choice) choices.set(key, (choice = new RowChoice()));
  return choice;
}

/** Which rows are asked for: the bench's values, a table's, or a file's. */
export class RowChoice {
  from = $state<string>('bench');
  split = $state<SplitName | 'all'>('all');
  limit = $state(100);
  file = $state.raw<Output<'grids.chooseRows'>>(null);

  // No derived values: it outlives the view that asked for it first.
  get tables() {
    return datasets.list.filter(({ kind }) => kind === 'table');
  }
  get table() {
    return this.tables.find(({ latestVersion }) => latestVersion === this.from);
  }
  /** About so many; a split's share is not known here. */
  get count(): number {
    if (this.from === 'bench') return 1;
    return this.from === 'file' ? (this.file?.rows ?? 0) : Math.min(this.limit, this.table?.samples ?? 0);
  }

  async choose(value: string): Promise<void> {
    if (value !== 'choose') {
      this.from = value;
      return;
    }
    const file = await grids.chooseRows();
    if (!file) return;
    this.file = file;
    this.from = 'file';
  }

  /** As the main process is asked. */
  wish(prompt: PromptId): Rows {
    if (this.from === 'file' && this.file) return { file: this.file.file };
    if (!this.table) return { bench: prompt };
    const split = this.split === 'all' ? null : this.split;
    return { version: this.from as VersionId, split, limit: this.limit };
  }
}
