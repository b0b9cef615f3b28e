import type { GraphBuilder, Value } from '../onnx/builder.ts';

/** What a net's numbers mean as brightness: 0 and 1, or −1 and 1, are black and white. */
export interface PictureRange {
  readonly from: number;
  readonly to: number;
}

/** float [batch, channels, height, width] → uint8 [batch, height, width, channels], as pictures go in: what lies outside is cut off. */
export function toPixels(g: GraphBuilder, picture: Value, { from, to }: PictureRange): Value {
  const scale = 255 / (to - from);
  const levels = g.add(g.scale(picture, scale), g.scalar(-from * scale, picture));
  const clipped = g.op('Clip', [levels, g.scalar(0, levels), g.scalar(255, levels)]);
  return g.transpose(g.cast(g.op('Round', [clipped]), 'uint8'), [0, 2, 3, 1]);
}
