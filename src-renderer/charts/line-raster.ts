/** A picture that lines are drawn into, opaque; thousands of them take milliseconds, which a canvas's own strokes do not without a graphics card. */
export class LineRaster {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and 255, row by row. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(4 * width * height);
  }

  fill([r, g, b]: Rgb): void {
    const { data } = this;
    for (let i = 0; i < data.length; i += 4) {
      data[i] = r;
      data[i + 1] = g;
      data[i + 2] = b;
      data[i + 3] = 255;
    }
  }

  /**
   * A line one pixel wide over what is there, smooth at its edges (Xiaolin Wu, "An Efficient Antialiasing Technique", SIGGRAPH 1991), from one
   * point up to and without the next, so that lines that go on are not twice as strong where they meet.
   */
  line(x0: number, y0: number, x1: number, y1: number, [r, g, b]: Rgb, alpha: number): void {
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    // Along the longer way by pixels, across it between two of them. Pixels' middles are at halves.
    const [along0, along1] = steep ? [y0 - 0.5, y1 - 0.5] : [x0 - 0.5, x1 - 0.5];
    const [across0, across1] = steep ? [x0 - 0.5, x1 - 0.5] : [y0 - 0.5, y1 - 0.5];
    const [from, to] = [Math.round(along0), Math.round(along1)];
    const slope = along1 === along0 ? 0 : (across1 - across0) / (along1 - along0);
    const direction = to < from ? -1 : 1;
    const { data, width, height } = this;
    const [most, wide] = steep ? [height, width] : [width, height];
    const [alongStride, acrossStride] = steep ? [4 * width, 4] : [4, 4 * width];
    const steps = Math.abs(to - from);
    for (let step = 0; step < steps; step++) {
      const at = from + step * direction;
      if (at < 0 || at >= most) continue;
      const across = across0 + (at - along0) * slope;
      const near = Math.floor(across);
      const part = across - near;
      let i = at * alongStride + near * acrossStride;
      for (let k = 0; k < 2; k++, i += acrossStride) {
        if (near + k < 0 || near + k >= wide) continue;
        const share = alpha * (k === 0 ? 1 - part : part);
        data[i] += (r - data[i]) * share;
        data[i + 1] += (g - data[i + 1]) * share;
        data[i + 2] += (b - data[i + 2]) * share;
      }
    }
  }
}

export type Rgb = readonly [number, number, number];

/** A colour of any form that the page's style knows. */
export function rgbOf(colour: string): Rgb {
  if (/^#[0-9a-f]{6}$/i.test(colour)) {
    const bits = parseInt(colour.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255];
  }
  const known = colours.get(colour);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  colours.set(colour, [r, g, b]);
  return [r, g, b];
}
const colours = new Map<string, Rgb>();
