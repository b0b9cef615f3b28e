import type { LabellingKind } from '../../../src-main/shared/labels.ts';
import { objectActs } from './objects/object-acts.ts';
import { segmentActs } from './segments/segment-acts.ts';
import { spanActs } from './spans/span-acts.ts';
import type { StageAct } from './stage-hand.ts';

/** What the stage of each kind can do besides what all of them can. */
export const stageActs: Readonly<Record<LabellingKind, readonly StageAct[]>> = {
  single: [],
  multiple: [],
  objects: objectActs,
  spans: spanActs,
  segments: segmentActs,
  pair: [],
  rating: [],
};
