import type { Size } from './geometry.ts';
import type { ShapeIndex } from './shape-index.ts';
import type { ObjectShape } from './shapes.ts';

/** A shape that can be worked on. */
export interface Item {
  key: number;
  class: number;
  shape: ObjectShape;
  hidden: boolean;
  locked: boolean;
}

/** What is worked on: the image, the shapes that are in it, and where they lie. */
export interface Scene {
  readonly size: Size;
  readonly index: ShapeIndex;
  item(key: number): Item | undefined;
  /** As they are drawn, the last on top. */
  readonly items: Iterable<Item>;
  /** The class of new shapes; null where there is none yet. */
  readonly pen: number | null;
  /** How many keypoints a class has; null where any number will do. */
  points(of: number): number | null;
}
