/** What a model that writes nothing says of a text. */
export interface Verdict {
  /**
   * `classes`: one of these, with probabilities that sum to 1. `labels`: any number of them, each with a probability of its own. `value`: one
   * number, in no unit. `similarity`: how alike the text's first line and each other one are, the cosine of their embeddings, [-1, 1].
   * `names`: what is named in the text, `spans` in its order. `answers`: where the text answers a question, `spans` the likeliest first.
   */
  kind: 'classes' | 'labels' | 'value' | 'similarity' | 'names' | 'answers';
  /** The highest first. Of spans those of `spans`, in their order. */
  scores: VerdictScore[];
  /** Of `names` and `answers`. */
  spans?: VerdictSpan[];
  /** Of `answers`: how probable it is that the text has none. */
  none?: number;
  /** Tokens of the text, … */
  tokens: number;
  /** … and of these, how many the model saw. */
  seen: number;
  /** Pieces in which it saw them, where the text is longer than it sees at once: what it says is the mean over these; spans are found in each. */
  windows: number;
}
export interface VerdictScore {
  label: string;
  score: number;
}

/** A part of a text, by UTF-16 units. */
export interface VerdictSpan {
  start: number;
  end: number;
  text: string;
  /** What it is; empty of an answer. */
  label: string;
  score: number;
}

/** As many as are told where there are more: a model may know thousands of classes. */
export const mostScores = 100;
/** Answers that are told. */
export const mostAnswers = 5;
/** Tokens of an answer at most. */
export const longestAnswer = 30;
