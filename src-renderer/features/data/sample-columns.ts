import type { Column, Manifest } from '../../../src-main/shared/dataset.ts';
import type { TableColumn } from '../../ui/DataTable.svelte';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { columnRoleWord, columnTypeWord, splitWord } from '../../words/data-terms.ts';
import type { Sample } from './sample-pages.svelte.ts';

/** Room for the name and for the values most often seen; Han takes two places. */
function widthFor(column: Column): number {
  const places = (text: string) => [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 1.8 : 1), 0);
  // A text is read here, not only told apart.
  if (column.type === 'text') return Math.min(520, Math.max(160, (column.text?.characters.median ?? 40) * 6.4));
  const longest = Math.max(0, ...(column.top ?? []).slice(0, 6).map((one) => places(one.value)));
  return Math.round(Math.min(220, Math.max(76, places(column.name) * 7 + 30, longest * 7.2 + 24)));
}

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
      width: widthFor(column),
      align: column.type === 'number' ? 'end' : 'start',
      mono: column.type === 'number',
      value: (sample) => sample.cells?.[i] ?? null,
      text: (sample) => sample.cells?.[i] ?? '',
      brief: (sample) => sample.cells?.[i] ?? '–',
    })),
  ];
}
