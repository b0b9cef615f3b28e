/** A pair that could be: a row, a column, and what it is worth (above 0). */
export interface Candidate {
  row: number;
  column: number;
  weight: number;
}

/** Larger knots than this, which only copies over copies make, are untied greedily, the heaviest pair first: the optimum takes cubic time. */
const mostTogether = 400;

/**
 * Pairs rows with columns, each at most once, so that the weights' sum is the greatest: the Hungarian method (Kuhn, Naval Research Logistics
 * Quarterly 2, 1955; Munkres 1957) in each connected part by itself, which are small where only neighbours overlap.
 */
export function bestPairs(candidates: readonly Candidate[]): Candidate[] {
  return connected(candidates).flatMap((part) => {
    const rows = [...new Set(part.map(({ row }) => row))];
    const columns = [...new Set(part.map(({ column }) => column))];
    if (rows.length === 1 || columns.length === 1) {
      return [part.reduce((best, each) => (each.weight > best.weight ? each : best))];
    }
    return Math.max(rows.length, columns.length) > mostTogether ? greedy(part) : hungarian(part, rows, columns);
  });
}

function connected(candidates: readonly Candidate[]): Candidate[][] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    while (parent.get(root)! !== root) root = parent.get(root)!;
    for (let at = key; at !== root;) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  for (const { row, column } of candidates) {
    const [a, b] = [`r${row}`, `c${column}`];
    for (const key of [a, b]) if (!parent.has(key)) parent.set(key, key);
    parent.set(rootOf(a), rootOf(b));
  }
  const parts = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const root = rootOf(`r${one.row}`);
    const part = parts.get(root);
    if (part) part.push(one);
    else parts.set(root, [one]);
  }
  return [...parts.values()];
}

function greedy(part: readonly Candidate[]): Candidate[] {
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  return part
    .toSorted((a, b) => b.weight - a.weight)
    .filter(({ row, column }) => {
      if (rows.has(row) || columns.has(column)) return false;
      rows.add(row);
      columns.add(column);
      return true;
    });
}

/** With potentials u and v, one row after the other: O(rows² columns). What is no candidate weighs 0, and is left out of the answer. */
function hungarian(part: readonly Candidate[], rowIds: readonly number[], columnIds: readonly number[]): Candidate[] {
  const turned = rowIds.length > columnIds.length;
  const [outer, inner] = turned ? [columnIds, rowIds] : [rowIds, columnIds];
  const placeOuter = new Map(outer.map((id, i) => [id, i]));
  const placeInner = new Map(inner.map((id, i) => [id, i]));
  const [n, m] = [outer.length, inner.length];
  const at = Array.from({ length: n }, () => new Array<Candidate | undefined>(m));
  for (const one of part) {
    const [row, column] = turned ? [one.column, one.row] : [one.row, one.column];
    at[placeOuter.get(row)!][placeInner.get(column)!] = one;
  }
  const cost = (i: number, j: number): number => -(at[i - 1][j - 1]?.weight ?? 0);
  const u = new Float64Array(n + 1);
  const v = new Float64Array(m + 1);
  /** By column: its row, 0 for none. */
  const rowOf = new Int32Array(m + 1);
  const way = new Int32Array(m + 1);
  for (let i = 1; i <= n; i++) {
    rowOf[0] = i;
    let j0 = 0;
    const least = new Float64Array(m + 1).fill(Infinity);
    const seen = new Uint8Array(m + 1);
    do {
      seen[j0] = 1;
      let [delta, j1] = [Infinity, 0];
      for (let j = 1; j <= m; j++) {
        if (seen[j]) continue;
        const reduced = cost(rowOf[j0], j) - u[rowOf[j0]] - v[j];
        if (reduced < least[j]) {
          least[j] = reduced;
          way[j] = j0;
        }
        if (least[j] < delta) [delta, j1] = [least[j], j];
      }
      for (let j = 0; j <= m; j++) {
        if (seen[j]) {
          u[rowOf[j]] += delta;
          v[j] -= delta;
        } else least[j] -= delta;
      }
      j0 = j1;
    } while (rowOf[j0] !== 0);
    for (; j0 !== 0; j0 = way[j0]) rowOf[j0] = rowOf[way[j0]];
  }
  const found: Candidate[] = [];
  for (let j = 1; j <= m; j++) {
    const pair = rowOf[j] > 0 ? at[rowOf[j] - 1][j - 1] : undefined;
    if (pair) found.push(pair);
  }
  return found;
}
