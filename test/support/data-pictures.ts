import sharp from 'sharp';
import { crc32 } from 'node:zlib';

export interface Picture {
  width?: number;
  height?: number;
  /** Background, or per-pixel [r, g, b]. */
  colour?: { r: number; g: number; b: number; alpha?: number };
}

const solid = ({ width = 8, height = 8, colour = { r: 200, g: 100, b: 50 } }: Picture) =>
  sharp({ create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour } });

export const png = (picture: Picture = {}): Promise<Buffer> => solid(picture).png().toBuffer();
export const jpeg = (picture: Picture = {}): Promise<Buffer> => solid(picture).jpeg({ quality: 95 }).toBuffer();
export const grey = (value: number, width = 8, height = 8): Promise<Buffer> =>
  solid({ width, height, colour: { r: value, g: value, b: value } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

/** Red on its left half, blue on its right, with an EXIF orientation. */
export async function turned(orientation: number): Promise<Buffer> {
  const pixels = Buffer.alloc(16 * 8 * 3);
  for (let i = 0; i < 16 * 8; i++) pixels[i * 3 + (i % 16 < 8 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width: 16, height: 8, channels: 3 } })
    .withMetadata({ orientation })
    .png()
    .toBuffer();
}

/** A small PNG whose header claims to be a square of `side`. */
export async function claiming(side: number): Promise<Buffer> {
  const bytes = Buffer.from(await png());
  // 8 bytes of signature, then the length and name of IHDR; its checksum covers name and content.
  bytes.writeUInt32BE(side, 16);
  bytes.writeUInt32BE(side, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}
