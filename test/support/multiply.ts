import type { Multiply } from '../../src-main/evaluation/nearest.ts';

/** Sums of 32-bit floats, one after another. */
export const multiply: Multiply = (a, b, m, k, n, product) => {
  product.fill(0);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < k; j++) {
      for (let c = 0; c < n; c++) product[i * n + c] = Math.fround(product[i * n + c] + a[i * k + j] * b[j * n + c]);
    }
  }
  return Promise.resolve();
};
