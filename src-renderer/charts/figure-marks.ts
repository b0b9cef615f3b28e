import { baseOf, placeOn, type Figure, type FigureAxis, type FigureLayer } from '../../src-main/shared/chart/figure.ts';

/** A layer with its places worked out: shares of the axes, what lies beyond y at its edge. */
export interface Marks {
  layer: FigureLayer;
  /** Of bars where they begin; of lines one after another. */
  x: Float64Array;
  y: Float64Array;
  /** Of bars and columns: where they end. */
  to: Float64Array;
  /** Of columns: the place of y that they stand on. */
  base: number;
  ids: ArrayLike<number>;
  /** Of lines: where each begins, and at the end how many places there are. */
  starts: Uint32Array;
}

const none = new Float64Array();
const clipped = (share: number) => (share > 1 ? 1 : share < 0 ? 0 : share);

/** Half of how high a bar is, of the room of its word. */
export const barHalf = 0.35;

export function marksOf(figure: Figure): Marks[] {
  const across = placeOn(figure.x);
  const up = placeOn(figure.y);
  const places = (values: ArrayLike<number>, place: (value: number) => number) => Float64Array.from(values, place);
  return figure.layers.map((layer): Marks => {
    const empty = { layer, x: none, y: none, to: none, base: 0, ids: [], starts: new Uint32Array() };
    if (layer.kind === 'cells') return empty;
    if (layer.kind === 'points')
      return { ...empty, x: places(layer.x, across), y: places(layer.y, up).map(clipped), ids: layer.ids };
    if (layer.kind === 'columns') {
      const [x, to] = [places(layer.from, across), places(layer.to, across)];
      return { ...empty, x, to, y: places(layer.y, up).map(clipped), base: baseOf(figure.y), ids: layer.ids };
    }
    if (layer.kind === 'bars') {
      const to = places(layer.to, across);
      return { ...empty, x: places(layer.from, across), to, y: places(layer.y, up), ids: layer.ids };
    }
    const starts = new Uint32Array(layer.lines.length + 1);
    layer.lines.forEach(({ x }, i) => (starts[i + 1] = starts[i] + x.length));
    const total = starts[layer.lines.length];
    const [x, y, ids] = [new Float64Array(total), new Float64Array(total), new Int32Array(total)];
    layer.lines.forEach((line, i) => {
      for (let k = 0; k < line.x.length; k++) {
        x[starts[i] + k] = across(line.x[k]);
        y[starts[i] + k] = clipped(up(line.y[k]));
        ids[starts[i] + k] = line.id ?? -1;
      }
    });
    return { ...empty, x, y, ids, starts };
  });
}

/** Pixels of a plot for shares of its axes. */
export interface Pixels {
  left: (share: number) => number;
  top: (share: number) => number;
  /** How high a bar is. */
  bar: number;
}

/** A mark that was pointed at, and where it lies. */
export interface Hit {
  id: number;
  left: number;
  top: number;
}

/** The mark nearest to a place within `reach` pixels, the last drawn of equals; of bars the one that holds it, of columns the one above or below. */
export function hitAt(
  all: readonly Marks[],
  { left, top, bar }: Pixels,
  px: number,
  py: number,
  reach: number,
): Hit | null {
  let found: Hit | null = null;
  let least = reach * reach;
  for (const { layer, x, y, to, ids } of all) {
    if (layer.kind === 'bars') {
      for (let i = 0; i < x.length; i++) {
        const [a, b, middle] = [left(x[i]), left(to[i]), top(y[i])];
        // A short one is as wide as a pointer needs.
        if (px < a - 2 || px > Math.max(b, a + 1) + 2 || Math.abs(py - middle) > bar / 2) continue;
        found = { id: ids[i], left: Math.min(Math.max(px, a), b), top: middle };
      }
      continue;
    }
    if (layer.kind === 'columns') {
      for (let i = 0; i < x.length && found === null; i++) {
        const [a, b] = [left(x[i]), left(to[i])];
        if (px >= a && px <= b && !Number.isNaN(y[i])) found = { id: ids[i], left: (a + b) / 2, top: top(y[i]) };
      }
      continue;
    }
    for (let i = 0; i < x.length; i++) {
      if (ids[i] < 0) continue;
      const dx = left(x[i]) - px;
      const dy = top(y[i]) - py;
      const distance = dx * dx + dy * dy;
      if (distance <= least) {
        least = distance;
        found = { id: ids[i], left: left(x[i]), top: top(y[i]) };
      }
    }
  }
  return found;
}

/** Where what stands for an id lies, by the names of the axes: the first of several. */
export function placeOfMark({ x, y, layers }: Figure, id: number): { label: string; value: string; mono: true }[] {
  const rows = (...values: [axis: FigureAxis, value: number][]) =>
    values.map(([axis, value]) => ({
      label: axis.name,
      value: axis.kind === 'category' ? (axis.words[Math.round(value)] ?? '') : axis.format(value),
      mono: true as const,
    }));
  for (const layer of layers) {
    if (layer.kind !== 'points' && layer.kind !== 'columns') continue;
    const i = Array.from(layer.ids).indexOf(id);
    if (i < 0) continue;
    if (layer.kind === 'points') return rows([x, layer.x[i]], [y, layer.y[i]]);
    return rows([x, layer.from[i]], [x, layer.to[i]], [y, layer.y[i]]);
  }
  return [];
}

/** What stands for an id, to be drawn on top: dots, the line, the bar, as SVG path data. */
export function outlineOf(
  all: readonly Marks[],
  { left, top, bar }: Pixels,
  id: number,
): { path: string; dots: [number, number][] } {
  let path = '';
  const dots: [number, number][] = [];
  for (const { layer, x, y, to, base, ids, starts } of all) {
    if (layer.kind === 'lines') {
      for (let line = 0; line + 1 < starts.length; line++) {
        if (layer.lines[line].id !== id) continue;
        let pen = 'M';
        for (let i = starts[line]; i < starts[line + 1]; i++) {
          if (Number.isNaN(y[i])) pen = 'M';
          else {
            path += `${pen}${left(x[i])} ${top(y[i])}`;
            pen = 'L';
          }
        }
      }
      continue;
    }
    for (let i = 0; i < x.length; i++) {
      if (ids[i] !== id || Number.isNaN(x[i]) || Number.isNaN(y[i])) continue;
      if (layer.kind === 'bars') path += `M${left(x[i])} ${top(y[i]) - bar / 2}H${left(to[i])}v${bar}H${left(x[i])}Z`;
      else if (layer.kind === 'columns')
        path += `M${left(x[i])} ${top(base)}V${top(y[i])}H${left(to[i])}V${top(base)}Z`;
      else dots.push([left(x[i]), top(y[i])]);
    }
  }
  return { path, dots };
}
