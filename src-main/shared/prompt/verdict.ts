/** What a model that writes nothing says of a text. */
export interface Verdict {
  /**
   * `classes`: one of these, with probabilities that sum to 1. `labels`: any number of them, each with a probability of its own. `value`: one
   * number, in no unit. `similarity`: how alike the text's first line and each other one are, the cosine of their embeddings, [-1, 1].
   */
  kind: 'classes' | 'labels' | 'value' | 'similarity';
  /** The highest first. */
  scores: VerdictScore[];
  /** Tokens of the text, … */
  tokens: number;
  /** … and of these, how many the model saw. */
  seen: number;
  /** Pieces in which it saw them, where the text is longer than it sees at once: what it says is the mean over these. */
  windows: number;
}
export interface VerdictScore {
  label: string;
  score: number;
}

/** As many as are told where there are more: a model may know thousands of classes. */
export const mostScores = 100;
