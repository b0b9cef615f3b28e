// Operators over pictures that plain nets do without: transposed convolutions, other pools, resizing, sampling.

import type { Node } from '../../../src-main/onnx/types.ts';
import {
  array,
  get,
  indices,
  list,
  make,
  number,
  type ReferenceOperator,
  type ReferenceOperators,
  size,
  strides,
  text,
} from './array.ts';
import { geometry, seen } from './basic.ts';

/** Every element of X, times the kernel, is added into the output at its place. */
const convTranspose: ReferenceOperator = (node, [X, W, B]) => {
  const [x, w] = [X!, W!];
  const group = number(node, 'group', 1);
  const [inputs, perGroup, ...kernel] = w.shape;
  const stride = list(node, 'strides') ?? kernel.map(() => 1);
  const dilation = list(node, 'dilations') ?? kernel.map(() => 1);
  const extra = list(node, 'output_padding') ?? kernel.map(() => 0);
  const pads = list(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const auto = text(node, 'auto_pad', 'NOTSET');
  const target =
    list(node, 'output_shape') ??
    (auto.startsWith('SAME') ? kernel.map((_, i) => x.shape[i + 2] * stride[i]) : undefined);
  const out = kernel.map((k, i) => {
    const full = (x.shape[i + 2] - 1) * stride[i] + (k - 1) * dilation[i] + 1 + extra[i];
    if (!target) return full - pads[i] - pads[i + kernel.length];
    const total = Math.max(0, full - target[i]);
    pads[i] = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    return auto.startsWith('SAME') && !list(node, 'output_shape') ? full - total : target[i];
  });
  const shape = [x.shape[0], perGroup * group, ...out];
  const y = make(shape, ([, o]) => (B ? B.data[o] : 0));
  const step = strides(shape);
  for (const [n, c, ...place] of indices(x.shape)) {
    for (let o = 0; o < perGroup; o++) {
      for (const tap of indices(kernel)) {
        const at = place.map((p, i) => p * stride[i] - pads[i] + tap[i] * dilation[i]);
        if (at.some((i, axis) => i < 0 || i >= out[axis])) continue;
        const channel = Math.floor(c / (inputs / group)) * perGroup + o;
        const index = [n, channel, ...at].reduce((sum, i, axis) => sum + i * step[axis], 0);
        y.data[index] += get(x, [n, c, ...place]) * get(w, [c, o, ...tap]);
      }
    }
  }
  return [y];
};

const norm = (values: readonly number[], p: number): number =>
  values.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p);

const lpPool: ReferenceOperator = (node, [X]) => {
  const x = X!;
  const geo = geometry(node, x.shape.slice(2), list(node, 'kernel_shape')!);
  const y = make([...x.shape.slice(0, 2), ...geo.out], ([n, c, ...place]) => {
    const places = [...indices(geo.kernel)].map((tap) => seen(geo, place, tap));
    const inside = places.filter((at) => at.every((i, axis) => i >= 0 && i < x.shape[axis + 2]));
    return norm(
      inside.map((at) => get(x, [n, c, ...at])),
      number(node, 'p', 2),
    );
  });
  return [y];
};

const overPlaces =
  (of: (values: number[], node: Node) => number): ReferenceOperator =>
  (node, [X]) => {
    const [batch, channels, ...spatial] = X!.shape;
    const y = make([batch, channels, ...spatial.map(() => 1)], ([n, c]) =>
      of(
        [...indices(spatial)].map((at) => get(X!, [n, c, ...at])),
        node,
      ),
    );
    return [y];
  };

const maxUnpool: ReferenceOperator = (node, [X, I, outputShape]) => {
  const kernel = list(node, 'kernel_shape')!;
  const stride = list(node, 'strides') ?? kernel.map(() => 1);
  const pads = list(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const grown = kernel.map((k, i) => (X!.shape[i + 2] - 1) * stride[i] + k - pads[i] - pads[i + kernel.length]);
  const shape = outputShape ? [...outputShape.data] : [...X!.shape.slice(0, 2), ...grown];
  const data = new Float64Array(size(shape));
  X!.data.forEach((value, i) => (data[I!.data[i]] = value));
  return [array(shape, data)];
};

/** [element, weight] of the elements along an axis that make up one of the output. */
type Taps = [number, number][];

function tapsOf(
  node: Node,
  at: number,
  from: number,
  to: number,
  scale: number,
  [start, end]: number[],
): Taps | undefined {
  // As the runtime has it, whatever the mode.
  if (scale === 1 && from === to) return [[at, 1]];
  const coordinates = text(node, 'coordinate_transformation_mode', 'half_pixel');
  const place = {
    half_pixel: (at + 0.5) / scale - 0.5,
    half_pixel_symmetric: (from / 2) * (1 - to / (scale * from)) + (at + 0.5) / scale - 0.5,
    pytorch_half_pixel: to > 1 ? (at + 0.5) / scale - 0.5 : 0,
    align_corners: to === 1 ? 0 : (at * (from - 1)) / (to - 1),
    asymmetric: at / scale,
    tf_half_pixel_for_nn: (at + 0.5) / scale,
    tf_crop_and_resize:
      to > 1 ? start * (from - 1) + (at * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
  }[coordinates]!;
  if (coordinates === 'tf_crop_and_resize' && (place < 0 || place > from - 1)) return undefined;
  const mode = text(node, 'mode', 'nearest');
  if (mode === 'nearest') {
    const round = text(node, 'nearest_mode', 'round_prefer_floor');
    const near =
      round === 'floor'
        ? Math.floor(place)
        : round === 'ceil'
          ? Math.ceil(place)
          : round === 'round_prefer_ceil'
            ? Math.floor(place + 0.5)
            : Math.ceil(place - 0.5);
    return [[Math.min(Math.max(near, 0), from - 1), 1]];
  }
  // A filter made wider when it shrinks, so that it sees every element.
  const wide = number(node, 'antialias', 0) === 1 ? Math.min(scale, 1) : 1;
  const a = number(node, 'cubic_coeff_a', -0.75);
  const cubic = (d: number): number =>
    d <= 1 ? (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1 : d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
  const weight = (d: number): number => (mode === 'linear' ? Math.max(0, 1 - d) : cubic(d));
  const radius = Math.ceil((mode === 'linear' ? 1 : 2) / wide);
  let taps: Taps = [];
  for (let i = Math.floor(place) - radius + 1; i <= Math.floor(place) + radius; i++) {
    taps.push([i, weight(Math.abs(i - place) * wide)]);
  }
  if (number(node, 'exclude_outside', 0) === 1) taps = taps.map(([i, w]) => [i, i < 0 || i >= from ? 0 : w]);
  const total = taps.reduce((sum, [, w]) => sum + w, 0);
  return taps.map(([i, w]) => [Math.min(Math.max(i, 0), from - 1), w / total]);
}

const resize: ReferenceOperator = (node, [X, roi, scales, sizes]) => {
  const x = X!;
  const rank = x.shape.length;
  const axes = (list(node, 'axes') ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis));
  const shape = [...x.shape];
  const factors = x.shape.map(() => 1);
  const region = x.shape.map(() => [0, 1]);
  const policy = text(node, 'keep_aspect_ratio_policy', 'stretch');
  const ratios = axes.map((axis, i) => (sizes ? sizes.data[i] / x.shape[axis] : scales!.data[i]));
  const common =
    policy === 'not_larger' ? Math.min(...ratios) : policy === 'not_smaller' ? Math.max(...ratios) : undefined;
  axes.forEach((axis, i) => {
    factors[axis] = common ?? ratios[i];
    shape[axis] =
      sizes && common === undefined ? sizes.data[i] : (common ? Math.round : Math.floor)(factors[axis] * x.shape[axis]);
    if (roi && roi.data.length > 0) region[axis] = [roi.data[i], roi.data[i + axes.length]];
  });
  const taps = shape.map((to, axis) =>
    axes.includes(axis)
      ? Array.from({ length: to }, (_, at) => tapsOf(node, at, x.shape[axis], to, factors[axis], region[axis]))
      : Array.from({ length: to }, (_, at): Taps => [[at, 1]]),
  );
  const y = make(shape, (at) => {
    const perAxis = at.map((i, axis) => taps[axis][i]);
    if (perAxis.some((each) => each === undefined)) return number(node, 'extrapolation_value', 0);
    return [...indices(perAxis.map((each) => each!.length))].reduce((sum, choice) => {
      const chosen = choice.map((i, axis) => perAxis[axis]![i]);
      const weight = chosen.reduce((product, [, w]) => product * w, 1);
      return (
        sum +
        (weight === 0
          ? 0
          : weight *
            get(
              x,
              chosen.map(([i]) => i),
            ))
      );
    }, 0);
  });
  return [y];
};

const gridSample: ReferenceOperator = (node, [X, grid]) => {
  const [x, g] = [X!, grid!];
  const spatial = x.shape.slice(2);
  const aligned = number(node, 'align_corners', 0) === 1;
  const padding = text(node, 'padding_mode', 'zeros');
  const nearest = text(node, 'mode', 'linear') === 'nearest';
  const inside = (i: number, length: number) => {
    if (padding === 'zeros') return i;
    let at = i;
    if (padding === 'reflection') {
      const [low, high] = aligned ? [0, length - 1] : [-0.5, length - 0.5];
      while ((at < low || at > high) && high > low) at = at < low ? 2 * low - at : 2 * high - at;
    }
    return Math.min(Math.max(at, 0), length - 1);
  };
  const y = make([...x.shape.slice(0, 2), ...g.shape.slice(1, -1)], ([n, c, ...place]) => {
    const at = spatial.map((length, axis) => {
      const named = get(g, [n, ...place, spatial.length - 1 - axis]);
      return inside(aligned ? ((named + 1) / 2) * (length - 1) : ((named + 1) * length - 1) / 2, length);
    });
    const pixel = (index: readonly number[]) =>
      index.some((i, axis) => i < 0 || i >= spatial[axis]) ? 0 : get(x, [n, c, ...index]);
    if (nearest) return pixel(at.map((i) => (i % 1 === 0.5 ? 2 * Math.round(i / 2) : Math.round(i))));
    return [...indices(spatial.map(() => 2))].reduce((sum, ends) => {
      const index = at.map((i, axis) => Math.floor(i) + ends[axis]);
      const weight = at.reduce((product, i, axis) => product * (1 - Math.abs(index[axis] - i)), 1);
      return sum + weight * pixel(index);
    }, 0);
  });
  return [y];
};

const affineGrid: ReferenceOperator = (node, [theta, imageSize]) => {
  const [batch, , ...spatial] = imageSize!.data;
  const aligned = number(node, 'align_corners', 0) === 1;
  const coordinate = (i: number, length: number) =>
    aligned ? (length === 1 ? 0 : -1 + (2 * i) / (length - 1)) : -1 + (2 * i + 1) / length;
  const grid = make([batch, ...spatial, spatial.length], (at) => {
    const place = at.slice(1, -1).map((i, axis) => coordinate(i, spatial[axis]));
    const row = [...place.reverse(), 1];
    return row.reduce((sum, value, i) => sum + value * get(theta!, [at[0], at[at.length - 1], i]), 0);
  });
  return [grid];
};

const col2im: ReferenceOperator = (node, [X, image, block]) => {
  const x = X!;
  const [spatial, kernel] = [[...image!.data], [...block!.data]];
  const geo = geometry(node, spatial, kernel);
  const shape = [x.shape[0], x.shape[1] / size(kernel), ...spatial];
  const y = make(shape, () => 0);
  const step = strides(shape);
  for (const n of Array(shape[0]).keys()) {
    for (const c of Array(shape[1]).keys()) {
      [...indices(kernel)].forEach((tap, t) =>
        [...indices(geo.out)].forEach((place, p) => {
          const at = seen(geo, place, tap);
          if (at.some((i, axis) => i < 0 || i >= spatial[axis])) return;
          const index = [n, c, ...at].reduce((sum, i, axis) => sum + i * step[axis], 0);
          y.data[index] += get(x, [n, c * size(kernel) + t, p]);
        }),
      );
    }
  }
  return [y];
};

export const spatial: ReferenceOperators = {
  AffineGrid: affineGrid,
  Col2Im: col2im,
  ConvTranspose: convTranspose,
  GlobalLpPool: overPlaces((values, node) => norm(values, number(node, 'p', 2))),
  GlobalMaxPool: overPlaces((values) => Math.max(...values)),
  GridSample: gridSample,
  LpPool: lpPool,
  MaxUnpool: maxUnpool,
  Resize: resize,
};
