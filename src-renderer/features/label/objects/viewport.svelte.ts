import type { Box } from '../../../../src-main/shared/annotation.ts';
import { overlaps, type Point, type Size } from './geometry.ts';
import { fitted, kept, shownBox, toCanvas, toImage, zoomed, type View } from './view.ts';

/** In pixels of the page: how near the pointer must come to a thing. */
const reachOnPage = 7;
const marginOnPage = 24;

/** What is seen of the image in front: its place on the canvas, whose pixels are the screen's. */
export class Viewport {
  #view = $state.raw<View>({ scale: 1, left: 0, top: 0 });
  #canvas: Size = { width: 1, height: 1 };
  #image: Size = { width: 1, height: 1 };
  /** Pixels of the canvas to one of the page. */
  ratio = 1;
  #fits = true;

  get view(): View {
    return this.#view;
  }
  get canvas(): Size {
    return this.#canvas;
  }
  /** In pixels of the image: how near the pointer must come to a thing. */
  get reach(): number {
    return (reachOnPage * this.ratio) / this.#view.scale;
  }
  /** The part of the image that is seen. */
  get seen(): Box {
    const [x, y, width, height] = shownBox(this.#view, this.#canvas);
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    return [left, top, Math.min(this.#image.width, x + width) - left, Math.min(this.#image.height, y + height) - top];
  }
  toImage(point: Point): Point {
    return toImage(this.#view, point);
  }
  toCanvas(point: Point): Point {
    return toCanvas(this.#view, point);
  }

  /** Another image, all of it. */
  show(image: Size): void {
    this.#image = image;
    this.fit();
  }

  resize(canvas: Size, ratio: number): void {
    const before = this.#canvas;
    this.#canvas = canvas;
    this.ratio = ratio;
    if (this.#fits) this.fit();
    else this.pan((canvas.width - before.width) / 2, (canvas.height - before.height) / 2);
  }

  fit(): void {
    this.#see(fitted(this.#image, this.#canvas, marginOnPage * this.ratio));
    this.#fits = true;
  }
  /** One pixel of the image to one of the screen. */
  actual(): void {
    this.zoom(1 / this.#view.scale);
  }
  /** What lies there on the canvas stays there. */
  zoom(by: number, at: Point = [this.#canvas.width / 2, this.#canvas.height / 2]): void {
    this.#see(zoomed(this.#view, by, at));
  }
  pan(dx: number, dy: number): void {
    this.#see({ ...this.#view, left: this.#view.left + dx, top: this.#view.top + dy });
  }

  /** Brings a box of the image into the middle, where nothing of it is seen. */
  bringBox(box: Box): void {
    if (overlaps(box, this.seen)) return;
    const [x, y, width, height] = box;
    const { scale } = this.#view;
    const [left, top] = [
      this.#canvas.width / 2 - (x + width / 2) * scale,
      this.#canvas.height / 2 - (y + height / 2) * scale,
    ];
    this.#see({ scale, left, top });
  }

  /** Moves the image only so far that a point of it is within the margin. */
  bringPoint(point: Point): void {
    const edge = marginOnPage * this.ratio - 1;
    const [left, top] = this.toCanvas(point);
    const off = (at: number, room: number) => Math.max(0, edge - at) - Math.max(0, at + edge - room);
    const [dx, dy] = [off(left, this.#canvas.width), off(top, this.#canvas.height)];
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  /** Whole pixels of the canvas: what was painted for it is moved, not painted anew. */
  #see(view: View): void {
    this.#fits = false;
    const { scale, left, top } = kept(view, this.#image, this.#canvas);
    this.#view = { scale, left: Math.round(left), top: Math.round(top) };
  }
}
