/** A stretch of an axis that was chosen, in places 0…1. */
export interface Brush {
  from: number;
  to: number;
}

/** Which things lie within every brush. `positions[axis][thing]`; NaN is within none. */
export function brushed(
  positions: readonly Float64Array[],
  brushes: readonly (Brush | null)[],
  count: number,
): Uint8Array {
  const within = new Uint8Array(count).fill(1);
  positions.forEach((places, axis) => {
    const brush = brushes[axis];
    if (!brush) return;
    for (let i = 0; i < count; i++) if (!(places[i] >= brush.from && places[i] <= brush.to)) within[i] = 0;
  });
  return within;
}

/** From one place to another, in either direction, within the axis. */
export function brushBetween(a: number, b: number): Brush {
  const clip = (place: number) => Math.min(1, Math.max(0, place));
  return { from: clip(Math.min(a, b)), to: clip(Math.max(a, b)) };
}

/** Moved without changing its size, up to the axis' ends. */
export function moved({ from, to }: Brush, by: number): Brush {
  const step = Math.min(1 - to, Math.max(-from, by));
  return { from: from + step, to: to + step };
}

/**
 * The line nearest to a point between two axes; -1 where none is within `reach`.
 * @param share 0…1 between the left and the right axis
 * @param y 0…1, from the axes' low end
 */
export function nearestLine(
  left: Float64Array,
  right: Float64Array,
  within: Uint8Array,
  share: number,
  y: number,
  reach: number,
): number {
  let best = -1;
  let least = reach;
  for (let i = 0; i < within.length; i++) {
    if (!within[i]) continue;
    const distance = Math.abs(left[i] + (right[i] - left[i]) * share - y);
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}
