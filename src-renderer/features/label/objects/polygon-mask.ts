import type { Size } from './geometry.ts';
import { bitsOf, bitsOfRings, maskOf } from './mask-bits.ts';
import { ringsOfBits } from './mask-rings.ts';
import type { ObjectShape } from './shapes.ts';

/** Outlines made of a mask keep this near to its pixels. */
const outlineAway = 0.75;

/** A polygon as a mask, or a mask as polygons; null for other shapes, and where nothing would be left. */
export function turnedShape(shape: ObjectShape, size: Size): ObjectShape | null {
  const { polygons, mask, flags: _flags, area: _area, ...rest } = shape;
  if (shape.type === 'polygon' && polygons) {
    const made = maskOf(bitsOfRings(polygons, size), size);
    return made.area === 0 ? null : { ...rest, type: 'mask', ...made };
  }
  const bits = shape.type === 'mask' && mask ? bitsOf(mask) : null;
  const rings = bits ? ringsOfBits(bits, outlineAway) : [];
  return rings.length === 0 ? null : { ...rest, type: 'polygon', polygons: rings, box: shape.box };
}
