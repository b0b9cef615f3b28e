import { basename } from 'node:path';
import { stretchPixels, type DecodedImage } from '../../../datasets/images/decode.ts';
import { originalPixels } from '../../../datasets/images/original.ts';
import { fed } from '../../../detection/feed.ts';
import { placed, type Placing } from '../../../detection/fit.ts';
import { maskAbove } from '../../../detection/masks.ts';
import { Session, valueOf, type SessionPort, type Value, type Values } from '../../../runtime/session.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { ClickMask, ClickQuestion, MaskClick } from '../../../shared/marker.ts';
import { maskOf } from '../../../shared/mask-bits.ts';
import { readModelFile } from '../exported-model.ts';
import { floatsAs, floatTypes, outputsOf } from './values.ts';

/** Pictures whose embedding is kept: a few megabytes each. */
const kept = 8;
/** The longer side of a picture, where the file leaves it open: what Segment Anything was trained with. */
const usualSide = 1024;

interface Encoded {
  values: Values;
  placing: Placing;
  picture: { width: number; height: number };
}

/**
 * Masks by clicks, of an encoder and a decoder as Segment Anything's are exported (Kirillov et al., 2023), or EfficientSAM's: the encoder sees a picture
 * once, the decoder answers each click. Which of two files is which is told by what goes in.
 */
export class ClickMasker {
  readonly #encoder: Session;
  readonly #decoder: Session;
  readonly #encoded = new Map<string, Promise<Encoded>>();

  private constructor(encoder: Session, decoder: Session) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  /** Errors: `unknown_model`, which names what goes in, and those of reading and opening files. */
  static async open(paths: readonly string[], threads: number): Promise<ClickMasker> {
    const sessions: Session[] = [];
    try {
      for (const path of paths)
        sessions.push(await Session.open(readModelFile(path).bytes, { device: 'cpu', threads }));
      const decoder = sessions.find(({ inputs }) => inputs.some(({ name }) => /point_coords$/.test(name)));
      const encoder = sessions.find((one) => one !== decoder);
      if (sessions.length !== 2 || !decoder || !encoder || !pictureOf(encoder) || !isAnswered(encoder, decoder))
        throw noPair(paths, sessions);
      return new ClickMasker(encoder, decoder);
    } catch (error) {
      for (const session of sessions) await session.close();
      throw error;
    }
  }

  /** The mask that clicks (in the picture's pixels) mean; null where nothing is meant. `key`: what the picture is kept by. */
  async mask(
    key: string,
    clicks: readonly MaskClick[],
    picture: () => Promise<DecodedImage>,
  ): Promise<ClickMask | null> {
    const { values, placing, picture: size } = await this.#encode(key, picture);
    const outputs = outputsOf(
      await this.#decoder.run(promptsOf(this.#decoder.inputs, this.#encoder, values, clicks, placing)),
    );
    const masks =
      outputs.get('masks') ?? outputs.get('output_masks') ?? [...outputs.values()].find(({ dims }) => dims.length >= 4);
    if (!masks) throw new AtelierError('unknown_model', 'No masks came out of the decoder.');
    const scores = [...outputs].find(([name]) => /iou/i.test(name))?.[1].data;
    const [height, width] = masks.dims.slice(-2);
    const count = masks.data.length / (height * width);
    let best = 0;
    for (let i = 1; i < count; i++) if (scores && scores[i] > scores[best]) best = i;
    const bits = maskAbove(masks.data, { width, height }, best * width * height, size);
    const made = maskOf(bits, size);
    const score = scores ? Math.round(Math.min(1, Math.max(0, scores[best])) * 1e4) / 1e4 : null;
    return made.area === 0 ? null : { ...made, score };
  }

  async close(): Promise<void> {
    await this.#encoder.close();
    await this.#decoder.close();
  }

  #encode(key: string, picture: () => Promise<DecodedImage>): Promise<Encoded> {
    const known = this.#encoded.get(key) ?? this.#encodeNow(picture);
    this.#encoded.delete(key);
    this.#encoded.set(key, known);
    known.catch(() => this.#encoded.delete(key));
    for (const oldest of this.#encoded.keys()) if (this.#encoded.size > kept) this.#encoded.delete(oldest);
    return known;
  }

  async #encodeNow(read: () => Promise<DecodedImage>): Promise<Encoded> {
    const picture = await read();
    const { port, channelsFirst, batched, side } = pictureOf(this.#encoder)!;
    const fixed = side ?? { width: usualSide, height: usualSide };
    const placing = placed(picture, fixed, 'corner');
    // One that leaves the size open takes the picture as it is, and fills up by itself.
    const { width, height } = side ?? placing;
    const scaled = await stretchPixels(picture.rgb, picture, placing);
    const bytes = port.type === 'uint8';
    // With an axis of pictures it is EfficientSAM's or was exported without its preparation; else that is within.
    const scale = /^batched/.test(port.name) ? 'unit' : batched && channelsFirst ? 'imagenet' : 'bytes';
    const pixels = fed(scaled, placing, {
      width,
      height,
      channelsFirst,
      bytes,
      scale,
      channels: 'rgb',
      beside: 'nothing',
    });
    const shape = [...(batched ? [1] : []), ...(channelsFirst ? [3, height, width] : [height, width, 3])];
    const value = pixels instanceof Uint8Array ? valueOf('uint8', shape, pixels) : floatsAs(port.type, shape, pixels);
    return { values: await this.#encoder.run({ [port.name]: value }), placing, picture };
  }
}

interface PicturePort {
  port: SessionPort;
  batched: boolean;
  channelsFirst: boolean;
  /** Null where the file leaves it open. */
  side: { width: number; height: number } | null;
}

function pictureOf({ inputs }: Session): PicturePort | null {
  const [port] = inputs;
  if (inputs.length !== 1 || (port.type !== 'uint8' && !floatTypes.includes(port.type))) return null;
  const batched = port.shape.length === 4;
  const own = batched ? port.shape.slice(1) : port.shape;
  const channelsFirst = own[0] === 3;
  if (own.length !== 3 || (!channelsFirst && own[2] !== 3)) return null;
  const [height, width] = channelsFirst ? own.slice(1) : own;
  const sized = typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0;
  return { port, batched, channelsFirst, side: sized ? { width, height } : null };
}

const prompts = /^(batched_)?(point_coords|point_labels)$|^(mask_input|has_mask_input|orig_im_size)$/;

/** All that the decoder takes besides clicks comes out of the encoder: by its name, or the one thing that it is. */
function isAnswered(encoder: Session, decoder: Session): boolean {
  const needs = decoder.inputs.filter(({ name }) => !prompts.test(name));
  const gives = new Map(encoder.outputs.map((one) => [one.name, one]));
  const [need, [give]] = [needs[0], encoder.outputs];
  if (needs.length === 1 && gives.size === 1) return isLike(need, give);
  return needs.length > 0 && needs.every((one) => isLike(one, gives.get(one.name)));
}

const isLike = (need: SessionPort, give: SessionPort | undefined): boolean =>
  give?.shape.length === need.shape.length &&
  need.shape.every((dim, i) => typeof dim !== 'number' || typeof give.shape[i] !== 'number' || dim === give.shape[i]);

/** What goes into the decoder. Clicks are in pixels of what the encoder saw, and so is the mask asked for. */
function promptsOf(
  inputs: readonly SessionPort[],
  encoder: Session,
  encoded: Values,
  clicks: readonly MaskClick[],
  placing: Placing,
): Values {
  const batched = inputs.some(({ name }) => name.startsWith('batched_'));
  const places = clicks.flatMap(([x, y]) => [x * placing.scaleX, y * placing.scaleY]);
  const kinds: number[] = clicks.map(([, , inside]) => (inside ? 1 : 0));
  // Segment Anything wants a point more, of none, where no box is given.
  if (!batched) {
    places.push(0, 0);
    kinds.push(-1);
  }
  const lead = batched ? [1, 1] : [1];
  const made = (port: SessionPort): Value => {
    switch (port.name.replace('batched_', '')) {
      case 'point_coords':
        return numbers(port, [...lead, kinds.length, 2], places);
      case 'point_labels':
        return numbers(port, [...lead, kinds.length], kinds);
      case 'mask_input': {
        const shape = port.shape.map((dim, i) => (typeof dim === 'number' && dim > 0 ? dim : i < 2 ? 1 : 256));
        return numbers(port, shape, Array<number>(shape.reduce((size, dim) => size * dim, 1)).fill(0));
      }
      case 'has_mask_input':
        return numbers(port, [1], [0]);
      case 'orig_im_size':
        return numbers(port, [2], [placing.height, placing.width]);
      default:
        return encoded[port.name] ?? encoded[encoder.outputs[0].name];
    }
  };
  return Object.fromEntries(inputs.map((port) => [port.name, made(port)]));
}

function numbers({ type }: SessionPort, shape: readonly number[], values: readonly number[]): Value {
  if (type === 'int64')
    return valueOf(
      type,
      shape,
      BigInt64Array.from(values, (value) => BigInt(Math.round(value))),
    );
  return type === 'int32'
    ? valueOf(type, shape, Int32Array.from(values))
    : floatsAs(type, shape, Float32Array.from(values));
}

function noPair(paths: readonly string[], sessions: readonly Session[]): AtelierError {
  const words = sessions.map(
    ({ inputs }, i) => `${basename(paths[i])} takes ${inputs.map((one) => one.name).join(', ')}`,
  );
  return new AtelierError(
    'unknown_model',
    `These are no encoder and decoder of Segment Anything's kind: ${words.join('; ')}. Choose two files: one that takes a picture, and one that takes image_embeddings, point_coords and point_labels.`,
  );
}

let open: { key: string; masker: Promise<ClickMasker> } | null = null;

/** Keeps the pair that was asked for last. */
export async function clickMask(question: ClickQuestion): Promise<ClickMask | null> {
  const { paths, threads, blobs, manifest, newest, sample, clicks } = question;
  const key = paths.join('\n');
  if (open?.key !== key) {
    const before = open;
    open = { key, masker: ClickMasker.open(paths, threads) };
    await before?.masker.then((old) => old.close()).catch(() => {});
  }
  const mine = open;
  try {
    const masker = await mine.masker;
    if (clicks.length === 0) return null;
    const { images, places, references } = manifest.blobs;
    const held = `${blobs} ${images ?? references} ${places ?? ''} ${manifest.samples} ${sample}`;
    return await masker.mask(held, clicks, () => originalPixels(blobs, manifest, sample, newest));
  } catch (error) {
    if (open === mine) open = null;
    throw error;
  }
}
