import { AtelierError } from '../errors.ts';

/** What can be wrong with what a prompt includes and draws, each with what it names. */
export interface ProblemFacts {
  include_unknown: { name: string };
  include_ambiguous: { name: string; count: number };
  include_version: { name: string; version: number };
  include_cycle: { chain: string };
  include_deep: { most: number };
  include_empty: { name: string };
  include_turns: { name: string };
  include_in_examples: { name: string };
  not_held: { source: string };
  expanded_too_long: { most: number };
  examples_key: { key: string; keys: string };
  examples_syntax: { text: string };
  examples_dataset: Record<string, never>;
  examples_split: { split: string; splits: string };
  examples_number: { key: string; least: number; most: number; text: string };
  examples_unclosed: Record<string, never>;
  examples_unopened: Record<string, never>;
  dataset_unknown: { name: string };
  dataset_ambiguous: { name: string };
  dataset_version: { name: string; version: number };
  dataset_no_table: { name: string };
  column_unknown: { name: string; columns: string };
  column_many_values: { name: string; values: number; most: number };
  split_empty: { name: string; split: string };
  examples_too_many: { count: number; rows: number; split: string };
  examples_from_test: { name: string };
  examples_unread: { message: string };
}
export type ProblemCode = keyof ProblemFacts;

export interface PromptProblem {
  code: ProblemCode;
  severity: 'error' | 'warning';
  /** Where in the prompt, in UTF-16 units. */
  from: number;
  to: number;
  facts: Record<string, string | number>;
  message: string;
}

/** Of one place; thrown by what looks it up. */
export class PromptFault<C extends ProblemCode = ProblemCode> extends AtelierError {
  declare readonly code: C;
  readonly facts: Record<string, string | number>;

  constructor(code: C, facts: ProblemFacts[C]) {
    super(code, sentences[code](facts));
    this.facts = facts;
  }
}

const sentences: { [C in ProblemCode]: (facts: ProblemFacts[C]) => string } = {
  include_unknown: ({ name }) => `There is no prompt "${name}" to include.`,
  include_ambiguous: ({ name, count }) =>
    `${count} prompts are called "${name}". Rename one, or include it by its id ("atelier prompts list").`,
  include_version: ({ name, version }) => `"${name}" has no version ${version}.`,
  include_cycle: ({ chain }) => `The prompt includes itself: ${chain}. Take one of these includes out.`,
  include_deep: ({ most }) => `Includes lie more than ${most} deep in one another. Include less.`,
  include_empty: ({ name }) => `"${name}" is empty: there is nothing to include.`,
  include_turns: ({ name }) => `"${name}" has turns (system:, user:, assistant:): include it in a line of its own.`,
  include_in_examples: ({ name }) => `"${name}" stands inside {{#examples}}, where only text and columns can.`,
  not_held: ({ source }) =>
    `The version has ${source}, which could not be found when it was kept. Restore it, mend that, and run the draft.`,
  expanded_too_long: ({ most }) => `With what it includes the prompt is longer than ${most} characters. Include less.`,
  examples_key: ({ key, keys }) => `{{#examples}} knows no "${key}". There is ${keys}.`,
  examples_syntax: ({ text }) => `{{#examples}}: "${text}" is no key="value".`,
  examples_dataset: () => '{{#examples}} names no dataset: dataset="name".',
  examples_split: ({ split, splits }) => `There is no split "${split}": take ${splits}.`,
  examples_number: ({ key, least, most, text }) =>
    `"${key}" is a whole number from ${least} to ${most}, and not "${text}".`,
  examples_unclosed: () => '{{#examples}} has no {{/examples}} behind it.',
  examples_unopened: () => '{{/examples}} has no {{#examples …}} before it.',
  dataset_unknown: ({ name }) => `There is no dataset "${name}".`,
  dataset_ambiguous: ({ name }) => `"${name}" stands for several datasets: write the id of one.`,
  dataset_version: ({ name, version }) => `The dataset "${name}" has no version ${version}.`,
  dataset_no_table: ({ name }) => `The dataset "${name}" is no table: its samples have no columns.`,
  column_unknown: ({ name, columns }) => `There is no column "${name}". There is: ${columns}.`,
  column_many_values: ({ name, values, most }) =>
    `"${name}" has ${values} different values: "by" takes a column of classes, of at most ${most}.`,
  split_empty: ({ name, split }) => `The dataset "${name}" has no rows in its split ${split}.`,
  examples_too_many: ({ count, rows, split }) => `${count} examples are wanted, and ${split} has ${rows} to draw from.`,
  examples_from_test: ({ name }) =>
    `Examples from the test split of "${name}": what is measured on that split would be too good. Take split="train".`,
  examples_unread: ({ message }) => message,
};

/** What hinders it, as an error. */
export function requireSound(problems: readonly PromptProblem[]): void {
  const found = problems.find(({ severity }) => severity === 'error');
  if (found) throw new AtelierError(found.code, found.message);
}
