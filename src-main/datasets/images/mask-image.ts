import sharp from 'sharp';
import { AtelierError } from '../../shared/errors.ts';
import { readLabelMap, type LabelMap } from './label-map.ts';

const mostPixels = 100_000_000;

/**
 * By what the pixels of a mask are told: numbers, or the colours of a legend (a palette's places are numbers too, where the legend has any); `object`:
 * all that is not black is one thing.
 */
export type MaskReading =
  { readonly colours: ReadonlyMap<string, number> | null; readonly numbered: boolean } | 'object';

/**
 * A mask as numbers of classes: the numbers that stand in it where it has one channel, else its colours by the legend. Throws `bad_label_map`,
 * `unknown_mask_value`, naming the file.
 */
export async function readMask(bytes: Uint8Array, name: string, how: MaskReading): Promise<LabelMap> {
  if (how === 'object') {
    const { width, height, data } = await colours(bytes, name);
    const values = new Uint16Array(width * height);
    for (let i = 0; i < values.length; i++) values[i] = data[3 * i] || data[3 * i + 1] || data[3 * i + 2] ? 1 : 0;
    return { width, height, values };
  }
  // PNG's IHDR: bits of a channel, then grey 0, colour 2, palette 3, with transparency 4 more.
  const [depth, channels] = [bytes[24], bytes[25]];
  if (bytes.length < 33 || channels === 0 || (channels === 3 && (how.numbered || !how.colours)))
    return readLabelMap(bytes, name);
  if (!how.colours) {
    throw new AtelierError(
      'bad_label_map',
      `${name} has colours, and no legend says what they stand for. Put a legend.json, labelmap.txt or class_dict.csv beside the masks, or give masks of one channel.`,
    );
  }
  if (depth > 8) {
    throw new AtelierError(
      'bad_label_map',
      `${name} has colours of ${depth} bits, and a legend’s have 8. Save it with 8 bits a channel.`,
    );
  }
  const { width, height, data } = await colours(bytes, name);
  const values = new Uint16Array(width * height);
  const known = new Map([...how.colours].map(([hex, value]) => [parseInt(hex, 16), value]));
  let [last, value]: [number, number | undefined] = [0, known.get(0)];
  for (let i = 0; i < values.length; i++) {
    const colour = (data[3 * i] << 16) | (data[3 * i + 1] << 8) | data[3 * i + 2];
    if (colour !== last) [last, value] = [colour, known.get(colour)];
    if (value === undefined) {
      const hex = colour.toString(16).padStart(6, '0');
      throw new AtelierError(
        'unknown_mask_value',
        `${name} has pixels of the colour #${hex} (the first at ${i % width}, ${Math.floor(i / width)}), which the legend does not name. Add it there, or mend the mask: one that was saved with smoothed edges or as JPEG has colours in between.`,
      );
    }
    values[i] = value;
  }
  return { width, height, values };
}

/** Three bytes a pixel. */
async function colours(bytes: Uint8Array, name: string): Promise<{ width: number; height: number; data: Uint8Array }> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: mostPixels })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return { width: info.width, height: info.height, data };
  } catch {
    // Told below.
  }
  throw new AtelierError('bad_label_map', `${name} cannot be read as a PNG. Save it anew.`);
}
