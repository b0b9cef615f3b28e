import { LineRaster, type Rgb } from './line-raster.ts';

/** Lines through the same places of x. */
export interface PaintedLines {
  /** Pixels of the page; one an axis. */
  x: readonly number[];
  /** `y[axis][line]`, pixels of the page. */
  y: readonly ArrayLike<number>[];
  colours: readonly Rgb[];
  width: number;
  height: number;
  /** What lies under the lines, and what those are drawn in that stand back. */
  ground: Rgb;
  shade: Rgb;
}

/** Milliseconds of a frame that go into lines: the rest is for whoever drags the brush. */
const budget = 12;
/** So many lines are drawn between looks at the clock. */
const stride = 64;

/** A picture of the lines as far as it has come. */
interface Picture {
  raster: LineRaster;
  /** How many of the order are done. */
  done: number;
}

/**
 * Paints the lines of parallel coordinates, a part of them each frame, so that a brush follows the pointer however many there are. The order is
 * scattered: what there is after a frame already looks like the whole. Lines outside the brushes stand back in one picture that is kept.
 */
export class ParallelPainter {
  readonly #canvas: HTMLCanvasElement;
  #lines: PaintedLines | null = null;
  #order: Uint32Array = new Uint32Array();
  #pixel = 1;
  #within: Uint8Array | null = null;
  #back: Picture | null = null;
  #front: Picture | null = null;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  show(lines: PaintedLines): void {
    this.#lines = lines;
    this.#pixel = window.devicePixelRatio || 1;
    const [width, height] = [lines.width, lines.height].map((size) => Math.max(1, Math.round(size * this.#pixel)));
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#order = scattered(lines.colours.length);
    this.#back = { raster: new LineRaster(width, height), done: 0 };
    this.#back.raster.fill(lines.ground);
    this.#front = { raster: new LineRaster(width, height), done: 0 };
    this.#again();
  }

  /** Which lines are kept; null for all. */
  brush(within: Uint8Array | null): void {
    this.#within = within;
    this.#again();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #again(): void {
    if (this.#front) this.#front.done = 0;
    delete this.#canvas.dataset.drawn;
    this.#frame ||= requestAnimationFrame(() => this.#work());
  }

  #work(): void {
    this.#frame = 0;
    const [lines, back, front] = [this.#lines, this.#back, this.#front];
    const pen = this.#canvas.getContext('2d');
    if (!pen || !lines || !back || !front) return;
    const until = performance.now() + budget;
    const count = lines.colours.length;
    const within = this.#within;
    // First what stands back, which is the same for every brush; until it is done the lines kept are not begun.
    if (within) this.#paint(back, null, until, lines.shade);
    if (!within || back.done === count) {
      if (front.done === 0) {
        if (within) front.raster.data.set(back.raster.data);
        else front.raster.fill(lines.ground);
      }
      this.#paint(front, within, until, null);
    }
    const shown = within && back.done < count ? back : front;
    pen.putImageData(new ImageData(shown.raster.data, shown.raster.width, shown.raster.height), 0, 0);
    if (front.done < count) this.#frame = requestAnimationFrame(() => this.#work());
    else this.#canvas.dataset.drawn = String(count);
  }

  /** As far as the time lasts; at least some. */
  #paint(picture: Picture, within: Uint8Array | null, until: number, colour: Rgb | null): void {
    const { x, y, colours } = this.#lines!;
    const shown = within ? within.reduce((sum, one) => sum + one, 0) : colours.length;
    const alpha = colour
      ? Math.max(0.08, Math.min(0.5, 60 / shown))
      : Math.max(0.25, Math.min(0.9, 120 / Math.max(1, shown)));
    let drawn = 0;
    while (picture.done < this.#order.length) {
      const line = this.#order[picture.done++];
      if (within && !within[line]) continue;
      for (let k = 0; k + 1 < x.length; k++) {
        this.#stroke(picture.raster, x[k], y[k][line], x[k + 1], y[k + 1][line], colour ?? colours[line], alpha);
      }
      if (++drawn % stride === 0 && performance.now() > until) return;
    }
  }

  /** As wide as a pixel of the page: on dense screens so many lines beside each other. */
  #stroke(raster: LineRaster, x0: number, y0: number, x1: number, y1: number, colour: Rgb, alpha: number): void {
    const pixel = this.#pixel;
    raster.stroke(x0 * pixel, y0 * pixel, x1 * pixel, y1 * pixel, colour, alpha, pixel);
  }
}

/** 0 … count - 1, each once, far from the one before: multiples of a number near the golden section that has no divisor in common with it. */
export function scattered(count: number): Uint32Array {
  let step = Math.max(1, Math.round(count * 0.618034));
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  while (divisor(step, count) > 1) step++;
  return Uint32Array.from({ length: count }, (_, i) => (i * step) % count);
}
