import type { AnswerCheck } from '../../shared/prompt/checks.ts';
import { corpusBleu } from './bleu.ts';
import { corpusChrf } from './chrf.ts';
import { schemaCheck } from './json-schema.ts';
import { rouge } from './rouge.ts';
import { similarities } from './similarity.ts';

export interface CheckedAnswers {
  /** [0, 1]: the share that passes, or the measure over all of them. */
  score: number;
  /** Of each answer: 1 passed, 0 not; of a measure its own value of that answer alone. */
  each: number[];
}

export interface CheckOptions {
  /** Of `number`: how far off it may be. */
  tolerance?: number;
  /** Of `schema`: the JSON schema that an answer is to fit. */
  schema?: unknown;
}

/**
 * How well answers do. `exact` and `contains` heed no blanks around a text; `regex` looks for the expected pattern (ECMAScript, with the
 * flag u) in the answer; `number` compares the first number of the answer; `json` asks only that it parses, `schema` that it then fits. BLEU and chrF are those of the
 * corpus, divided by 100, ROUGE-L and `similarity` (see `similarities`) means. Throws SyntaxError where an expected pattern is none, and
 * the errors of `schemaCheck`.
 */
export function checkAnswers(
  check: AnswerCheck,
  answers: readonly string[],
  expected: readonly string[],
  { tolerance = 0, schema = true }: CheckOptions = {},
): CheckedAnswers {
  const references = expected.map((text) => [text]);
  switch (check) {
    case 'bleu':
      return measured(answers, references, (some, of) => corpusBleu(some, of).score / 100);
    case 'chrf':
      return measured(answers, references, (some, of) => corpusChrf(some, of) / 100);
    case 'rouge-l':
      return measured(answers, references, (some, of) => rouge(some, of).rougeL);
    case 'similarity':
      return meanOf(similarities(answers, expected));
    default: {
      const fits = check === 'schema' ? schemaCheck(schema) : () => true;
      const each = answers.map((answer, i) => Number(passes(check, answer, expected[i] ?? '', { tolerance, fits })));
      return meanOf(each);
    }
  }
}

const meanOf = (each: number[]): CheckedAnswers => ({
  score: each.reduce((sum, one) => sum + one, 0) / Math.max(1, each.length),
  each,
});

function measured(
  answers: readonly string[],
  references: readonly string[][],
  measure: (answers: readonly string[], references: readonly string[][]) => number,
): CheckedAnswers {
  const each = answers.map((answer, i) => measure([answer], [references[i]]));
  return { score: answers.length > 0 ? measure(answers, references) : 0, each };
}

function passes(
  check: AnswerCheck,
  answer: string,
  expected: string,
  { tolerance, fits }: { tolerance: number; fits: (value: unknown) => boolean },
): boolean {
  switch (check) {
    case 'contains':
      return answer.includes(expected.trim());
    case 'regex':
      return new RegExp(expected, 'u').test(answer);
    case 'number': {
      const found = /[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?/.exec(answer);
      return found !== null && expected.trim() !== '' && Math.abs(Number(found[0]) - Number(expected)) <= tolerance;
    }
    case 'json':
    case 'schema':
      try {
        return fits(JSON.parse(answer));
      } catch {
        return false;
      }
    default:
      return answer.trim() === expected.trim();
  }
}
