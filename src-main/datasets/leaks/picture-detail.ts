/** Under this at every scale no small shift makes them one picture. */
const hopeless = 0.5;

/**
 * Whether two pictures are of one source: the correlation of their details (what a small blur leaves, less what a larger one does) under the
 * best small change of scale and place. Two shirts are alike in outline; their folds are not.
 */
export class Details {
  readonly #height: number;
  readonly #width: number;

  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
  }

  /** The middle frequencies, height × width. */
  of(grey: Float32Array): Float32Array {
    const fine = this.#blurred(grey);
    const coarse = this.#blurred(this.#blurred(this.#blurred(fine)));
    return fine.map((value, i) => value - coarse[i]);
  }

  /** The correlation, -1 … 1, of one's details with another's where that is scaled and moved as fits best. */
  likeness(a: Float32Array, b: Float32Array): number {
    let best = { score: -1, scale: 1, dy: 0, dx: 0 };
    const attempt = (scale: number, dy: number, dx: number): void => {
      const score = this.#correlation(a, b, scale, dy, dx);
      if (score > best.score) best = { score, scale, dy, dx };
    };
    for (const scale of [1, 0.93, 1 / 0.93]) {
      for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) attempt(scale, dy, dx);
    }
    if (best.score < hopeless) return best.score;
    // Uphill in steps that become smaller.
    for (const [shift, growth] of [
      [0.5, 1.035],
      [0.25, 1.0175],
    ]) {
      const from = best;
      attempt(from.scale * growth, from.dy, from.dx);
      attempt(from.scale / growth, from.dy, from.dx);
      const then = best;
      for (const dy of [-shift, 0, shift]) {
        for (const dx of [-shift, 0, shift]) if (dy !== 0 || dx !== 0) attempt(then.scale, then.dy + dy, then.dx + dx);
      }
    }
    return best.score;
  }

  #correlation(a: Float32Array, b: Float32Array, scale: number, dy: number, dx: number): number {
    const height = this.#height;
    const width = this.#width;
    const left = (width - 1) / 2 - ((width - 1) / 2) * scale + dx;
    const top = (height - 1) / 2 - ((height - 1) / 2) * scale + dy;
    let n = 0;
    let sa = 0;
    let sb = 0;
    let saa = 0;
    let sbb = 0;
    let sab = 0;
    for (let y = 1; y < height - 1; y++) {
      const fromY = top + y * scale;
      // Bilinear between four neighbours, all of them inside.
      const y0 = Math.floor(fromY);
      if (y0 < 0 || y0 + 1 >= height) continue;
      const fy = fromY - y0;
      for (let x = 1; x < width - 1; x++) {
        const fromX = left + x * scale;
        const x0 = Math.floor(fromX);
        if (x0 < 0 || x0 + 1 >= width) continue;
        const fx = fromX - x0;
        const at = y0 * width + x0;
        const above = b[at] + (b[at + 1] - b[at]) * fx;
        const below = b[at + width] + (b[at + width + 1] - b[at + width]) * fx;
        const q = above + (below - above) * fy;
        const p = a[y * width + x];
        n++;
        sa += p;
        sb += q;
        saa += p * p;
        sbb += q * q;
        sab += p * q;
      }
    }
    const spread = Math.sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n));
    return spread > 1e-6 ? (sab - (sa * sb) / n) / spread : -1;
  }

  /** 1-2-1 in both directions. */
  #blurred(grey: Float32Array): Float32Array {
    const [height, width] = [this.#height, this.#width];
    const across = new Float32Array(grey.length);
    const result = new Float32Array(grey.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const left = grey[y * width + Math.max(0, x - 1)];
        const right = grey[y * width + Math.min(width - 1, x + 1)];
        across[y * width + x] = (left + 2 * grey[y * width + x] + right) / 4;
      }
    }
    for (let y = 0; y < height; y++) {
      const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
      for (let x = 0; x < width; x++)
        result[y * width + x] = (across[above + x] + 2 * across[y * width + x] + across[below + x]) / 4;
    }
    return result;
  }
}
