import sharp from 'sharp';

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
