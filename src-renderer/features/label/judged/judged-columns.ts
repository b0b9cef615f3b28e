import * as v from 'valibot';
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

export const keepColumns = (dataset: DatasetId, kind: JudgedKind, judged: Judged): void =>
  preferences.setLayout(slot(dataset, kind), packJudged(judged));
