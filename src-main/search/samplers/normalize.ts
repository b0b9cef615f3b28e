/**
 * Values made to look normal, with mean 0 and variance 1: a power transform (Yeo and Johnson, 2000) whose exponent fits best, as losses
 * often have a long tail of bad ones that would hide what lies between the good ones. Keeps the order.
 */
export function normalized(values: readonly number[]): number[] {
  const plain = standardized(values);
  if (values.length < 5) return plain;
  let best = { score: -Infinity, values: plain };
  for (let lambda = 1; lambda >= -1; lambda -= 0.1) {
    const bent = plain.map((value) => bend(value, lambda));
    const jacobian = plain.reduce((sum, value) => sum + Math.sign(value) * Math.log1p(Math.abs(value)), 0);
    const score = (-values.length / 2) * Math.log(variance(bent) + 1e-300) + (lambda - 1) * jacobian;
    if (score > best.score) best = { score, values: bent };
  }
  return standardized(best.values);
}

function bend(value: number, lambda: number): number {
  if (value >= 0) return Math.abs(lambda) < 1e-9 ? Math.log1p(value) : ((value + 1) ** lambda - 1) / lambda;
  const other = 2 - lambda;
  return -((1 - value) ** other - 1) / other;
}

function standardized(values: readonly number[]): number[] {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(variance(values));
  return values.map((value) => (deviation > 0 ? (value - middle) / deviation : 0));
}

function variance(values: readonly number[]): number {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
}
