import { promisify } from 'node:util';
import { crc32, deflate, deflateSync } from 'node:zlib';

// By w3.org/TR/png-3, without sharp: beside the libraries of Electron on Linux that one writes pages of complaints into a training's log.

/** Colour types of 8 bits a channel. */
const colourTypes = { 1: 0, 3: 2, 4: 6 } as const;
const byPalette = 3;

/** A PNG of pixels, row-major, channels last: grey (1), RGB (3) or RGBA (4). */
export async function encodePng(
  pixels: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: 1 | 3 | 4 },
): Promise<Uint8Array> {
  const data = await promisify(deflate)(rowsOf(pixels, width * channels, height));
  return png(headOf(width, height, colourTypes[channels]), chunk('IDAT', data));
}

/**
 * A PNG whose pixels are places in a palette, just as they are: encoders that make palettes themselves put them in an order of their own.
 * `palette`: RGB of each value, at most 256.
 */
export function encodeIndexPng(
  pixels: Uint8Array,
  width: number,
  height: number,
  palette: readonly (readonly [number, number, number])[],
): Uint8Array {
  const data = deflateSync(rowsOf(pixels, width, height));
  return png(headOf(width, height, byPalette), chunk('PLTE', Buffer.from(palette.flat())), chunk('IDAT', data));
}

function headOf(width: number, height: number, colourType: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, colourType], 8);
  return chunk('IHDR', head);
}

/** Each begins with its filter: none. */
function rowsOf(pixels: Uint8Array, size: number, height: number): Buffer {
  const rows = Buffer.alloc((size + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * size, (y + 1) * size), y * (size + 1) + 1);
  return rows;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const png = (...chunks: Buffer[]): Uint8Array => Buffer.concat([signature, ...chunks, chunk('IEND', Buffer.alloc(0))]);

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
