import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { AtelierError } from '../../shared/errors.ts';

/** An image whose pixels are numbers of classes, row by row. */
export interface LabelMap {
  height: number;
  width: number;
  values: Uint16Array;
}

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const mostPixels = 100_000_000;
const unpack = promisify(inflate);

/**
 * Reads a PNG of one channel, grey or with a palette, by the numbers that stand in it: whoever decodes it for the eye would give a palette's
 * colours instead. PNG, third edition (W3C 2025), sections 7 and 9. Throws `bad_label_map`, naming the file.
 */
export async function readLabelMap(bytes: Uint8Array, name: string): Promise<LabelMap> {
  const bad = (why: string): AtelierError =>
    new AtelierError(
      'bad_label_map',
      `${name} ${why}. A label map is a PNG of one channel, 8 or 16 bits or with a palette, whose pixels are class numbers.`,
    );
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!data.subarray(0, 8).equals(signature) || data.toString('latin1', 12, 16) !== 'IHDR' || data.length < 33) {
    throw bad('is no PNG');
  }
  const [width, height, depth, colour, interlace] = [
    ...[data.readUInt32BE(16), data.readUInt32BE(20)],
    ...[data[24], data[25], data[28]],
  ];
  if (colour !== 0 && colour !== 3) throw bad('has colours');
  if (interlace !== 0) throw bad('is interlaced');
  if (![1, 2, 4, 8, 16].includes(depth)) throw bad('is damaged');
  if (width < 1 || height < 1 || width * height > mostPixels) throw bad(`has ${width}×${height} pixels`);
  const pieces: Buffer[] = [];
  for (let at = 8; at + 12 <= data.length;) {
    const length = data.readUInt32BE(at);
    const kind = data.toString('latin1', at + 4, at + 8);
    if (kind === 'IDAT') pieces.push(data.subarray(at + 8, at + 8 + length));
    if (kind === 'IEND') break;
    at += 12 + length;
  }
  const stride = Math.ceil((width * depth) / 8);
  const whole = height * (stride + 1);
  const lines = await unpack(Buffer.concat(pieces), { maxOutputLength: whole }).catch(() => Buffer.alloc(0));
  if (lines.length !== whole) throw bad('is damaged');
  const per = Math.max(1, depth / 8);
  const values = new Uint16Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const line = lines.subarray(from + 1, from + 1 + stride);
    if (!unfilter(lines[from], line, above, per)) throw bad('is damaged');
    readLine(line, depth, values.subarray(y * width, (y + 1) * width));
    above = line;
  }
  return { height, width, values };
}

/** In place; false where there is no such filter. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, per: number): boolean {
  if (filter > 4) return false;
  if (filter === 0) return true;
  for (let i = 0; i < line.length; i++) {
    const left = i >= per ? line[i - per] : 0;
    const corner = i >= per ? above[i - per] : 0;
    const up = above[i];
    if (filter === 1) line[i] += left;
    else if (filter === 2) line[i] += up;
    else if (filter === 3) line[i] += (left + up) >> 1;
    else if (filter === 4) line[i] += paeth(left, up, corner);
  }
  return true;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - up);
  const c = Math.abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function readLine(line: Uint8Array, depth: number, values: Uint16Array): void {
  for (let x = 0; x < values.length; x++) {
    if (depth === 16) values[x] = (line[x * 2] << 8) | line[x * 2 + 1];
    else {
      const bit = x * depth;
      values[x] = (line[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
}

/** Where each value but 0 stands, as COCO's runs of pixels down the columns: from, and up to but without, in turn. */
export function areasOfLabels({ height, width, values }: LabelMap): Map<number, number[]> {
  const areas = new Map<number, number[]>();
  let [last, from] = [0, 0];
  const end = (at: number): void => {
    if (last === 0) return;
    const area = areas.get(last);
    if (area) area.push(from, at);
    else areas.set(last, [from, at]);
  };
  for (let at = 0, x = 0; x < width; x++) {
    for (let y = 0; y < height; y++, at++) {
      const value = values[y * width + x];
      if (value === last) continue;
      end(at);
      [last, from] = [value, at];
    }
  }
  end(height * width);
  return areas;
}
