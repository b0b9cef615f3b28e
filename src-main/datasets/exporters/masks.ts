import type { ImageObject } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import { fillObject, type Raster } from '../annotations/raster.ts';
import { encodeIndexPng } from '../images/encode-png.ts';
import { objects } from './coco.ts';
import { splitFile, type DataExporter } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { countLost } from './losses.ts';

const mostClasses = 255;

/**
 * Which class each pixel is of: a PNG an image under masks/<split>, whose values are places in its palette (0: nothing), and legend.json, which
 * says the class and colour of each. Small things lie over large ones.
 */
export const masks: DataExporter = {
  of: ['images'],

  async write(set, to, losses) {
    const { classes } = set.header;
    if (classes.length > mostClasses) {
      throw new AtelierError(
        'too_many_classes',
        `A mask tells at most ${mostClasses} classes apart, and there are ${classes.length}. Choose another format.`,
      );
    }
    const nameOf = await imageNames(set);
    const values = new Map(classes.map(({ name }, i) => [name, i + 1]));
    const palette = Array.from({ length: classes.length + 1 }, (_, i) => colourOf(i));
    const legend = ['background', ...classes.map(({ name }) => name)].map((name, value) => ({
      value,
      name,
      colour: `#${Buffer.from(palette[value]).toString('hex')}`,
    }));
    await to.put('legend.json', `${JSON.stringify(legend, null, 2)}\n`);
    for await (const { name, split, marks, original } of set.samples()) {
      const file = nameOf(name, split);
      const { width = 0, height = 0 } = marks;
      const raster: Raster = { width, height, pixels: new Uint8Array(width * height) };
      const found = objects(marks);
      losses.add('whole-image classes', marks.annotations.length - found.length);
      for (const object of found.sort((a, b) => sizeOf(b) - sizeOf(a))) {
        countLost(object, ['polygons', 'masks'], losses);
        if (!object.mask && !object.polygons) losses.add('boxes, filled');
        if (!fillObject(raster, object, values.get(object.class)!)) losses.add('masks that are damaged');
      }
      if (original) await to.put(`images/${splitFile[split]}/${file}`, await original());
      const stem = file.replace(/\.[^./]*$/, '');
      if (width * height === 0) losses.add('images of unknown size');
      else await to.put(`masks/${splitFile[split]}/${stem}.png`, encodeIndexPng(raster.pixels, width, height, palette));
    }
  },
};

const sizeOf = ({ box: [, , w, h] }: ImageObject): number => w * h;

/** Pascal VOC's colours: each value's bits spread over red, green and blue, the lowest first. */
export function colourOf(value: number): [number, number, number] {
  const colour: [number, number, number] = [0, 0, 0];
  for (let bit = 0, rest = value; bit < 8; bit++, rest >>= 3) {
    for (const i of [0, 1, 2]) colour[i] |= ((rest >> i) & 1) << (7 - bit);
  }
  return colour;
}
