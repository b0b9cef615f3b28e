import type { FeedForm } from '../../../detection/feed.ts';
import type { DataType } from '../../../onnx/types.ts';
import type { SessionPort, Value } from '../../../runtime/session.ts';
import { valueOf } from '../../../runtime/session.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { sideRange } from '../../../shared/marker.ts';
import { floatsAs, floatTypes } from './values.ts';

/** Where the file says nothing of it. */
const usualSide = 640;

/** How one picture goes into a model. */
export interface PictureInput {
  name: string;
  type: DataType;
  shape: readonly (number | string)[];
  /** With an axis of pictures. */
  batched: boolean;
  channelsFirst: boolean;
  width: number;
  height: number;
  /** The file leaves the size open. */
  open: boolean;
}

/** `side`: of an open size. Throws `unknown_model`, naming the inputs. */
export function pictureInput(ports: readonly SessionPort[], name: string, side: number | undefined): PictureInput {
  const pictures = ports.filter(({ name }) => !(name in others));
  const found = pictures.length === 1 ? inputOf(pictures[0], side) : null;
  if (found) return found;
  const words = ports.map((port) => `${port.name} ${port.type} [${port.shape.join(', ')}]`).join('; ');
  throw new AtelierError(
    'unknown_model',
    `${name} takes ${words || 'nothing'}, and not one colour picture at a time ([1, 3, height, width] or [1, height, width, 3] of floats or bytes, sides up to ${sideRange.most}). Export it with such an input.`,
  );
}

function inputOf({ name, type, shape }: SessionPort, side = usualSide): PictureInput | null {
  if (type !== 'uint8' && !floatTypes.includes(type)) return null;
  const batched = shape.length === 4;
  if (batched ? typeof shape[0] === 'number' && shape[0] !== 1 && shape[0] > 0 : shape.length !== 3) return null;
  const own = batched ? shape.slice(1) : shape;
  const channelsFirst = own[2] !== 3 || own[0] === 3;
  const [channels, ...sides] = channelsFirst ? own : [own[2], own[0], own[1]];
  if (channels !== 3 && typeof channels === 'number' && channels > 0) return null;
  const sized = sides.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null));
  if (sized.some((dim) => dim !== null && dim > sideRange.most)) return null;
  const [height, width] = sized.map((dim) => dim ?? side);
  return { name, type, shape, batched, channelsFirst, width, height, open: sized.includes(null) };
}

/** Inputs besides the picture that are known: each from the picture's size. */
const others: Record<string, (port: SessionPort, size: { width: number; height: number }) => Value> = {
  /** DETR's: where the picture is, which is everywhere. */
  pixel_mask: ({ type, shape }, { width, height }) => {
    const dims = [1, ...shape.slice(1).map((dim, i) => (typeof dim === 'number' ? dim : [height, width][i]))];
    return sized(type, dims, Array<number>(dims.reduce((size, dim) => size * dim, 1)).fill(1));
  },
  /** RT-DETR's: boxes are to be of a picture of this size, here that of what goes in. */
  orig_target_sizes: ({ type }, { width, height }) => sized(type, [1, 2], [width, height]),
};

function sized(type: DataType, dims: readonly number[], numbers: readonly number[]): Value {
  if (type === 'int64') return valueOf(type, dims, BigInt64Array.from(numbers, BigInt));
  if (type === 'bool') return valueOf(type, dims, Uint8Array.from(numbers));
  return type === 'int32'
    ? valueOf(type, dims, Int32Array.from(numbers))
    : floatsAs(type, dims, Float32Array.from(numbers));
}

/** All that goes in with a picture. */
export function feeds(
  input: PictureInput,
  ports: readonly SessionPort[],
  pixels: Float32Array | Uint8Array,
): Record<string, Value> {
  const { name, type, batched, channelsFirst, width, height } = input;
  const shape = [...(batched ? [1] : []), ...(channelsFirst ? [3, height, width] : [height, width, 3])];
  const picture = pixels instanceof Uint8Array ? valueOf(type, shape, pixels) : floatsAs(type, shape, pixels);
  const more = ports.filter((port) => port.name in others).map((port) => [port.name, others[port.name](port, input)]);
  return { [name]: picture, ...(Object.fromEntries(more) as Record<string, Value>) };
}

export const formOf = (
  { width, height, channelsFirst, type }: PictureInput,
  how: Pick<FeedForm, 'scale' | 'channels'>,
): FeedForm => ({ width, height, channelsFirst, bytes: type === 'uint8', ...how });
