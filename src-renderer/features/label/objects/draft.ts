import type { Box } from '../../../../src-main/shared/annotation.ts';
import type { ClickDraft } from './clicks.ts';
import type { Point } from './geometry.ts';
import type { ObjectShape } from './shapes.ts';
import type { MaskDraft } from './strokes.ts';

/** What is under way and not yet said; `key` null: a new shape. */
export type Draft =
  | { kind: 'new'; shape: ObjectShape }
  | { kind: 'open'; ring: number[]; to: Point | null }
  | { kind: 'points'; keypoints: number[]; to: Point | null }
  | { kind: 'changed'; shapes: ReadonlyMap<number, ObjectShape> }
  | { kind: 'around'; box: Box }
  | MaskDraft
  | ClickDraft;
