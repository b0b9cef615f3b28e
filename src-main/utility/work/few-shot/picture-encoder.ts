import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ImageShape } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { dataOf, Session, valueOf, type SessionPort } from '../../../runtime/session.ts';
import { readModelFile } from '../exported-model.ts';

/** What ImageNet's encoders are fed: pixels of 0 … 1 less these, divided by those. */
const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];
const openSide = 224;
const mostNumbers = 100_000;

/** A model that people brought, which tells of a picture what is in it: any that has one picture going in and one row of numbers coming out. */
export interface PictureEncoder {
  /** Numbers a picture. */
  size: number;
  /** SHA-256 of the file. */
  hash: string;
  /** `pixels`: of `count` images, one after another. */
  describe(pixels: Uint8Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

interface Feed {
  port: SessionPort;
  channelsFirst: boolean;
  height: number;
  width: number;
  channels: 1 | 3;
}

/** Throws `not_an_encoder` where it is no such model, and what reading the file throws. */
export async function openEncoder(path: string, image: ImageShape, threads: number): Promise<PictureEncoder> {
  const { bytes } = readModelFile(path);
  const session = await Session.open(bytes, { device: 'cpu', threads });
  const feed = session.inputs.length === 1 ? feedOf(session.inputs[0]) : null;
  const refused = async (why: string): Promise<AtelierError> => {
    await session.close();
    return new AtelierError(
      'not_an_encoder',
      `${basename(path)} cannot tell pictures apart here: ${why}. Choose a model with one picture going in and one row of numbers a picture coming out.`,
    );
  };
  if (!feed) throw await refused('its input is not one picture of floats with 1 or 3 channels');
  const run = async (pixels: Uint8Array): Promise<Float32Array> => {
    const shape = feed.channelsFirst
      ? [1, feed.channels, feed.height, feed.width]
      : [1, feed.height, feed.width, feed.channels];
    const answers = await session.run({ [feed.port.name]: valueOf('float', shape, fed(pixels, image, feed)) });
    const found = answers[session.outputs[0].name];
    if (found.type !== 'float32') throw await refused('what comes out is not floats');
    return pooled(dataOf(found) as Float32Array, found.dims);
  };
  const first = await run(new Uint8Array(image.height * image.width * image.channels));
  if (first.length < 2 || first.length > mostNumbers) throw await refused(`it gives ${first.length} numbers a picture`);
  const area = image.height * image.width * image.channels;
  return {
    size: first.length,
    hash: createHash('sha256').update(bytes).digest('hex'),
    async describe(pixels, count) {
      const rows = new Float32Array(count * first.length);
      for (let i = 0; i < count; i++) rows.set(await run(pixels.subarray(i * area, (i + 1) * area)), i * first.length);
      return rows;
    },
    close: () => session.close(),
  };
}

function feedOf(port: SessionPort): Feed | null {
  const { type, shape } = port;
  if (type !== 'float' || shape.length !== 4) return null;
  if (typeof shape[0] === 'number' && shape[0] !== 1) return null;
  const channelsFirst = shape[1] === 1 || shape[1] === 3;
  const [channels, height, width] = channelsFirst ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  if (channels !== 1 && channels !== 3) return null;
  const side = (dim: number | string): number => (typeof dim === 'number' && dim > 0 ? Math.min(dim, 4096) : openSide);
  return { port, channelsFirst, height: side(height), width: side(width), channels };
}

/** The picture at the model's size, between its pixels; of one channel three alike, of three their mean. */
function fed(pixels: Uint8Array, image: ImageShape, { channelsFirst, height, width, channels }: Feed): Float32Array {
  const out = new Float32Array(height * width * channels);
  const value = (y: number, x: number, c: number): number => pixels[(y * image.width + x) * image.channels + c];
  for (let y = 0; y < height; y++) {
    const down = clamp(((y + 0.5) * image.height) / height - 0.5, image.height - 1);
    const [y0, y1] = [Math.floor(down), Math.min(image.height - 1, Math.floor(down) + 1)];
    for (let x = 0; x < width; x++) {
      const right = clamp(((x + 0.5) * image.width) / width - 0.5, image.width - 1);
      const [x0, x1] = [Math.floor(right), Math.min(image.width - 1, Math.floor(right) + 1)];
      const at = (c: number): number => {
        const upper = value(y0, x0, c) + (value(y0, x1, c) - value(y0, x0, c)) * (right - x0);
        const lower = value(y1, x0, c) + (value(y1, x1, c) - value(y1, x0, c)) * (right - x0);
        return (upper + (lower - upper) * (down - y0)) / 255;
      };
      for (let c = 0; c < channels; c++) {
        const light = image.channels === channels ? at(c) : image.channels === 1 ? at(0) : (at(0) + at(1) + at(2)) / 3;
        const scaled = channels === 3 ? (light - means[c]) / deviations[c] : light;
        out[channelsFirst ? (c * height + y) * width + x : (y * width + x) * channels + c] = scaled;
      }
    }
  }
  return out;
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** Of maps the mean of each; of a sequence of tokens their mean. */
function pooled(values: Float32Array, dims: readonly number[]): Float32Array {
  if (dims.length === 4) {
    const [, channels, height, width] = dims;
    const area = height * width;
    return Float32Array.from({ length: channels }, (_, c) => mean(values, c * area, 1, area));
  }
  if (dims.length === 3) {
    const [, tokens, size] = dims;
    return Float32Array.from({ length: size }, (_, k) => mean(values, k, size, tokens));
  }
  return values.slice();
}

function mean(values: Float32Array, from: number, step: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[from + i * step];
  return sum / Math.max(1, count);
}
