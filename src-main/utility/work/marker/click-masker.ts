import { basename } from 'node:path';
import { stretchPixels, type DecodedImage } from '../../../datasets/images/decode.ts';
import { originalPixels } from '../../../datasets/images/original.ts';
import { fed } from '../../../detection/feed.ts';
import type { Output } from '../../../detection/found.ts';
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
/** Coarse masks of earlier clicks that are kept for each picture: a quarter of a megabyte each. */
const keptAnswers = 32;

interface Encoded {
  values: Values;
  placing: Placing;
  picture: { width: number; height: number };
  /** What earlier clicks gave, coarse, by these clicks: what more of them begin with. */
  answers: Map<string, Promise<Float32Array | null>>;
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
    const encoded = await this.#encode(key, picture);
    const { picture: size } = encoded;
    const { masks, scores, best } = await this.#decode(encoded, clicks);
    const [height, width] = masks.dims.slice(-2);
    const bits = maskAbove(masks.data, { width, height }, best * width * height, size);
    const made = maskOf(bits, size);
    const score = scores ? Math.round(Math.min(1, Math.max(0, scores[best])) * 1e4) / 1e4 : null;
    return made.area === 0 ? null : { ...made, score };
  }

  async #decode(encoded: Encoded, clicks: readonly MaskClick[]): Promise<Decoded> {
    const before = clicks.length > 1 ? await this.#coarse(encoded, clicks.slice(0, -1)) : null;
    const prompts = promptsOf(this.#decoder.inputs, this.#encoder, encoded, clicks, before);
    const outputs = outputsOf(await this.#decoder.run(prompts));
    const masks =
      outputs.get('masks') ?? outputs.get('output_masks') ?? [...outputs.values()].find(({ dims }) => dims.length >= 4);
    if (!masks) throw new AtelierError('unknown_model', 'No masks came out of the decoder.');
    const scores = [...outputs].find(([name]) => /iou/i.test(name))?.[1].data;
    const [height, width] = masks.dims.slice(-2);
    const count = masks.data.length / (height * width);
    let best = 0;
    for (let i = 1; i < count; i++) if (scores && scores[i] > scores[best]) best = i;
    const found = { masks, scores, best, coarse: this.#coarseOf(outputs.get('low_res_masks'), best) };
    encoded.answers.set(keyOf(clicks), Promise.resolve(found.coarse));
    for (const oldest of encoded.answers.keys()) if (encoded.answers.size > keptAnswers) encoded.answers.delete(oldest);
    return found;
  }

  /**
   * The coarse mask of these clicks, which the decoder takes with the next one to make it better; null where it takes or gives none. Where
   * they were never asked about they are now, so that the same clicks mean the same at once and one by one.
   */
  #coarse(encoded: Encoded, clicks: readonly MaskClick[]): Promise<Float32Array | null> {
    const takes = ['mask_input', 'has_mask_input'].every((name) =>
      this.#decoder.inputs.some((one) => one.name === name),
    );
    if (!takes || !this.#decoder.outputs.some(({ name }) => name === 'low_res_masks')) return Promise.resolve(null);
    const key = keyOf(clicks);
    const known = encoded.answers.get(key) ?? this.#decode(encoded, clicks).then(({ coarse }) => coarse);
    encoded.answers.set(key, known);
    known.catch(() => encoded.answers.delete(key));
    return known;
  }

  /** Of a size other than what goes in, it cannot be given back. */
  #coarseOf(output: Output | undefined, best: number): Float32Array | null {
    const port = this.#decoder.inputs.find(({ name }) => name === 'mask_input');
    if (!output || !port) return null;
    const [height, width] = output.dims.slice(-2);
    if (maskInputShape(port).slice(-2).join() !== [height, width].join()) return null;
    const size = height * width;
    return Float32Array.from({ length: size }, (_, i) => output.data[best * size + i]);
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
    return { values: await this.#encoder.run({ [port.name]: value }), placing, picture, answers: new Map() };
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

interface Decoded {
  masks: Output;
  scores: Output['data'] | undefined;
  /** Which of the masks is the likeliest. */
  best: number;
  coarse: Float32Array | null;
}

const keyOf = (clicks: readonly MaskClick[]): string => JSON.stringify(clicks);

const maskInputShape = ({ shape }: SessionPort): number[] =>
  shape.map((dim, i) => (typeof dim === 'number' && dim > 0 ? dim : i < 2 ? 1 : 256));

/**
 * What goes into the decoder. Clicks are in pixels of what the encoder saw, and so is the mask asked for. `before`: the coarse mask of all clicks but
 * the last.
 */
function promptsOf(
  inputs: readonly SessionPort[],
  encoder: Session,
  { values: encoded, placing }: Encoded,
  clicks: readonly MaskClick[],
  before: Float32Array | null,
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
        const shape = maskInputShape(port);
        return numbers(
          port,
          shape,
          before ? [...before] : Array<number>(shape.reduce((size, dim) => size * dim, 1)).fill(0),
        );
      }
      case 'has_mask_input':
        return numbers(port, [1], [before ? 1 : 0]);
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
