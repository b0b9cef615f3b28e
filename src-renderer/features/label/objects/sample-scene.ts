import type { Box } from '../../../../src-main/shared/annotation.ts';
import type { ShownMark } from '../marks.svelte.ts';
import type { Item, Scene } from './scene.ts';
import type { Size } from './geometry.ts';
import { ShapeIndex } from './shape-index.ts';
import { boundsOfShape, isObject, type ObjectShape } from './shapes.ts';

/** A mark of an image. */
export interface ObjectMark extends ShownMark {
  shape: ObjectShape;
}

/** The shapes of one image, where they lie, and which of them are hidden or locked. */
export class SampleScene implements Scene {
  readonly size: Size;
  readonly index: ShapeIndex;
  readonly #points: (its: number) => number | null;
  readonly #marks = new Map<number, ObjectMark>();
  #order = new Map<number, number>();
  #list: readonly ObjectMark[] = [];
  pen: number | null = null;
  readonly hidden = new Set<number>();
  readonly locked = new Set<number>();
  allHidden = false;
  /** Shown elsewhere: they are being moved. */
  lifted: ReadonlySet<number> = new Set();

  constructor(size: Size, points: (its: number) => number | null) {
    this.size = size;
    this.index = new ShapeIndex(size);
    this.#points = points;
  }

  get list(): readonly ObjectMark[] {
    return this.#list;
  }
  get items(): Item[] {
    return this.#list.map((mark) => this.#item(mark));
  }
  points(its: number): number | null {
    return this.#points(its);
  }
  mark(key: number): ObjectMark | undefined {
    return this.#marks.get(key);
  }
  item(key: number): Item | undefined {
    const mark = this.#marks.get(key);
    return mark && this.#item(mark);
  }
  shown(key: number): boolean {
    return !this.allHidden && !this.hidden.has(key);
  }

  #item({ key, class: its, shape }: ObjectMark): Item {
    return { key, class: its, shape, hidden: !this.shown(key), locked: this.locked.has(key) };
  }

  /** Takes the marks as they are now; the boxes where something looks different. */
  update(marks: readonly ShownMark[]): Box[] {
    const changed: Box[] = [];
    const objects = marks.filter((mark): mark is ObjectMark => isObject(mark.shape));
    const now = new Set(objects.map(({ key }) => key));
    for (const key of this.#marks.keys()) {
      if (now.has(key)) continue;
      changed.push(this.index.boxOf(key)!);
      this.index.delete(key);
      this.#marks.delete(key);
    }
    for (const mark of objects) {
      const old = this.#marks.get(mark.key);
      if (old === mark) continue;
      this.#marks.set(mark.key, mark);
      const looks = old?.shape !== mark.shape || old.class !== mark.class || old.suggested !== mark.suggested;
      if (!looks) continue;
      if (old) changed.push(this.index.boxOf(mark.key)!);
      const box = boundsOfShape(mark.shape);
      this.index.set(mark.key, box);
      changed.push(box);
    }
    this.#list = objects;
    this.#order = new Map(objects.map(({ key }, i) => [key, i]));
    return changed;
  }

  /** Keys of what is drawn in a box, the lowest first. */
  within(box: Box): number[] {
    return this.index
      .touching(box)
      .filter((key) => this.shown(key) && !this.lifted.has(key))
      .sort((a, b) => this.#order.get(a)! - this.#order.get(b)!);
  }

  /** The key after another one, or before it, in their order; null past the end. */
  beside(key: number | null, by: 1 | -1): number | null {
    const at = key === null ? (by === 1 ? -1 : this.#list.length) : (this.#order.get(key) ?? -1);
    for (let i = at + by; i >= 0 && i < this.#list.length; i += by) {
      if (this.shown(this.#list[i].key)) return this.#list[i].key;
    }
    return null;
  }
}
