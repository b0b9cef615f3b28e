import { GraphBuilder, type Value } from '../../../onnx/builder.ts';
import { int64s, tensor } from '../../../onnx/tensors.ts';
import { writeModel } from '../../../onnx/write.ts';
import { dataOf, Session, valueOf } from '../../../runtime/session.ts';

const rowsAtOnce = 512;
/** Of a matrix of which one half counts, so many columns are worked out together: most of what does not count is then left out. */
const columnsAtOnce = 256;
/** As an end of a slice: where the axis ends. */
const largest = 2 ** 31 - 1;

const blocksOf = (columns: number): { from: number; to: number }[] =>
  Array.from({ length: Math.ceil(columns / columnsAtOnce) }, (_, i) => ({
    from: i * columnsAtOnce,
    to: Math.min(columns, (i + 1) * columnsAtOnce),
  }));

/** Products of matrices, and who is nearest to whom, by ONNX Runtime. Matrices are rows one after another. */
export class Products {
  readonly #threads: number;
  readonly #open = new Map<string, Session>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** a · b: m × k by k × n; into an array that is as long, where one is given. */
  async multiply(
    a: Float32Array,
    b: Float32Array,
    m: number,
    k: number,
    n: number,
    into?: Float32Array,
  ): Promise<Float32Array> {
    const session = await this.#session('product', (g) => {
      const [left, right] = [g.input('a', 'float', ['m', 'k']), g.input('b', 'float', ['k', 'n'])];
      g.output(g.node('MatMul', [left, right], {}, { outputs: ['product'] })[0]);
    });
    const fetches = into && { product: valueOf('float', [m, n], into) };
    const { product } = await session.run({ a: valueOf('float', [m, k], a), b: valueOf('float', [k, n], b) }, fetches);
    return dataOf(product) as Float32Array;
  }

  /** The lower half of aᵀ · a, k × k, of a that is m × k; above the diagonal there is more or less of the rest. */
  async gram(a: Float32Array, m: number, k: number): Promise<Float32Array> {
    const blocks = blocksOf(k);
    const session = await this.#session(`gram ${k}`, (g) => {
      const rows = g.input('a', 'float', ['m', k]);
      for (const [i, { from, to }] of blocks.entries()) {
        const across = g.transpose(g.slice(rows, [0, from], [largest, to], [0, 1]), [1, 0]);
        const [product] = g.node(
          'MatMul',
          [across, g.slice(rows, [0, 0], [largest, to], [0, 1])],
          {},
          { outputs: [`b${i}`] },
        );
        g.output(product);
      }
    });
    const products = await session.run({ a: valueOf('float', [m, k], a) });
    const inner = new Float32Array(k * k);
    for (const [i, { from, to }] of blocks.entries()) {
      const block = dataOf(products[`b${i}`]) as Float32Array;
      for (let row = from; row < to; row++)
        inner.set(block.subarray((row - from) * to, (row - from + 1) * to), row * k);
    }
    return inner;
  }

  /** A graph of one input, rows of `width`, and one output, rows of `wide`, ready to be run on any number of rows. What it gave last is overwritten. */
  async prepare(
    width: number,
    wide: number,
    make: (g: GraphBuilder, a: Value) => Value,
  ): Promise<(rows: Float32Array, m: number) => Promise<Float32Array>> {
    const session = await this.#session(`prepared ${this.#open.size}`, (g) =>
      g.output(make(g, g.input('a', 'float', ['m', width]))),
    );
    const [{ name }] = session.outputs;
    let room = new Float32Array(0);
    return async (rows, m) => {
      if (room.length < m * wide) room = new Float32Array(m * wide);
      const into = room.subarray(0, m * wide);
      await session.run({ a: valueOf('float', [m, width], rows) }, { [name]: valueOf('float', [m, wide], into) });
      return into;
    };
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

/** a · triangle, of which what lies below the diagonal is not looked at: m × n by n × n. */
export function throughTriangle(g: GraphBuilder, a: Value, triangle: Float32Array, n: number): Value {
  const products = blocksOf(n).map(({ from, to }) => {
    const block = new Float32Array(to * (to - from));
    for (let row = 0; row < to; row++) block.set(triangle.subarray(row * n + from, row * n + to), row * (to - from));
    return g.matmul(g.slice(a, [0, 0], [largest, to], [0, 1]), g.constant(tensor('float', [to, to - from], block)));
  });
  return g.concat(products, 1);
}

export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) out[k * rows + i] = matrix[i * columns + k];
  return out;
}
