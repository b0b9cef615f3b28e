import { GraphBuilder } from '../../../onnx/builder.ts';
import { int64s } from '../../../onnx/tensors.ts';
import { writeModel } from '../../../onnx/write.ts';
import { dataOf, Session, valueOf } from '../../../runtime/session.ts';

const rowsAtOnce = 512;

/** Products of matrices, and who is nearest to whom, by ONNX Runtime. Matrices are rows one after another. */
export class Products {
  readonly #threads: number;
  readonly #open = new Map<string, Session>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** a · b: m × k by k × n. */
  async multiply(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Promise<Float32Array> {
    const session = await this.#session('product', (g) => {
      const [left, right] = [g.input('a', 'float', ['m', 'k']), g.input('b', 'float', ['k', 'n'])];
      g.output(g.node('MatMul', [left, right], {}, { outputs: ['product'] })[0]);
    });
    const { product } = await session.run({ a: valueOf('float', [m, k], a), b: valueOf('float', [k, n], b) });
    return dataOf(product) as Float32Array;
  }

  /** aᵀ · a: k × k, of a that is m × k. */
  async gram(a: Float32Array, m: number, k: number): Promise<Float32Array> {
    const session = await this.#session('gram', (g) => {
      const rows = g.input('a', 'float', ['m', 'k']);
      const [across] = g.node('Transpose', [rows], { perm: [1, 0] });
      g.output(g.node('MatMul', [across, rows], {}, { outputs: ['product'] })[0]);
    });
    const { product } = await session.run({ a: valueOf('float', [m, k], a) });
    return dataOf(product) as Float32Array;
  }

  /**
   * For each of `asked` (all where left out) the `count` of `among` with the greatest product of rows, greatest first, by their places in `among`;
   * none is its own neighbour: `own` tells the place in `among` of each asked, −1 for none.
   */
  async nearest(
    asked: Float32Array,
    among: Float32Array,
    size: number,
    count: number,
    own: (asked: number) => number,
    step: (done: number) => Promise<void>,
  ): Promise<{ nearest: Int32Array; likeness: Float32Array }> {
    const [rows, others] = [asked.length / size, among.length / size];
    const found = Math.min(count, others - 1);
    const session = await this.#session(`nearest ${found + 1}`, (g) => {
      const [left, right] = [g.input('a', 'float', ['m', 'k']), g.input('b', 'float', ['k', 'n'])];
      const [product] = g.node('MatMul', [left, right]);
      const outputs = ['values', 'indices'];
      const [values, indices] = g.node('TopK', [product, g.constant(int64s([found + 1]))], { axis: -1 }, { outputs });
      g.output(values);
      g.output(indices);
    });
    const b = valueOf('float', [size, others], transposed(among, others, size));
    const nearest = new Int32Array(rows * found);
    const likeness = new Float32Array(rows * found);
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const some = Math.min(rowsAtOnce, rows - from);
      const a = valueOf('float', [some, size], asked.subarray(from * size, (from + some) * size));
      const answers = await session.run({ a, b });
      const values = dataOf(answers.values) as Float32Array;
      const indices = answers.indices.data as BigInt64Array;
      for (let i = 0; i < some; i++) {
        const itself = own(from + i);
        let put = (from + i) * found;
        for (let k = i * (found + 1); put < (from + i + 1) * found; k++) {
          const place = Number(indices[k]);
          if (place === itself) continue;
          nearest[put] = place;
          likeness[put++] = values[k];
        }
      }
      await step(from + some);
    }
    return { nearest, likeness };
  }

  async close(): Promise<void> {
    for (const session of this.#open.values()) await session.close();
    this.#open.clear();
  }

  async #session(name: string, make: (g: GraphBuilder) => void): Promise<Session> {
    const known = this.#open.get(name);
    if (known) return known;
    const g = new GraphBuilder(name.replaceAll(' ', '-'));
    make(g);
    const model = { irVersion: 8, opsets: { '': 18 }, producer: 'atelier', graph: g.finish(), metadata: {} };
    const session = await Session.open(writeModel(model), { device: 'cpu', threads: this.#threads });
    this.#open.set(name, session);
    return session;
  }
}

export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) out[k * rows + i] = matrix[i * columns + k];
  return out;
}
