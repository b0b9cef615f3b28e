import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { TableColumn } from '../../ui/DataTable.svelte';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { columnRoleWord, columnTypeWord, splitWord } from '../../words/terms.ts';
import type { Sample } from './sample-pages.svelte.ts';

/** Ids that no column of a file can have begin with a space: importers trim names. */
export function sampleColumns(manifest: Manifest): TableColumn<Sample>[] {
  const own: TableColumn<Sample>[] = [
    {
      id: ' index',
      label: '#',
      help: m.sample_number(),
      width: 72,
      align: 'end',
      mono: true,
      sortable: false,
      value: (sample) => sample.index,
      text: (sample) => String(sample.index),
      brief: (sample) => format.integer(sample.index),
    },
    {
      id: ' split',
      label: m.split(),
      width: 104,
      sortable: false,
      value: (sample) => sample.split,
      text: (sample) => splitWord(sample.split),
    },
  ];
  return [
    ...own,
    ...manifest.columns.map((column, i): TableColumn<Sample> => ({
      id: column.name,
      label: column.name,
      help: `${column.name} · ${columnTypeWord(column.type)} · ${columnRoleWord(column.role)}`,
      width: Math.min(220, Math.max(88, column.name.length * 8 + 32)),
      align: column.type === 'number' ? 'end' : 'start',
      mono: column.type === 'number',
      value: (sample) => sample.cells?.[i] ?? null,
      text: (sample) => sample.cells?.[i] ?? '',
    })),
  ];
}
