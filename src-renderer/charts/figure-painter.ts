import { ringOpacity, type FigureView, type LineLayer } from '../../src-main/shared/chart/figure.ts';
import { resolveColour } from './colours.ts';
import { barHalf, type Marks } from './figure-marks.ts';
import { LineRaster, rgbOf, type Rgb } from './line-raster.ts';
import { scattered } from './parallel-painter.ts';
import { fillBox, makeStamp, stampAt } from './stamp.ts';

/** What is painted: the plot alone, without the room around it. */
export interface PaintedFigure {
  marks: readonly Marks[];
  view: FigureView;
  /** Pixels of the page. */
  width: number;
  height: number;
  /** Shares of y at which a grid line goes across. */
  grid: readonly number[];
  /** Of points, in pixels of the page. */
  radius: number;
  /** How many words y has; bars are as high as one allows. */
  words: number;
}

/** Milliseconds of a frame that go into painting: the rest is for whoever points and drags. */
const budget = 12;
const stride = 64;

/** Paints the marks of a figure, as far as a frame has time and the rest in those after it, so that a pointer is followed however many there are. */
export class FigurePainter {
  readonly #canvas: HTMLCanvasElement;
  #figure: PaintedFigure | null = null;
  #raster = new LineRaster(1, 1);
  #pixel = 1;
  #steps: Generator<void> | null = null;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  show(figure: PaintedFigure): void {
    this.#figure = figure;
    this.#steps = null;
    delete this.#canvas.dataset.drawn;
    this.#frame ||= requestAnimationFrame(() => this.#work());
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #work(): void {
    this.#frame = 0;
    const pen = this.#canvas.getContext('2d');
    if (!pen || !this.#figure) return;
    this.#steps ??= this.#begin(this.#figure);
    const until = performance.now() + budget;
    let done = false;
    while (!done && performance.now() < until) done = this.#steps.next().done ?? false;
    const { data, width, height } = this.#raster;
    pen.putImageData(new ImageData(data, width, height), 0, 0);
    if (done) this.#canvas.dataset.drawn = String(this.#figure.marks.reduce((sum, { x }) => sum + x.length, 0));
    else this.#frame = requestAnimationFrame(() => this.#work());
  }

  #begin(figure: PaintedFigure): Generator<void> {
    this.#pixel = window.devicePixelRatio || 1;
    const [width, height] = [figure.width, figure.height].map((size) => Math.max(1, Math.round(size * this.#pixel)));
    if (this.#raster.width !== width || this.#raster.height !== height) this.#raster = new LineRaster(width, height);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#raster.fill(rgbOf(resolveColour('var(--surface)')));
    return this.#paint(figure);
  }

  *#paint(figure: PaintedFigure): Generator<void> {
    const raster = this.#raster;
    const { view } = figure;
    const [across, up] = [raster.width / (view.x.to - view.x.from), raster.height / (view.y.to - view.y.from)];
    const left = (share: number) => (share - view.x.from) * across;
    const top = (share: number) => raster.height - (share - view.y.from) * up;
    const { marks } = figure;
    const line = rgbOf(resolveColour('var(--grid)'));
    for (const at of figure.grid) fillBox(raster, 0, top(at), raster.width, top(at) + 1, line, 1);
    for (const one of marks) {
      if (one.layer.kind === 'cells') yield* this.#cells(one, left, top);
      else if (one.layer.kind === 'points') yield* this.#points(one, figure.radius, left, top);
      else if (one.layer.kind === 'lines') yield* this.#lines(one, one.layer, left, top);
      else if (one.layer.kind === 'columns') yield* this.#columns(one, left, top);
      else if (one.layer.kind === 'bars') {
        const half = (barHalf / figure.words) * up;
        const colour = rgbOf(resolveColour(one.layer.colour));
        for (let i = 0; i < one.x.length; i++) {
          const [from, to] = [left(one.x[i]), left(one.to[i])];
          // Bars that follow on one another are told apart.
          const end = to - from > 4 * this.#pixel ? to - this.#pixel : to;
          fillBox(raster, from, top(one.y[i]) - half, end, top(one.y[i]) + half, colour, 0.9);
          if (i % stride === 0) yield;
        }
      }
    }
  }

  *#cells({ layer }: Marks, left: (share: number) => number, top: (share: number) => number): Generator<void> {
    if (layer.kind !== 'cells') return;
    const { columns, rows, colours } = layer;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const colour = colours[row * columns + column];
        if (colour === null) continue;
        const [x0, x1] = [left(column / columns), left((column + 1) / columns)];
        fillBox(this.#raster, x0, top((row + 1) / rows), x1, top(row / rows), rgbOf(colour), 0.85);
      }
      yield;
    }
  }

  *#columns(
    { layer, x, y, to, base }: Marks,
    left: (share: number) => number,
    top: (share: number) => number,
  ): Generator<void> {
    if (layer.kind !== 'columns') return;
    const colour = rgbOf(resolveColour(layer.colour));
    for (let i = 0; i < x.length; i++) {
      const [low, high] = [top(base), top(y[i])];
      const apart = left(to[i]) - left(x[i]) > 4 * this.#pixel ? this.#pixel : 0;
      const alpha = layer.opacities?.[i] ?? 0.9;
      if (low !== high && !Number.isNaN(high))
        fillBox(this.#raster, left(x[i]), Math.min(low, high), left(to[i]) - apart, Math.max(low, high), colour, alpha);
      if (i % stride === 0) yield;
    }
  }

  *#points(
    { layer, x, y }: Marks,
    radius: number,
    left: (share: number) => number,
    top: (share: number) => number,
  ): Generator<void> {
    if (layer.kind !== 'points' || layer.shape === 'unseen') return;
    const stamp = makeStamp(layer.shape, radius * this.#pixel, 1.5 * this.#pixel);
    const ofDisc = x.length > 500 ? 0.65 : 0.9;
    const alpha = layer.shape === 'disc' ? ofDisc : layer.shape === 'ring' ? ringOpacity(x.length) : 1;
    const one = rgbOf(resolveColour(layer.colour));
    for (let i = 0; i < x.length; i++) {
      if (!Number.isNaN(x[i]) && !Number.isNaN(y[i]))
        stampAt(this.#raster, stamp, left(x[i]), top(y[i]), layer.colours ? rgbOf(layer.colours[i]) : one, alpha);
      if (i % stride === 0) yield;
    }
  }

  *#lines(
    { x, y, starts }: Marks,
    { colour, step, width = 1.5, opacity = 1, dashed }: LineLayer,
    left: (share: number) => number,
    top: (share: number) => number,
  ): Generator<void> {
    const count = starts.length - 1;
    const rgb = rgbOf(resolveColour(colour));
    // Thousands of lines are a surface: each is fainter.
    const alpha = opacity * Math.min(1, Math.max(0.12, 150 / count));
    let since = 0;
    for (const line of scattered(count)) {
      for (let i = starts[line] + 1; i < starts[line + 1]; i++) {
        if (Number.isNaN(y[i]) || Number.isNaN(y[i - 1])) continue;
        const [x0, y0, x1, y1] = [left(x[i - 1]), top(y[i - 1]), left(x[i]), top(y[i])];
        if (step) {
          this.#stroke(x0, y0, x1, y0, rgb, alpha, width);
          this.#stroke(x1, y0, x1, y1, rgb, alpha, width);
        } else if (dashed) this.#dashes(x0, y0, x1, y1, rgb, alpha, width);
        else this.#stroke(x0, y0, x1, y1, rgb, alpha, width);
        if (++since % stride === 0) yield;
      }
    }
  }

  #dashes(x0: number, y0: number, x1: number, y1: number, rgb: Rgb, alpha: number, width: number): void {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const dash = 3 * this.#pixel;
    for (let at = 0; at < length; at += 2 * dash) {
      const [a, b] = [at / length, Math.min(1, (at + dash) / length)];
      this.#stroke(x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0), rgb, alpha, width);
    }
  }

  #stroke(x0: number, y0: number, x1: number, y1: number, rgb: Rgb, alpha: number, width: number): void {
    const { width: right, height: bottom } = this.#raster;
    if (Math.max(x0, x1) < 0 || Math.min(x0, x1) > right || Math.max(y0, y1) < 0 || Math.min(y0, y1) > bottom) return;
    this.#raster.stroke(x0, y0, x1, y1, rgb, alpha, width * this.#pixel);
  }
}
