import {
  cellsOf,
  type GridColumn,
  type GridSource,
  type GridSummary,
  type Preference,
} from '../../../../src-main/shared/prompt/grid.ts';
import { format } from '../../../words/format.ts';
import { m } from '../../../words/messages.ts';
import { splitWord } from '../../../words/data-terms.ts';

/** "Tale v2 · llama". */
export const columnName = ({ promptName, version, modelName }: GridColumn): string =>
  `${promptName} ${m.version_number({ n: format.integer(version) })} · ${modelName}`;
export const columnFacts = ({ settings }: GridColumn): string =>
  m.grid_column_facts({ temperature: format.full(settings.temperature), seed: format.full(settings.seed) });

/** What tells a column from the others. */
export function columnLabel(column: GridColumn, all: readonly GridColumn[]): string {
  const differs = (of: (one: GridColumn) => unknown) => new Set(all.map((one) => JSON.stringify(of(one)))).size > 1;
  const parts = [
    differs((one) => one.prompt) && column.promptName,
    differs((one) => [one.prompt, one.version]) && m.version_number({ n: format.integer(column.version) }),
    differs((one) => one.model) && column.modelName,
    differs((one) => one.settings.temperature) && `T ${format.full(column.settings.temperature)}`,
    differs((one) => one.settings.seed) && `#${format.full(column.settings.seed)}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(' · ') : columnName(column);
}

export const sourceWords = (source: GridSource): string =>
  source.kind === 'bench'
    ? m.grid_rows_bench()
    : source.kind === 'file'
      ? source.name
      : [source.name, m.version_number({ n: format.integer(source.number) }), source.split && splitWord(source.split)]
          .filter(Boolean)
          .join(' · ');

/** "12 of 20 answered · 4 from before · 1 failed". */
export const gridProgress = (grid: GridSummary): string =>
  [
    m.grid_answered({ done: format.integer(grid.finished), total: format.integer(cellsOf(grid)) }),
    ...(grid.cached > 0 ? [m.grid_from_before({ n: format.integer(grid.cached) })] : []),
    ...(grid.failed > 0 ? [m.grid_failed({ n: format.integer(grid.failed) })] : []),
  ].join(' · ');

const choices: Record<Preference, () => string> = {
  A: m.grid_prefer_a,
  B: m.grid_prefer_b,
  tie: m.grid_prefer_tie,
  'both bad': m.grid_prefer_bad,
};
export const preferenceWord = (choice: Preference): string => choices[choice]();

/** That rows which are asked for stand among the examples that a prompt shows; nothing where none does. */
export const leakedWords = ({ source: { leaked }, rows }: Pick<GridSummary, 'source' | 'rows'>): string | undefined =>
  leaked ? m.rows_leaked({ leaked: format.integer(leaked), rows: format.integer(rows) }) : undefined;
