import * as v from 'valibot';
import type { Manifest } from '../../../../src-main/shared/dataset.ts';
import type { DatasetId } from '../../../../src-main/shared/ids.ts';
import {
  judgedWishSchema,
  packJudged,
  type Judged,
  type JudgedKind,
  type JudgedWish,
} from '../../../../src-main/shared/judged.ts';
import { preferences } from '../../../state/preferences.svelte.ts';

const slot = (dataset: DatasetId, kind: JudgedKind): string => `label.judged.${dataset}.${kind}`;

/** The columns that were judged here last; undefined where none were. */
export function columnsBefore(dataset: DatasetId, kind: JudgedKind): JudgedWish | undefined {
  try {
    const { success, output } = v.safeParse(
      judgedWishSchema,
      JSON.parse(preferences.layout(slot(dataset, kind), 'null')),
    );
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** Columns that are not there any more are chosen anew. */
export function columnsThere(judged: JudgedWish | undefined, { columns }: Manifest): JudgedWish | undefined {
  const named = [judged?.prompt ?? [], judged?.answers ?? []].flat();
  return named.every((name) => columns.some((column) => column.name === name)) ? judged : undefined;
}

export const keepColumns = (dataset: DatasetId, kind: JudgedKind, judged: Judged): void =>
  preferences.setLayout(slot(dataset, kind), packJudged(judged));
