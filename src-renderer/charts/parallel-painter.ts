export interface PaintedLine {
  path: Path2D;
  /** As a canvas takes it. */
  colour: string;
}

/** Milliseconds of a frame that go into lines: the rest is for whoever drags the brush. */
const budget = 10;
/** So many lines are drawn between looks at the clock. */
const stride = 8;

/**
 * Paints the lines of parallel coordinates, a part of them each frame, so that a brush follows the pointer however many there are. The order is
 * scattered: what there is after a frame already looks like the whole. Lines outside the brushes stand back as one grey picture, which is the
 * picture of all, painted over.
 */
export class ParallelPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #all = document.createElement('canvas');
  readonly #grey = document.createElement('canvas');
  #lines: readonly PaintedLine[] = [];
  #order: Uint32Array = new Uint32Array();
  #within: Uint8Array | null = null;
  #shade = '';
  #pixel = 1;
  #allDone = 0;
  #keptDone = 0;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Another picture: its lines, its size in pixels of the page, and the colour of what stands back. */
  show(lines: readonly PaintedLine[], { width, height }: { width: number; height: number }, shade: string): void {
    this.#pixel = window.devicePixelRatio || 1;
    for (const canvas of [this.#canvas, this.#all, this.#grey]) {
      canvas.width = Math.round(width * this.#pixel);
      canvas.height = Math.round(height * this.#pixel);
    }
    this.#lines = lines;
    this.#order = scattered(lines.length);
    this.#shade = shade;
    this.#allDone = 0;
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
    this.#keptDone = 0;
    delete this.#canvas.dataset.drawn;
    this.#frame ||= requestAnimationFrame(() => this.#work());
  }

  #work(): void {
    this.#frame = 0;
    const pen = this.#canvas.getContext('2d');
    const all = this.#all.getContext('2d');
    if (!pen || !all || this.#canvas.width === 0 || this.#canvas.height === 0) return;
    const until = performance.now() + budget;
    const count = this.#lines.length;
    if (this.#allDone < count) {
      this.#allDone = this.#paint(all, null, this.#allDone, until);
      this.#copy(pen, this.#all);
      if (this.#allDone === count) this.#fade();
    }
    const within = this.#within;
    if (this.#allDone === count) {
      if (this.#keptDone === 0) this.#copy(pen, within ? this.#grey : this.#all);
      this.#keptDone = within ? this.#paint(pen, within, this.#keptDone, until) : count;
    }
    if (this.#keptDone < count) this.#frame = requestAnimationFrame(() => this.#work());
    else this.#canvas.dataset.drawn = String(count);
  }

  /** From a place in the order on, as far as the time lasts; at least some. How far it came. */
  #paint(pen: CanvasRenderingContext2D, within: Uint8Array | null, from: number, until: number): number {
    const shown = within ? within.reduce((sum, one) => sum + one, 0) : this.#lines.length;
    pen.setTransform(this.#pixel, 0, 0, this.#pixel, 0, 0);
    pen.lineWidth = 1;
    pen.globalAlpha = Math.max(0.25, Math.min(0.9, 120 / Math.max(1, shown)));
    let drawn = 0;
    for (let at = from; at < this.#order.length; at++) {
      const i = this.#order[at];
      if (within && !within[i]) continue;
      const { path, colour } = this.#lines[i];
      pen.strokeStyle = colour;
      pen.stroke(path);
      if (++drawn % stride === 0 && performance.now() > until) return at + 1;
    }
    return this.#order.length;
  }

  /** All that has been painted, in one colour. */
  #fade(): void {
    const pen = this.#grey.getContext('2d');
    if (!pen) return;
    pen.globalCompositeOperation = 'copy';
    pen.drawImage(this.#all, 0, 0);
    pen.globalCompositeOperation = 'source-in';
    pen.fillStyle = this.#shade;
    pen.fillRect(0, 0, this.#grey.width, this.#grey.height);
  }

  #copy(pen: CanvasRenderingContext2D, from: HTMLCanvasElement): void {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.globalAlpha = from === this.#grey ? 0.5 : 1;
    pen.globalCompositeOperation = 'copy';
    pen.drawImage(from, 0, 0);
    pen.globalCompositeOperation = 'source-over';
  }
}

/** 0 … count - 1, each once, far from the one before: multiples of a number near the golden section that has no divisor in common with it. */
export function scattered(count: number): Uint32Array {
  let step = Math.max(1, Math.round(count * 0.618034));
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  while (divisor(step, count) > 1) step++;
  return Uint32Array.from({ length: count }, (_, i) => (i * step) % count);
}
