import type { ChannelOrder, PixelScale } from '../shared/marker.ts';
import type { Placing, Size } from './fit.ts';

/** What is beside a picture: the grey that YOLO models are trained with. */
const beside = 114;

const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];

export interface FeedForm extends Size {
  channelsFirst: boolean;
  /** Whole numbers of 0 to 255 go in, whatever `scale` says. */
  bytes: boolean;
  scale: PixelScale;
  channels: ChannelOrder;
  /** What is beside the picture: grey as it is fed, or zeros (grey where left out). */
  beside?: 'grey' | 'nothing';
}

/** A picture's scaled pixels (RGB, row by row, `placing.width` × `placing.height`) as a model takes them, with grey around. */
export function fed(rgb: Uint8Array, placing: Placing, form: FeedForm): Float32Array | Uint8Array {
  const { width, height, channelsFirst, bytes } = form;
  const area = width * height;
  const out = bytes ? new Uint8Array(3 * area) : new Float32Array(3 * area);
  const tables = [0, 1, 2].map((c) => tableOf(bytes ? 'bytes' : form.scale, c));
  const sources = form.channels === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  const [step, plane] = channelsFirst ? [1, area] : [3, 1];
  for (const [c, source] of sources.entries()) {
    const table = tables[source];
    for (let i = 0; i < area; i++) out[i * step + c * plane] = form.beside === 'nothing' ? 0 : table[beside];
    for (let y = 0; y < placing.height; y++) {
      const row = (y + placing.top) * width + placing.left;
      for (let x = 0; x < placing.width; x++) {
        out[(row + x) * step + c * plane] = table[rgb[(y * placing.width + x) * 3 + source]];
      }
    }
  }
  return out;
}

/** What each of 0 … 255 becomes. */
function tableOf(scale: PixelScale, channel: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => {
    if (scale === 'bytes') return value;
    if (scale === 'signed') return value / 127.5 - 1;
    return scale === 'unit' ? value / 255 : (value / 255 - means[channel]) / deviations[channel];
  });
}
