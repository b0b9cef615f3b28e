import type { Box } from '../../../../src-main/shared/annotation.ts';
import { grown, type Size } from './geometry.ts';
import type { Pen } from './paint.ts';
import { shownBox, type View } from './view.ts';

/** What is laid on a canvas: the picture below, and shapes over it. */
export interface Source {
  readonly size: Size;
  /** The picture where it lies under a view. */
  picture(pen: Pen, view: View): void;
  /** Keys of the shapes that may touch a box, the lowest first. */
  within(box: Box): number[];
  shape(pen: Pen, key: number, view: View): void;
}

/** A part of the image with its shapes, painted a little at a time: the window goes on meanwhile. */
export class Layer {
  readonly view: View;
  readonly canvas: OffscreenCanvas;
  readonly #pen: OffscreenCanvasRenderingContext2D;
  #waiting: number[];
  #at = 0;
  /** Painted through, until something changes. */
  done = false;

  constructor(view: View, size: Size, source: Source) {
    this.view = view;
    this.canvas = new OffscreenCanvas(size.width, size.height);
    // Painted by the processor at once, not gathered up: only so does a slice of the work take its share of time.
    this.#pen = this.canvas.getContext('2d', { alpha: true, willReadFrequently: true })!;
    source.picture(this.#pen, view);
    this.#waiting = source.within(shownBox(view, size));
  }

  /** Whether it is painted through. */
  step(source: Source, until: number): boolean {
    const pen = this.#pen;
    while (this.#at < this.#waiting.length) {
      const end = Math.min(this.#waiting.length, this.#at + 48);
      for (; this.#at < end; this.#at++) source.shape(pen, this.#waiting[this.#at], this.view);
      pen.getImageData(0, 0, 1, 1);
      if (performance.now() >= until) break;
    }
    this.done = this.#at >= this.#waiting.length;
    if (this.done) this.#waiting = [];
    return this.done;
  }

  /** Paints a part anew. `reach`: how far a line may stand out from what it is of, in pixels of the canvas. */
  repair(source: Source, box: Box, reach: number): void {
    const { scale, left, top } = this.view;
    const [x, y, width, height] = grown(box, reach / scale);
    const pen = this.#pen;
    pen.save();
    pen.beginPath();
    const [x0, y0] = [Math.floor(left + x * scale), Math.floor(top + y * scale)];
    pen.rect(x0, y0, Math.ceil(left + (x + width) * scale) - x0, Math.ceil(top + (y + height) * scale) - y0);
    pen.clip();
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    source.picture(pen, this.view);
    for (const key of source.within([x, y, width, height])) source.shape(pen, key, this.view);
    pen.restore();
  }

  /** It shows all of the image that a view shows. */
  covers(view: View, canvas: Size, image: Size): boolean {
    const mine = shownBox(this.view, this.canvas);
    const [x, y, width, height] = shownBox(view, canvas);
    return (
      Math.max(0, x) >= mine[0] - 1e-6 &&
      Math.max(0, y) >= mine[1] - 1e-6 &&
      Math.min(image.width, x + width) <= mine[0] + mine[2] + 1e-6 &&
      Math.min(image.height, y + height) <= mine[1] + mine[3] + 1e-6
    );
  }

  draw(pen: Pen, view: View): void {
    const share = view.scale / this.view.scale;
    const [x, y] = [view.left - this.view.left * share, view.top - this.view.top * share];
    if (share === 1) pen.drawImage(this.canvas, Math.round(x), Math.round(y));
    else pen.drawImage(this.canvas, x, y, this.canvas.width * share, this.canvas.height * share);
  }
}

/** Milliseconds of a frame that painting ahead may take. */
const slice = 5;
/** Past the edges of what is seen, as a share of it, so that moving shows what is painted already. */
const margin = 0.3;
/** A zoom has come to rest. */
const rest = 90;
const overviewSide = 1600;
/** Thickest line and largest grip. */
const reach = 12;

/**
 * Draws an image with thousands of shapes: while it is moved and zoomed from layers painted before, exact again a moment after. `far` is all of the image,
 * coarse; `near` what is seen, and a little around, at its zoom; `next` the one that will take its place.
 */
export class Layers {
  readonly #source: Source;
  #far: Layer | null = null;
  #near: Layer | null = null;
  #next: Layer | null = null;
  /** What is near was painted before something changed that is all over it. */
  #stale = false;
  #scale = 0;
  #since = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Everything is painted anew; what was painted stays until then. `empty`: it is of another image. */
  reset(empty = false): void {
    this.#next = null;
    this.#far = null;
    this.#stale = true;
    if (empty) this.#near = null;
  }

  changed(box: Box): void {
    for (const layer of [this.#near, this.#next, this.#far]) layer?.repair(this.#source, box, reach);
  }

  /** Draws what there is; whether more is to be painted. `now`: by the clock of the frames, in milliseconds. */
  draw(pen: Pen, view: View, canvas: Size, now: number): boolean {
    const { size } = this.#source;
    if (view.scale !== this.#scale) [this.#scale, this.#since] = [view.scale, now];
    if (!this.#near) {
      this.#near = this.#begin(view, canvas);
      this.#next = null;
      this.#stale = false;
    }
    const near = this.#near;
    if (!near.covers(view, canvas, size) && this.#far?.done) this.#far.draw(pen, view);
    near.draw(pen, view);
    return this.#paint(view, canvas, now);
  }

  /** What is seen is exact. */
  exact(view: View, canvas: Size): boolean {
    const near = this.#near;
    if (!near?.done || this.#stale || near.view.scale !== view.scale) return false;
    return near.covers(view, canvas, this.#source.size);
  }

  #paint(view: View, canvas: Size, now: number): boolean {
    const source = this.#source;
    const until = performance.now() + slice;
    const near = this.#near;
    if (near && !near.done && !this.#stale && near.view.scale === view.scale) {
      // What is painted now is drawn by the next frame.
      near.step(source, until);
      return true;
    }
    if (!this.exact(view, canvas)) {
      const fits = this.#next?.view.scale === view.scale && this.#next.covers(view, canvas, source.size);
      if (!fits) {
        // While a zoom goes on nothing is begun that would be thrown away.
        if (now - this.#since < rest) return true;
        this.#next = this.#begin(view, canvas);
      }
      if (this.#next!.step(source, until)) [this.#near, this.#next, this.#stale] = [this.#next, null, false];
      return true;
    }
    if (!this.#far) {
      const scale = Math.min(1, overviewSide / Math.max(source.size.width, source.size.height));
      const size = { width: Math.ceil(source.size.width * scale), height: Math.ceil(source.size.height * scale) };
      this.#far = new Layer({ scale, left: 0, top: 0 }, size, source);
    }
    return !this.#far.done && !this.#far.step(source, until);
  }

  /** Around what is seen, and no more of it than there is of the image. */
  #begin(view: View, canvas: Size): Layer {
    const { size } = this.#source;
    const [mx, my] = [Math.ceil(canvas.width * margin), Math.ceil(canvas.height * margin)];
    const x0 = Math.max(-mx, Math.floor(view.left));
    const y0 = Math.max(-my, Math.floor(view.top));
    const x1 = Math.min(canvas.width + mx, Math.ceil(view.left + size.width * view.scale));
    const y1 = Math.min(canvas.height + my, Math.ceil(view.top + size.height * view.scale));
    const its = { scale: view.scale, left: view.left - x0, top: view.top - y0 };
    return new Layer(its, { width: Math.max(1, x1 - x0), height: Math.max(1, y1 - y0) }, this.#source);
  }
}
