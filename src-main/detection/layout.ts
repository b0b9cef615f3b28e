import { AtelierError } from '../shared/errors.ts';
import type { MarkerLayout } from '../shared/marker.ts';
import type { Size } from './fit.ts';
import type { Output } from './found.ts';

/** Masks of what was found: so many coefficients a row, of the maps in another output. */
export interface Protos {
  output: string;
  count: number;
}

/** Where what was found stands in what came out. */
export type Layout =
  | {
      kind: 'yolo' | 'objectness' | 'grids';
      output: string;
      /** How many rows there are, and how long each is. */
      rows: number;
      length: number;
      rowsFirst: boolean;
      classes: number;
      protos: Protos | null;
      /** Strides of the grids whose cells the rows are; empty where they are of no grids known here. */
      strides: readonly number[];
    }
  | { kind: 'end-to-end'; output: string; rows: number; length: number; protos: Protos | null }
  | { kind: 'detr' | 'detr-sigmoid' | 'boxes-scores'; boxes: string; scores: string; classes: number }
  | { kind: 'detections'; boxes: string; scores: string; labels: string; masks: string | null; upright: boolean }
  | { kind: 'semantic'; output: string; classes: number; height: number; width: number }
  | { kind: 'class-map'; output: string; height: number; width: number };

export interface Known {
  input: Size;
  /** How many class names there are. */
  names: number | null;
  wish?: MarkerLayout;
}

const gridStrides = [
  [8, 16, 32],
  [8, 16, 32, 64],
] as const;
const mostEndToEnd = 1000;

type Outputs = ReadonlyMap<string, Output>;
interface Table {
  name: string;
  dims: readonly [number, number];
}

/**
 * How the outputs of one run are to be read, by their shapes and, where these leave it open, by how many classes there are by name. Errors:
 * `unknown_model`, which names what was found.
 */
export function layoutOf(outputs: Outputs, known: Known): Layout {
  const found = afterSuppression(outputs) ?? maps(outputs, known) ?? pair(outputs, known) ?? table(outputs, known);
  if (found && (!known.wish || found.kind === known.wish)) return found;
  throw unknown(outputs, known.wish);
}

/** `boxes`, `scores` and `labels` of what is left after the model's own suppression. */
function afterSuppression(outputs: Outputs): Layout | null {
  const boxes = [...outputs]
    .map(([name, { dims }]) => ({ name, dims: unbatched(dims, 2) }))
    .find(({ name, dims }) => dims.length === 2 && dims[1] === 4 && /box/i.test(name));
  const all = [...outputs].map(([name, { dims, whole }]) => ({ name, dims: unbatched(dims, 1), whole }));
  const lists = all.filter(({ dims }) => dims.length === 1 && (!boxes || dims[0] === boxes.dims[0]));
  const labels =
    lists.find(({ name }) => /label|class/i.test(name)) ?? lists.find(({ whole, dims }) => whole && dims[0] !== 1);
  const scores = lists.find(({ name }) => /score|conf/i.test(name));
  if (!boxes || !labels || !scores) return null;
  // Mask R-CNN's are of the whole picture, one below the other.
  const masks = [...outputs].find(([name, { dims }]) => /mask/i.test(name) && dims.length === 4 && dims[1] === 1);
  return {
    kind: 'detections',
    ...{ boxes: boxes.name, scores: scores.name, labels: labels.name, masks: masks?.[0] ?? null },
    // TensorFlow's: y before x.
    upright: /^detection_boxes/.test(boxes.name),
  };
}

/** Nothing but maps of the picture: of several alike, as torchvision's "out" and "aux", the first counts. */
function maps(outputs: Outputs, { input, wish }: Known): Layout | null {
  const [first, ...others] = [...outputs];
  if (!first || others.some(([, { dims }]) => String(dims) !== String(first[1].dims))) return null;
  const [output, { whole }] = first;
  const dims = unbatched(first[1].dims, 3);
  if (dims.length !== 3 && dims.length !== 2) return null;
  const [height, width] = dims.slice(-2);
  // A map is a shrunken picture: as many rows for its height as columns for its width.
  const shape = (height / input.height) * (input.width / width);
  if (height < 2 || width < 2 || shape < 0.9 || shape > 1.1 || height > 2 * input.height) return null;
  const classes = dims.length === 3 ? dims[0] : 1;
  const isMap = first[1].dims.length === 4 || whole || wish === 'class-map' || wish === 'semantic';
  if (!isMap) return null;
  if (classes === 1 && (whole || wish === 'class-map')) return { kind: 'class-map', output, height, width };
  return { kind: 'semantic', output, classes, height, width };
}

/** Boxes in one output, scores or logits of each class in another. */
function pair(outputs: Outputs, { names, wish }: Known): Layout | null {
  const tables = tablesOf(outputs);
  const boxes = tables.find(({ name, dims }) => dims[1] === 4 && !/logit|score|class|prob/i.test(name));
  const scores = tables.find(({ name, dims }) => name !== boxes?.name && dims[0] === boxes?.dims[0]);
  if (!boxes || !scores) return null;
  const count = scores.dims[1];
  const data = outputs.get(scores.name)!.data;
  const isShare = Array.from(data).every((value) => value >= 0 && value <= 1);
  // DETR's a hundred rows have a class for "nothing" more; what came after it has none.
  const nothing = names === null ? boxes.dims[0] <= 100 : count === names + 1;
  const guess = isShare ? 'boxes-scores' : nothing ? 'detr' : 'detr-sigmoid';
  const kind = wish === 'detr' || wish === 'detr-sigmoid' || wish === 'boxes-scores' ? wish : guess;
  return { kind, boxes: boxes.name, scores: scores.name, classes: kind === 'detr' ? count - 1 : count };
}

/** One row for each thing: YOLO's. */
function table(outputs: Outputs, { input, names, wish }: Known): Layout | null {
  const tables = tablesOf(outputs);
  // Older exports give what the rows were made of besides, as maps of five axes.
  const [one] = tables;
  if (!one || tables.length > 1) return null;
  const protos = protosOf(outputs, input);
  const more = protos?.count ?? 0;
  const { dims, name: output } = one;
  const grids = dims.map((dim) => stridesOf(dim, input));
  const anchored = dims.map((dim) => (dim % 3 === 0 ? stridesOf(dim / 3, input) : null));
  const rowsFirst =
    grids[0] || anchored[0] ? true : grids[1] || anchored[1] ? false : wish === 'end-to-end' || dims[0] >= dims[1];
  const at = rowsFirst ? 0 : 1;
  const [rows, length] = rowsFirst ? dims : [dims[1], dims[0]];
  const isGrid = (grids[at] ?? anchored[at]) !== null;
  if (wish === 'end-to-end' || (!wish && !isGrid && rowsFirst && length === 6 + more && rows <= mostEndToEnd)) {
    return length === 6 + more ? { kind: 'end-to-end', output, rows, length, protos } : null;
  }
  const strides = grids[at] ?? [];
  const kind = rowKind(length - more, { names, wish, anchored: anchored[at] !== null, rowsFirst, isGrid });
  const classes = length - more - (kind === 'yolo' ? 4 : 5);
  if (!kind || classes < 1) return null;
  return { kind, output, rows, length, rowsFirst, classes, protos, strides };
}

function rowKind(
  length: number,
  given: { names: number | null; wish?: MarkerLayout; anchored: boolean; rowsFirst: boolean; isGrid: boolean },
): 'yolo' | 'objectness' | 'grids' | null {
  const { names, wish, anchored, rowsFirst, isGrid } = given;
  if (wish) return wish === 'yolo' || wish === 'objectness' || wish === 'grids' ? wish : null;
  // Three boxes a cell are of v5 and v7, which have an objectness.
  if (anchored) return 'objectness';
  if (names !== null && length === names + 4) return 'yolo';
  if (names !== null && length === names + 5) return 'objectness';
  // Nothing says how many classes there are: v8 and what came after it put the rows last, what was before it first. COCO's 80 tell as well.
  if (!rowsFirst || (names === null && length === 84)) return 'yolo';
  return isGrid ? 'objectness' : null;
}

/**
 * Whether rows of a box a cell are offsets from the grids' cells, as YOLOX leaves them, and not places: places go all through the picture,
 * offsets stay within some cells.
 */
export function isOffsets(layout: Layout, output: Output, input: Size): boolean {
  if (layout.kind !== 'objectness' || layout.strides.length === 0) return false;
  const { rows, length, rowsFirst } = layout;
  let far = 0;
  for (let row = 0; row < rows; row++) {
    for (const k of [0, 1])
      far = Math.max(far, Math.abs(output.data[rowsFirst ? row * length + k : k * rows + row] as number));
  }
  return far < Math.max(input.width, input.height) / 4;
}

/** Strides of the grids whose cells are so many; null where there are none. */
function stridesOf(count: number, { width, height }: Size): readonly number[] | null {
  const cells = (strides: readonly number[]): number =>
    strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
  return gridStrides.find((strides) => cells(strides) === count) ?? null;
}

/** Maps whose weighed sums are masks: of a quarter of the input's size. */
function protosOf(outputs: Outputs, input: Size): Protos | null {
  for (const [output, { dims }] of outputs) {
    if (dims.length !== 4 || dims[0] !== 1 || dims[1] < 2 || dims[2] < 2 || dims[3] < 2) continue;
    if (Math.abs(dims[2] / input.height - dims[3] / input.width) < 0.05) return { output, count: dims[1] };
  }
  return null;
}

const tablesOf = (outputs: Outputs): Table[] =>
  [...outputs].flatMap(([name, { dims, whole }]) => {
    const own = unbatched(dims, 2);
    return own.length === 2 && !whole ? [{ name, dims: [own[0], own[1]] as const }] : [];
  });

/** Without the axis of pictures, of which there is one. */
const unbatched = (dims: readonly number[], rank: number): readonly number[] =>
  dims.length === rank + 1 && dims[0] === 1 ? dims.slice(1) : dims;

function unknown(outputs: Outputs, wish?: MarkerLayout): AtelierError {
  const shapes = [...outputs].map(([name, { dims }]) => `${name} [${dims.join(', ')}]`).join(', ');
  return new AtelierError(
    'unknown_model',
    `${wish ? `The outputs cannot be read as ${wish}` : 'It is not known how to read what comes out of the model'}: ${shapes || 'nothing'}. Known are YOLO's rows of boxes ([1, 84, 8400], [1, 25200, 85], [1, 300, 6] and the like), boxes with scores or logits, boxes with scores and labels, and maps of classes. Export the model in one of these forms${wish ? '' : ', or say which it is'}.`,
  );
}
