import type { Column } from '../../../src-main/shared/dataset.ts';
import type { TableColumn } from '../../ui/DataTable.svelte';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { columnRoleWord, columnTypeWord } from '../../words/data-terms.ts';

function numberColumn(
  id: string,
  label: string,
  value: (column: Column) => number | undefined,
  show: (value: number) => string = (x) => (Math.abs(x) >= 1e5 ? format.compact(x) : format.figure(x)),
): TableColumn<Column> {
  return {
    id,
    label,
    width: 70,
    align: 'end',
    mono: true,
    firstSort: 'descending',
    value,
    text: (column) => {
      const found = value(column);
      return found === undefined ? '' : format.full(found);
    },
    brief: (column) => {
      const found = value(column);
      return found === undefined ? '–' : show(found);
    },
  };
}

export function profileColumns(samples: number): TableColumn<Column>[] {
  return [
    { id: 'name', label: m.column(), width: 128, value: (column) => column.name, text: (column) => column.name },
    {
      id: 'spark',
      label: m.distribution(),
      width: 120,
      sortable: false,
      value: () => null,
      text: () => '',
    },
    {
      id: 'type',
      label: m.type(),
      width: 84,
      value: (column) => column.type,
      text: (column) => columnTypeWord(column.type),
    },
    {
      id: 'role',
      label: m.role(),
      width: 76,
      value: (column) => column.role,
      text: (column) => columnRoleWord(column.role),
    },
    numberColumn(
      'missing',
      m.missing(),
      (column) => column.missing,
      (x) => (x === 0 ? '0' : format.percent(x / samples)),
    ),
    numberColumn(
      'distinct',
      m.distinct(),
      (column) => column.distinct,
      (x) => format.integer(x),
    ),
    numberColumn('min', m.minimum_short(), (column) => column.min),
    numberColumn('mean', m.mean(), (column) => column.mean),
    numberColumn('max', m.maximum_short(), (column) => column.max),
    {
      id: 'top',
      label: m.most_frequent(),
      width: 360,
      sortable: false,
      value: (column) => column.top?.[0]?.count ?? null,
      text: (column) =>
        (column.top ?? [])
          .slice(0, 3)
          .map((one) => m.value_share({ value: one.value, share: format.percent(one.count / samples, 0) }))
          .join(', '),
    },
  ];
}
