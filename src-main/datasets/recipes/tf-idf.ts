import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { float64s } from '../encode/onnx-constants.ts';
import { sqlText } from '../cells.ts';
import { namedSettings } from '../text-functions.ts';
import { lettersOf, mappedLetters, type Letters } from './case.ts';
import type { PerColumn } from './numbers.ts';
import { cut } from './onnx/strings.ts';
import { onceInGraph } from './onnx/shared.ts';
import { batch, double, text, where } from './onnx/values.ts';
import type { FitContext, Made, StateColumn, StepKind } from './step.ts';
import { chosen, forEach, inPlace, textSql } from './values.ts';

interface Words {
  letters: Letters;
  /** In the order of their letters; each with ln((1 + n) / (1 + rows that have it)) + 1, of n rows. */
  words: string[];
  weights: number[];
}

/** Two letters, digits or underscores at least; the longest run. */
const word = '[\\p{L}\\p{N}_]{2,}';

/**
 * A column for each word of the training split: how often a text has it, in small letters, times the word's weight (the rarer the more), each
 * text's numbers then brought to length 1 (scikit-learn's TfidfVectorizer). Missing texts and those without a known word are 0 throughout.
 */
export const tfIdf: StepKind<PerColumn<Words>> = {
  kind: 'tf-idf',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', required: true, default: [] },
    { key: 'words', kind: 'integer', default: 256, min: 1, max: 2000 },
    { key: 'least', kind: 'integer', default: 2, min: 1, max: 1_000_000 },
    { key: 'norm', kind: 'boolean', default: true },
  ],
  functions: { tf_idf: { numbers: (settings) => weigher(JSON.parse(settings) as Parameters<typeof weigher>[0]) } },
  async fit(state, { columns, words, least }, context) {
    const learned: PerColumn<Words> = {};
    const letters = await lettersOf('lower', context);
    for (const column of chosen(state, { columns }, 'text')) {
      const found = await wordsOf(column, words as number, least as number, context);
      if (found.words.length === 0) {
        throw new AtelierError(
          'invalid_settings',
          `No word of "${column.name}" is in ${String(least)} or more of the training split's rows. Choose another column, or fewer rows.`,
        );
      }
      learned[column.name] = { letters, ...found };
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => {
        const { letters, words, weights } = learned[column.name];
        const norm = settings.norm === true;
        const given = sqlText(namedSettings(JSON.stringify({ words, weights, norm })));
        const whole = onceInGraph((g, [cell]) => weighed(g, mappedLetters(g, cell, letters), words, weights, norm));
        return words.map((each, i): Made => ({
          name: `${column.name}:${each}`,
          type: 'number',
          role: 'feature',
          form: 'number',
          prepared: true,
          reads: [{ column, as: 'text' }],
          // The same call for every word: DuckDB evaluates it once.
          sql: ([cell]) => `coalesce(tf_idf(lower(${cell}), ${given})[${i + 1}], 0)`,
          onnx: (g, cells) =>
            g.node(
              'Gather',
              [whole(g, cells), g.int64s([i])],
              { axis: 1 },
              { types: [{ type: 'double', shape: [batch, 1] }] },
            )[0],
        }));
      }),
    ),
};

async function wordsOf(
  column: StateColumn,
  most: number,
  least: number,
  { query, train }: FitContext,
): Promise<Pick<Words, 'words' | 'weights'>> {
  const [{ n }] = await query(`SELECT count(*) AS n FROM ${train}`);
  const rows = await query(
    `SELECT word, rows FROM (
       SELECT word, count(*) AS times, count(DISTINCT rid) AS rows
       FROM (SELECT rid, unnest(regexp_extract_all(lower(${textSql(column)}), ${sqlText(word)})) AS word FROM ${train})
       GROUP BY word HAVING rows >= ${least} ORDER BY times DESC, word LIMIT ${most}) ORDER BY word`,
  );
  return {
    words: rows.map((row) => String(row.word)),
    weights: rows.map((row) => Math.log((1 + Number(n)) / (1 + Number(row.rows))) + 1),
  };
}

function weigher({ words, weights, norm }: { words: string[]; weights: number[]; norm: boolean }) {
  const places = new Map(words.map((each, i) => [each, i]));
  const pattern = new RegExp(word, 'gu');
  return (lowered: string): number[] => {
    const numbers = new Array<number>(words.length).fill(0);
    for (const [found] of lowered.matchAll(pattern)) {
      const at = places.get(found);
      if (at !== undefined) numbers[at]++;
    }
    let squares = 0;
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] *= weights[i];
      squares += numbers[i] * numbers[i];
    }
    const length = norm && squares > 0 ? Math.sqrt(squares) : 1;
    return numbers.map((value) => value / length);
  };
}

function weighed(
  g: GraphBuilder,
  lowered: Value,
  words: readonly string[],
  weights: readonly number[],
  norm: boolean,
): Value {
  const found = cut(g, lowered, word);
  // One more, empty: a batch without any word has no pieces.
  const rows = g.op('Shape', [found], { start: 0, end: 1 });
  const [empty] = g.node(
    'Expand',
    [text(g, ''), g.concat([rows, g.int64s([1])], 0)],
    {},
    { types: [{ type: 'string', shape: [batch, 1] }] },
  );
  const types = [{ type: 'string' as const, shape: [batch, g.unique('words')] }];
  const [tokens] = g.node('Concat', [found, empty], { axis: 1 }, { types });
  const [counts] = g.node(
    'TfIdfVectorizer',
    [tokens],
    {
      mode: 'TF',
      min_gram_length: 1,
      max_gram_length: 1,
      max_skip_count: 0,
      ngram_counts: [0],
      ngram_indexes: words.map((_, i) => i),
      pool_strings: { kind: 'strings', value: [...words] },
    },
    { types: [{ type: 'float', shape: [batch, words.length] }] },
  );
  const numbers = g.mul(g.cast(counts, 'double'), g.constant(float64s([1, words.length], [...weights])));
  if (!norm) return numbers;
  const squares = g.reduceSum(g.mul(numbers, numbers), [1], true);
  const none = g.op('Equal', [squares, double(g, 0)]);
  return g.div(numbers, where(g, none, double(g, 1), g.op('Sqrt', [squares])));
}
