import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { murmur3 } from './murmur.ts';
import { onceInGraph } from './onnx/shared.ts';
import { columnNode, double, isMissing, microsoft, text, where } from './onnx/values.ts';
import type { Made, StateColumn, StepKind } from './step.ts';
import { chosen, inPlace } from './values.ts';

/**
 * Columns of numbers into which values fall by their hash, however many values there are and whichever come: of all chosen columns together,
 * "column=value" by MurmurHash3 counts 1 in one of them, or −1 by the hash's sign, so that values that meet cancel on average (Weinberger et
 * al., "Feature hashing", 2009; scikit-learn's FeatureHasher). Learns nothing.
 */
export const hashing: StepKind = {
  kind: 'hashing',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'count', kind: 'integer', default: 64, min: 2, max: 1024 },
    { key: 'signs', kind: 'boolean', default: true },
  ],
  functions: { murmur3: { numbers: () => (value) => [murmur3(value)] } },
  outcome(state, settings) {
    const columns = chosen(state, settings, 'text');
    if (columns.length === 0) {
      throw new AtelierError('invalid_settings', 'There is no column of texts or categories to hash. Choose one.');
    }
    const [count, signs] = [settings.count as number, settings.signs === true];
    const name = columns.length === 1 ? columns[0].name : `${columns[0].name}+${columns.length - 1}`;
    const hash = (column: StateColumn): ReturnType<typeof onceInGraph> =>
      onceInGraph((g, [cell]) => {
        const named = columnNode(g, 'StringConcat', [text(g, `${column.name}=`), cell], 'string');
        const hashed = columnNode(g, 'MurmurHash3', [named], 'int32', { positive: 0, seed: 0 }, microsoft);
        return columnNode(g, 'Cast', [hashed], 'double', { to: 11 });
      });
    const hashes = columns.map(hash);
    const bins = Array.from({ length: count }, (_, bin): Made => ({
      name: `${name}#${bin}`,
      type: 'number',
      role: 'feature',
      form: 'number',
      prepared: true,
      reads: columns.map((column) => ({ column, as: 'text' })),
      sql: (cells) => cells.map((cell, i) => oneSql(cell, columns[i].name, bin, count, signs)).join(' + '),
      onnx: (g, cells) =>
        cells
          .map((cell, i) => oneOnnx(g, cell, hashes[i](g, [cell]), bin, count, signs))
          .reduce((sum, each) => g.add(sum, each)),
    }));
    return inPlace(state, new Map(columns.map((column, i) => [column.name, i === 0 ? bins : []])));
  },
};

function oneSql(cell: string, name: string, bin: number, count: number, signs: boolean): string {
  // The same call in every bin: DuckDB evaluates it once.
  const hash = `(murmur3(${sqlText(`${name}=`)} || ${cell}, '')[1])::BIGINT`;
  return `(CASE WHEN abs(${hash}) % ${count} = ${bin} THEN ${signs ? `(CASE WHEN ${hash} < 0 THEN -1 ELSE 1 END)` : '1'} ELSE 0 END)::DOUBLE`;
}

/** Whole numbers in doubles: of −2³¹ 32 bits have no absolute value. */
function oneOnnx(g: GraphBuilder, cell: Value, hash: Value, bin: number, count: number, signs: boolean): Value {
  const size = g.op('Abs', [hash]);
  const rest = g.sub(size, g.mul(g.op('Floor', [g.div(size, double(g, count))]), double(g, count)));
  const value = signs ? where(g, g.op('Less', [hash, double(g, 0)]), double(g, -1), double(g, 1)) : double(g, 1);
  const here = where(g, g.op('Equal', [rest, double(g, bin)]), value, double(g, 0));
  return where(g, isMissing(g, cell), double(g, 0), here);
}
