import type { ProblemCode, ProblemFacts } from '../../src-main/shared/prompt/problems.ts';
import { m } from './messages.ts';

const sentences: { [C in ProblemCode]: (facts: ProblemFacts[C]) => string } = {
  include_unknown: m.problem_include_unknown,
  include_ambiguous: m.problem_include_ambiguous,
  include_version: m.problem_include_version,
  include_cycle: m.problem_include_cycle,
  include_deep: m.problem_include_deep,
  include_empty: m.problem_include_empty,
  include_turns: m.problem_include_turns,
  include_in_examples: m.problem_include_in_examples,
  not_held: m.problem_not_held,
  expanded_too_long: m.problem_expanded_too_long,
  examples_key: m.problem_examples_key,
  examples_syntax: m.problem_examples_syntax,
  examples_dataset: () => m.problem_examples_dataset(),
  examples_split: m.problem_examples_split,
  examples_number: m.problem_examples_number,
  examples_unclosed: () => m.problem_examples_unclosed({ end: '{{/examples}}' }),
  examples_unopened: () => m.problem_examples_unopened({ begin: '{{#examples …}}' }),
  dataset_unknown: m.problem_dataset_unknown,
  dataset_ambiguous: m.problem_dataset_ambiguous,
  dataset_version: m.problem_dataset_version,
  dataset_no_table: m.problem_dataset_no_table,
  column_unknown: m.problem_column_unknown,
  column_many_values: m.problem_column_many_values,
  split_empty: m.problem_split_empty,
  examples_too_many: m.problem_examples_too_many,
  examples_from_test: m.problem_examples_from_test,
  examples_unread: ({ message }) => message,
};

/** What is wrong with a place of a prompt. */
export const promptProblemText = ({
  code,
  facts,
}: {
  code: ProblemCode;
  facts: Record<string, string | number>;
}): string => (sentences[code] as (facts: Record<string, string | number>) => string)(facts);
