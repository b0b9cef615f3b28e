import { basename } from 'node:path';
import { benchRow, rowsOfFile, rowsOfVersion } from '../jobs/prompts/rows.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import type { SplitName } from '../shared/dataset.ts';
import type { PromptId } from '../shared/ids.ts';
import type { GridRow, GridSource } from '../shared/prompt/grid.ts';
import type { Session } from './context.ts';

export interface RowOptions {
  rows?: string;
  data?: string;
  split?: SplitName;
  limit: number;
}

/** Where rows of variables come from: a file, a table, or else the bench's own values. */
export async function sourceOf(
  session: Session,
  studio: Studio,
  { rows: file, data, split, limit }: RowOptions,
  prompt: PromptId,
): Promise<{ rows: GridRow[]; source: GridSource }> {
  if (file !== undefined) {
    const path = session.path(file);
    return { rows: rowsOfFile(path).slice(0, limit), source: { kind: 'file', name: basename(path) } };
  }
  if (data === undefined) return { rows: [benchRow(studio.prompts.get(prompt))], source: { kind: 'bench' } };
  const { dataset, version } = resolveDataset(studio.reading, data);
  const { number } = studio.getVersion(version);
  const { name } = studio.getDataset(dataset).summary;
  return {
    rows: await rowsOfVersion(studio, version, split ?? null, limit),
    source: { kind: 'version', version, name, number, split: split ?? null },
  };
}
