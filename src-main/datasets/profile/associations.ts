import type { Associations } from '../../shared/profile.ts';
import { measureOf } from '../../shared/profile.ts';
import type { LookedColumn } from './look.ts';

/** More columns than this make a picture that nobody reads, and pairs without end. */
const mostColumns = 60;
/** A category of more values than this says nothing of pairs. */
const mostCodes = 200;

/** How much each two columns tell of each other, over the samples in which neither is missing. */
export function associate(columns: readonly LookedColumn[]): Associations {
  const used = columns
    .filter(({ type, codes, count }) => type === 'number' || (type === 'category' && codes && count <= mostCodes))
    .slice(0, mostColumns);
  const values = used.map(() => used.map((): number | null => null));
  used.forEach((a, i) => {
    for (let j = i; j < used.length; j++) values[i][j] = values[j][i] = association(a, used[j]);
  });
  return { columns: used.map(({ name, type }) => ({ name, type })), values };
}

function association(a: LookedColumn, b: LookedColumn): number | null {
  switch (measureOf(a.type, b.type)) {
    case 'pearson':
      return pearson(a.numbers!, b.numbers!);
    case 'cramer':
      return cramersV(a.codes!, a.count, b.codes!, b.count);
    case 'eta':
      return a.type === 'number'
        ? correlationRatio(a.numbers!, b.codes!, b.count)
        : correlationRatio(b.numbers!, a.codes!, a.count);
  }
}

/** Pearson's r; NaN is missing. */
export function pearson(a: Float64Array, b: Float64Array): number | null {
  let [n, meanA, meanB, squaresA, squaresB, product] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    const [dx, dy] = [x - meanA, y - meanB];
    meanA += dx / n;
    meanB += dy / n;
    squaresA += dx * (x - meanA);
    squaresB += dy * (y - meanB);
    product += dx * (y - meanB);
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return scale > 0 ? Math.min(1, Math.max(-1, product / scale)) : null;
}

/** η: the root of the share of the numbers' variance that lies between the categories. Codes below 0 are missing. */
export function correlationRatio(numbers: Float64Array, codes: Int32Array, count: number): number | null {
  const [sums, sizes] = [new Float64Array(count), new Float64Array(count)];
  let [n, mean, squares] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    const [x, code] = [numbers[i], codes[i]];
    if (code < 0 || Number.isNaN(x)) continue;
    n++;
    const by = x - mean;
    mean += by / n;
    squares += by * (x - mean);
    sums[code] += x;
    sizes[code]++;
  }
  if (squares <= 0 || sizes.filter((size) => size > 0).length < 2) return null;
  let between = 0;
  for (let code = 0; code < count; code++) {
    if (sizes[code] > 0) between += sizes[code] * (sums[code] / sizes[code] - mean) ** 2;
  }
  return Math.min(1, Math.sqrt(between / squares));
}

/** Cramér's V without the bias that many categories bring (Bergsma, "A bias-correction for Cramér's V", 2013). */
export function cramersV(a: Int32Array, countA: number, b: Int32Array, countB: number): number | null {
  const cells = new Float64Array(countA * countB);
  const [rows, columns] = [new Float64Array(countA), new Float64Array(countB)];
  let n = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] < 0 || b[i] < 0) continue;
    n++;
    cells[a[i] * countB + b[i]]++;
    rows[a[i]]++;
    columns[b[i]]++;
  }
  const r = rows.filter((size) => size > 0).length;
  const k = columns.filter((size) => size > 0).length;
  if (r < 2 || k < 2) return null;
  let chi = 0;
  for (let x = 0; x < countA; x++) {
    for (let y = 0; y < countB; y++) {
      const expected = (rows[x] * columns[y]) / n;
      if (expected > 0) chi += (cells[x * countB + y] - expected) ** 2 / expected;
    }
  }
  const phi = Math.max(0, chi / n - ((r - 1) * (k - 1)) / (n - 1));
  const [rows2, columns2] = [r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)];
  const most = Math.min(rows2, columns2) - 1;
  return most > 0 ? Math.min(1, Math.sqrt(phi / most)) : null;
}
