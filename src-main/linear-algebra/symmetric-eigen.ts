/**
 * All eigenvalues and eigenvectors of a symmetric matrix, greatest first: Householder's reduction and QL with implicit shifts (Bowdler, Martin,
 * Reinsch, Wilkinson, "The QR and QL algorithms for symmetric matrices", 1968; tred2 and tql2 of EISPACK). `matrix`: n × n, left as it is.
 * `vectors`: n × n, eigenvectors as rows. For n of up to some hundreds.
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const v = Array.from({ length: n }, (_, i) => matrix.slice(i * n, (i + 1) * n));
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  reduce(v, d, e, n);
  iterate(v, d, e, n);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => d[b] - d[a]);
  const vectors = new Float64Array(n * n);
  order.forEach((column, row) => {
    for (let i = 0; i < n; i++) vectors[row * n + i] = v[i][column];
  });
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
}

/** To tridiagonal form: diagonal d, below it e; v becomes the transformation. */
function reduce(v: Float64Array[], d: Float64Array, e: Float64Array, n: number): void {
  d.set(v[n - 1]);
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[i - 1][j];
        v[i][j] = v[j][i] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      const f = d[i - 1];
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      for (let j = 0; j < i; j++) {
        v[j][i] = d[j];
        let sum = e[j] + v[j][j] * d[j];
        for (let k = j + 1; k < i; k++) {
          sum += v[k][j] * d[k];
          e[k] += v[k][j] * d[j];
        }
        e[j] = sum;
      }
      let along = 0;
      for (let j = 0; j < i; j++) {
        e[j] /= h;
        along += e[j] * d[j];
      }
      for (let j = 0; j < i; j++) e[j] -= (along / (h + h)) * d[j];
      for (let j = 0; j < i; j++) {
        for (let k = j; k < i; k++) v[k][j] -= d[j] * e[k] + e[j] * d[k];
        d[j] = v[i - 1][j];
        v[i][j] = 0;
      }
    }
    d[i] = h;
  }
  for (let i = 0; i < n - 1; i++) {
    v[n - 1][i] = v[i][i];
    v[i][i] = 1;
    const h = d[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k][i + 1] / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[k][i + 1] * v[k][j];
        for (let k = 0; k <= i; k++) v[k][j] -= g * d[k];
      }
    }
    for (let k = 0; k <= i; k++) v[k][i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[n - 1][j];
    v[n - 1][j] = 0;
  }
  v[n - 1][n - 1] = 1;
  e[0] = 0;
}

function iterate(v: Float64Array[], d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let shift = 0;
  let greatest = 0;
  for (let l = 0; l < n; l++) {
    greatest = Math.max(greatest, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * greatest) m++;
    while (m > l && Math.abs(e[l]) > Number.EPSILON * greatest) {
      let g = d[l];
      let p = (d[l + 1] - g) / (2 * e[l]);
      const r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
      d[l] = e[l] / (p + r);
      d[l + 1] = e[l] * (p + r);
      const next = d[l + 1];
      const h = g - d[l];
      for (let i = l + 2; i < n; i++) d[i] -= h;
      shift += h;
      p = d[m];
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
      const below = e[l + 1];
      for (let i = m - 1; i >= l; i--) {
        [c3, c2, s2] = [c2, c, s];
        g = c * e[i];
        const hh = c * p;
        const length = Math.hypot(p, e[i]);
        e[i + 1] = s * length;
        s = e[i] / length;
        c = p / length;
        p = c * d[i] - s * g;
        d[i + 1] = hh + s * (c * g + s * d[i]);
        for (let k = 0; k < n; k++) {
          const row = v[k];
          const upper = row[i + 1];
          row[i + 1] = s * row[i] + c * upper;
          row[i] = c * row[i] - s * upper;
        }
      }
      p = (-s * s2 * c3 * below * e[l]) / next;
      e[l] = s * p;
      d[l] = c * p;
    }
    d[l] += shift;
    e[l] = 0;
  }
}
