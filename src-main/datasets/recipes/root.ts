const mostSteps = 100;
const closeness = 1e-12;

/**
 * Where a function that falls through 0 does so, looked for from `start` in growing steps up to `bound` either side; at that bound where it does
 * not. The bracket is closed by regula falsi, halving the weight of an end that stays (Dowell and Jarratt's Illinois method, 1971).
 */
export async function rootOf(f: (x: number) => Promise<number>, start: number, bound: number): Promise<number> {
  let [a, fa] = [start, await f(start)];
  if (fa === 0 || Number.isNaN(fa)) return start;
  const direction = Math.sign(fa);
  let [b, fb] = [a, fa];
  for (let step = 1; Math.sign(fb) === direction; step *= 2) {
    if (Math.abs(b - start) >= bound || !Number.isFinite(fb)) return b;
    [a, fa] = [b, fb];
    b = start + direction * Math.min(step, bound);
    fb = await f(b);
  }
  let side = 0;
  for (let n = 0; n < mostSteps && fb !== 0; n++) {
    const x = (a * fb - b * fa) / (fb - fa);
    if (Math.abs(x - b) <= closeness * Math.max(1, Math.abs(x)) || Math.abs(x - a) <= closeness) return x;
    const fx = await f(x);
    if (fx === 0) return x;
    if (Math.sign(fx) === Math.sign(fb)) {
      [b, fb] = [x, fx];
      if (side === 1) fa /= 2;
      side = 1;
    } else {
      [a, fa] = [x, fx];
      if (side === -1) fb /= 2;
      side = -1;
    }
  }
  return b;
}
