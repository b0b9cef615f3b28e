import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { changedNumbers, measured, numberColumns, type PerColumn } from './numbers.ts';
import { double, where } from './onnx/values.ts';
import type { FitContext, StateColumn, StepKind } from './step.ts';
import { numberSqlOf, sqlNumber } from './values.ts';
import { rootOf } from './root.ts';

interface Power {
  lambda: number;
  centre: number;
  scale: number;
}

/**
 * Brings skewed numbers close to a normal distribution: above 0 ((x + 1)^λ − 1) / λ, below −((1 − x)^(2−λ) − 1) / (2 − λ), with the λ that makes
 * the training split's numbers likeliest (Yeo and Johnson, "A new family of power transformations", 2000; scikit-learn's PowerTransformer).
 */
export const yeoJohnson: StepKind<PerColumn<Power>> = {
  kind: 'yeo-johnson',
  group: 'numbers',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'standardise', kind: 'boolean', default: true },
  ],
  async fit(state, settings, context) {
    const learned: PerColumn<Power> = {};
    for (const column of numberColumns(state, settings)) {
      const lambda = await likeliest(column, context);
      const y = transformedSql('x', lambda);
      const { [column.name]: facts } = await measured(
        [column],
        { mean: `avg(${y})`, std: `stddev_pop(${y})` },
        context,
      );
      const scaled = settings.standardise === true;
      learned[column.name] = { lambda, centre: scaled ? (facts.mean ?? 0) : 0, scale: (scaled && facts.std) || 1 };
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    changedNumbers(
      state,
      settings,
      ({ name }) => {
        const { lambda, centre, scale } = learned[name];
        return {
          sql: (x) => `(${transformedSql(x, lambda)} - ${sqlNumber(centre)}) / ${sqlNumber(scale)}`,
          onnx: (g, x) => g.div(g.sub(transformedOnnx(g, x, lambda), double(g, centre)), double(g, scale)),
        };
      },
      settings.standardise === true,
    ),
};

/** An exponent so near 0 is the logarithm: the power's own formula would lose more digits. */
const logarithm = 1e-8;

/** The two halves: ((1 + |x|)^power − 1) / power, with the sign of x. */
function halfSql(base: string, power: number): string {
  return Math.abs(power) < logarithm
    ? `ln(${base})`
    : `((pow(${base}, ${sqlNumber(power)}) - 1) / ${sqlNumber(power)})`;
}

const transformedSql = (x: string, lambda: number): string =>
  `(CASE WHEN ${x} >= 0 THEN ${halfSql(`(${x} + 1)`, lambda)} WHEN ${x} < 0 THEN -${halfSql(`(1 - ${x})`, 2 - lambda)} END)`;

function transformedOnnx(g: GraphBuilder, x: Value, lambda: number): Value {
  const half = (base: Value, power: number): Value =>
    Math.abs(power) < logarithm
      ? g.op('Log', [base])
      : g.div(g.sub(g.op('Pow', [base, double(g, power)]), double(g, 1)), double(g, power));
  const below = g.op('Less', [x, double(g, 0)]);
  const size = g.op('Abs', [x]);
  const base = g.add(size, double(g, 1));
  return where(g, below, g.op('Neg', [half(base, 2 - lambda)]), half(base, lambda));
}

/** Powers of the largest number that a double holds the square of. */
const mostExponent = 300;
const mostLambda = 100;

/** Where the likelihood's derivative is 0: −n/2 · (Var y)′ / Var y + Σ sign(x) · ln(1 + |x|). 1, which leaves numbers as they are, where nothing varies. */
async function likeliest(column: StateColumn, context: FitContext): Promise<number> {
  const { [column.name]: facts } = await measured(
    [column],
    { n: 'count(x)', spread: 'stddev_pop(x)', least: 'min(x)', most: 'max(x)', logs: 'sum(sign(x) * ln(1 + abs(x)))' },
    context,
  );
  if (!facts.n || !facts.spread) return 1;
  const { query, train } = context;
  const derivative = async (lambda: number): Promise<number> => {
    const y = transformedSql('x', lambda);
    const [row] = await query(
      `SELECT var_pop(y) AS v, covar_pop(y, d) AS c FROM (SELECT ${y} AS y, ${slopeSql('x', lambda)} AS d FROM (SELECT ${numberSqlOf(column)} AS x FROM ${train}) WHERE x IS NOT NULL)`,
    );
    // Half of the variance's derivative is the covariance.
    return facts.logs! - (facts.n! * Number(row.c)) / Number(row.v);
  };
  const largest = Math.log1p(Math.max(Math.abs(facts.least!), Math.abs(facts.most!)));
  const bound = Math.min(mostLambda, mostExponent / largest - 2);
  return rootOf(derivative, 1, Math.max(2, bound));
}

/** dy/dλ: of ((1 + |x|)^p − 1) / p it is (b^p · (p · ln b − 1) + 1) / p², at 0 ln²(b) / 2; below 0 the two signs cancel. */
function slopeSql(x: string, lambda: number): string {
  const half = (base: string, power: number): string => {
    if (Math.abs(power) < 1e-4) {
      // The quotient's series: its own digits would cancel.
      return `(pow(ln(${base}), 2) / 2 + ${sqlNumber(power)} * pow(ln(${base}), 3) / 3)`;
    }
    const p = sqlNumber(power);
    return `((pow(${base}, ${p}) * (${p} * ln(${base}) - 1) + 1) / (${p} * ${p}))`;
  };
  return `(CASE WHEN ${x} >= 0 THEN ${half(`(${x} + 1)`, lambda)} ELSE ${half(`(1 - ${x})`, 2 - lambda)} END)`;
}
