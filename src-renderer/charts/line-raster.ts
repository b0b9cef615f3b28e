/** A picture that lines are drawn into, opaque; thousands of them take milliseconds, which a canvas's own strokes do not without a graphics card. */
export class LineRaster {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and 255, row by row. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  /** The same bytes, a pixel each. */
  readonly #pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(4 * width * height);
    this.#pixels = new Uint32Array(this.data.buffer);
  }

  fill(colour: Rgb): void {
    this.#pixels.fill(packed(colour));
  }

  /** A line `width` pixels wide, as so many beside each other. */
  stroke(x0: number, y0: number, x1: number, y1: number, colour: Rgb, alpha: number, width: number): void {
    const wide = Math.max(1, Math.round(width));
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    for (let k = 0; k < wide; k++) {
      const off = k - (wide - 1) / 2;
      const [dx, dy] = steep ? [off, 0] : [0, off];
      this.line(x0 + dx, y0 + dy, x1 + dx, y1 + dy, colour, alpha);
    }
  }

  /**
   * A line one pixel wide over what is there, smooth at its edges (Xiaolin Wu, "An Efficient Antialiasing Technique", SIGGRAPH 1991), from one
   * point up to and without the next, so that lines that go on are not twice as strong where they meet. In whole numbers: shares of a
   * colour are 256ths; red and blue, which have room between them, are mixed at once.
   */
  line(x0: number, y0: number, x1: number, y1: number, colour: Rgb, alpha: number): void {
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    // Along the longer way by pixels, across it between two of them. Pixels' middles are at halves.
    const along0 = (steep ? y0 : x0) - 0.5;
    const along1 = (steep ? y1 : x1) - 0.5;
    const across0 = (steep ? x0 : y0) - 0.5;
    const across1 = (steep ? x1 : y1) - 0.5;
    const { width, height } = this;
    const pixels = this.#pixels;
    const most = steep ? height : width;
    const wide = steep ? width : height;
    const alongStride = steep ? width : 1;
    const acrossStride = steep ? 1 : width;
    const [from, to] = [Math.round(along0), Math.round(along1)];
    const slope = along1 === along0 ? 0 : (across1 - across0) / (along1 - along0);
    // The same pixels whichever way it goes: without the one at its end, and without what lies outside.
    const first = Math.max(0, to < from ? to + 1 : from);
    const last = Math.min(most - 1, to < from ? from : to - 1);
    const strength = Math.round(256 * Math.max(0, Math.min(1, alpha)));
    const source = packed(colour);
    const [redBlue, green] = [source & 0xff00ff, (source >>> 8) & 0xff];
    for (let at = first; at <= last; at++) {
      const across = across0 + (at - along0) * slope;
      const near = Math.floor(across);
      if (near < -1 || near >= wide) continue;
      const part = (65536 * (across - near)) | 0;
      let i = at * alongStride + near * acrossStride;
      for (let k = 0; k < 2; k++, i += acrossStride) {
        if (near + k < 0 || near + k >= wide) continue;
        const share = (strength * (k === 0 ? 65536 - part : part) + 32768) >> 16;
        const rest = 256 - share;
        const under = pixels[i];
        const rb = (Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, share) + 0x800080) >>> 8;
        const g = (((under >>> 8) & 0xff) * rest + green * share + 128) >>> 8;
        pixels[i] = 0xff000000 | (g << 8) | (rb & 0xff00ff);
      }
    }
  }
}

/** As one whole number: 255, blue, green, red. Wherever Electron runs bytes are in that order. */
const packed = ([r, g, b]: Rgb): number => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;

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
