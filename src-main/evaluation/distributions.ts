/** Tails of the distributions that tests of significance ask for. Good to about 1e-12, relative, but in far tails. */

/** ln Γ(x), x > 0: Lanczos' approximation with g = 7, nine terms. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const sum = terms.reduce((total, term, i) => total + term / (z + i + 1), 0.9999999999998099);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Numerical Recipes, 6.4). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** P(|T| ≥ |t|), Student's t with so many degrees of freedom. */
export const studentTwoSided = (t: number, degrees: number): number =>
  incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));

/** P(X ≥ x), chi-square with one degree of freedom: the square of a standard normal, Student's t with endless degrees. */
export function chiSquareTail(x: number): number {
  if (x <= 0) return 1;
  // erfc(√(x/2)), by the series of erf where it is small and the continued fraction where it is large.
  const z = Math.sqrt(x / 2);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction);
}

/** Twice the lesser tail of a fair coin's n throws, at most 1. */
export function fairCoinTwoSided(heads: number, throws: number): number {
  const fewer = Math.min(heads, throws - heads);
  let tail = 0;
  for (let k = 0; k <= fewer; k++) tail += Math.exp(logChoose(throws, k) - throws * Math.LN2);
  return Math.min(1, 2 * tail);
}

/** P(X ≥ k) of the hypergeometric distribution: `drawn` of `all`, `marked` of which are marked. Fisher's exact test, one-sided. */
export function hypergeometricTail(k: number, all: number, marked: number, drawn: number): number {
  let tail = 0;
  for (let x = Math.max(k, drawn + marked - all); x <= Math.min(marked, drawn); x++) {
    tail += Math.exp(logChoose(marked, x) + logChoose(all - marked, drawn - x) - logChoose(all, drawn));
  }
  return Math.min(1, tail);
}

/** Wilson's interval of a share, 95 %. */
export function wilson(hits: number, of: number): [number, number] {
  if (of === 0) return [NaN, NaN];
  const z = 1.959963984540054;
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const whole = 1 + (z * z) / of;
  return [Math.max(0, (middle - reach) / whole), Math.min(1, (middle + reach) / whole)];
}

/** Holm's correction: what each p-value is worth among the others, in their order. */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const corrected = new Array<number>(values.length);
  let highest = 0;
  order.forEach((i, rank) => {
    highest = Math.max(highest, Math.min(1, values[i] * (values.length - rank)));
    corrected[i] = highest;
  });
  return corrected;
}

/** The t that lies within ±t in 95 of 100: by halving, to about ten digits. */
export function studentQuantile(degrees: number): number {
  let [low, high] = [1.9, 13];
  for (let step = 0; step < 45; step++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
