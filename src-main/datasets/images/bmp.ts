/** Pixels row by row from the top, 8 bits a channel. */
export interface BmpPixels {
  data: Uint8Array;
  width: number;
  height: number;
  /** RGB, and alpha where the file has any. */
  channels: 3 | 4;
}

interface Header {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  compression: number;
  /** Red, green, blue, alpha of pixels of 16 and 32 bits; 0 for none. */
  masks: readonly number[];
  /** Three bytes a colour; empty where pixels are colours themselves. */
  palette: Uint8Array;
  pixels: Uint8Array;
}

const fileHeader = 14;
/** BITMAPCOREHEADER, BITMAPINFOHEADER and those grown from it, OS/2's second. */
const headerSizes = [12, 40, 52, 56, 64, 108, 124];
const compressions = { none: 0, runs8: 1, runs4: 2, masks: 3, alphaMasks: 6 };

/** By the first bytes: a text that begins with "BM" has no such header. */
export const isBmp = (head: Uint8Array): boolean =>
  head[0] === 0x42 &&
  head[1] === 0x4d &&
  head.length >= 18 &&
  headerSizes.includes(head[14] | (head[15] << 8) | (head[16] << 16) | (head[17] << 24));

/** Throws as `decodeBmp` does. */
export function bmpSize(bytes: Uint8Array): { width: number; height: number } {
  const { width, height } = readHeader(bytes);
  return { width, height };
}

/**
 * A Windows bitmap as pixels, as cameras of machine vision write it and sharp does not read it: 1, 4, 8, 16, 24 and 32 bits, with palettes, masks
 * and runs, from the bottom or the top. Our own, for the readers on npm pass over palettes, runs or the place of the pixels. After "Bitmap Storage",
 * "Bitmap Compression" and BITMAPV5HEADER of Microsoft's description. Throws where it has more than `maxPixels` ("pixel limit"), is of a kind that
 * is not read ("unsupported image format"), or ends too early.
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): BmpPixels {
  const header = readHeader(bytes);
  const { width, height, bits } = header;
  if (width * height > maxPixels) throw new Error('The bitmap exceeds the pixel limit.');
  if (bits > 8) return decodeColours(header);
  const { compression } = header;
  const indices = compression === compressions.none ? unpackIndices(header) : expandRuns(header);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, at = 0; i < indices.length; i++) {
    // An index that the palette does not have is black, as browsers show it.
    const colour = indices[i] * 3;
    data[at++] = header.palette[colour];
    data[at++] = header.palette[colour + 1];
    data[at++] = header.palette[colour + 2];
  }
  return { data, width, height, channels: 3 };
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isBmp(bytes)) throw new Error('unsupported image format: no bitmap');
  const size = view.getUint32(14, true);
  const end = fileHeader + size;
  if (bytes.length < end) throw early();
  const core = size === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const lines = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? compressions.none : view.getUint32(30, true);
  if (width <= 0 || lines === 0) throw new Error('The bitmap has no pixels.');
  const masked = compression === compressions.masks || compression === compressions.alphaMasks;
  const kinds: Record<number, readonly number[]> = {
    [compressions.none]: [1, 4, 8, 16, 24, 32],
    [compressions.runs8]: [8],
    [compressions.runs4]: [4],
    [compressions.masks]: [16, 32],
    [compressions.alphaMasks]: [16, 32],
  };
  // OS/2 gives 3 and 4 meanings of its own; runs cannot begin at the top.
  const other = (size === 64 && compression > 2) || (lines < 0 && compression !== compressions.none && !masked);
  if (other || !kinds[compression]?.includes(bits)) {
    throw new Error(`unsupported image format: a bitmap of ${bits} bits, compression ${compression}`);
  }
  // Masks stand in the header where it is long enough, and behind it where it is the usual one.
  const behind = masked && size === 40 ? (compression === compressions.alphaMasks ? 16 : 12) : 0;
  if (bytes.length < end + behind) throw early();
  const hasAlpha = size >= 56 || behind === 16;
  const masks = masked
    ? [54, 58, 62, 66].map((at, i) => (i < 3 || hasAlpha ? view.getUint32(at, true) : 0))
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f, 0]
      : [0xff0000, 0xff00, 0xff, 0];
  const palette = readPalette(bytes, end + behind, core ? 3 : 4, bits, core ? 0 : view.getUint32(46, true));
  const told = view.getUint32(10, true);
  const at = told >= end ? told : end + behind + palette.length;
  return {
    ...{ width, height: Math.abs(lines), topDown: lines < 0, bits, compression, masks },
    ...{ palette: palette.colours, pixels: bytes.subarray(at) },
  };
}

/** `length`: bytes that it takes in the file. */
function readPalette(
  bytes: Uint8Array,
  from: number,
  step: 3 | 4,
  bits: number,
  used: number,
): { colours: Uint8Array; length: number } {
  if (bits > 8) return { colours: new Uint8Array(), length: 0 };
  const count = used > 0 && used <= 1 << bits ? used : 1 << bits;
  if (bytes.length < from + count * step) throw early();
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) colours[i * 3 + c] = bytes[from + i * step + 2 - c];
  }
  return { colours, length: count * step };
}

const early = (): Error => new Error('The bitmap ends too early.');

/** Where the rows begin, counted from the top. Each is filled up to four bytes, the last one not always. */
function rowsOf({ width, height, bits, topDown, pixels }: Header): (y: number) => number {
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixels.length < stride * (height - 1) + Math.ceil((width * bits) / 8)) throw early();
  return (y) => stride * (topDown ? y : height - 1 - y);
}

function unpackIndices(header: Header): Uint8Array {
  const { width, height, bits, pixels } = header;
  const rowAt = rowsOf(header);
  const indices = new Uint8Array(width * height);
  const most = (1 << bits) - 1;
  for (let y = 0, i = 0; y < height; y++) {
    const row = rowAt(y);
    for (let x = 0; x < width; x++, i++) {
      const bit = x * bits;
      indices[i] = (pixels[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & most;
    }
  }
  return indices;
}

function decodeColours(header: Header): BmpPixels {
  const { width, height, bits, masks, pixels } = header;
  const rowAt = rowsOf(header);
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const step = bits >> 3;
  const channels = masks[3] === 0 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  const scales = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, by: mask === 0 ? 0 : 255 / (mask >>> shift) };
  });
  let opacity = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, from = rowAt(y); x < width; x++, from += step) {
      if (bits === 24) {
        data[at++] = pixels[from + 2];
        data[at++] = pixels[from + 1];
        data[at++] = pixels[from];
        continue;
      }
      const pixel = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      for (let c = 0; c < channels; c++) {
        const { mask, shift, by } = scales[c];
        data[at++] = Math.round(((pixel & mask) >>> shift) * by);
      }
      if (channels === 4) opacity |= data[at - 1];
    }
  }
  if (channels === 3 || opacity > 0) return { data, width, height, channels };
  // Nobody means a picture of which nothing is seen: its writer left the fourth byte empty.
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { data, width, height, channels };
}

/** Run lengths of 8 and 4 bits: what is skipped keeps the first colour. */
function expandRuns({ width, height, bits, pixels }: Header): Uint8Array {
  // Two bytes are 255 pixels at most: a header that promises far more than that is no reason to take the memory.
  if (width * height > pixels.length * 256 + (1 << 16)) throw early();
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (index: number): void => {
    if (x < width) indices[(height - 1 - y) * width + x] = index;
    x++;
  };
  const half = (byte: number, i: number): number => (bits === 8 ? byte : i & 1 ? byte & 15 : byte >> 4);
  while (y < height) {
    if (at + 2 > pixels.length) {
      // The mark of the end is left out by some.
      if (y === height - 1 && x >= width) break;
      throw early();
    }
    const [count, value] = [pixels[at++], pixels[at++]];
    if (count > 0) {
      for (let i = 0; i < count; i++) put(half(value, i));
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (at + 2 > pixels.length) throw early();
      x += pixels[at++];
      y += pixels[at++];
    } else {
      const length = bits === 8 ? value : (value + 1) >> 1;
      if (at + length > pixels.length) throw early();
      for (let i = 0; i < value; i++) put(half(pixels[at + (bits === 8 ? i : i >> 1)], i));
      // Filled up to two bytes.
      at += length + (length & 1);
    }
  }
  return indices;
}
