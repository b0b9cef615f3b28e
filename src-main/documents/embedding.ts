/** What passages and a question are compared by besides their words: numbers made of each. An encoder would be another one. */
export interface Embedding {
  /** Told with what it has made: numbers of two are not compared. */
  readonly id: string;
  /** As they are stored. */
  encode(text: string): Uint8Array;
  /** For one question, over all passages that are looked through. */
  compare(question: string): Comparison;
}

export interface Comparison {
  /** @param vector as `encode` made it */
  see(vector: Uint8Array): void;
  /** How alike each one seen and the question are, in the order in which they were seen: [0, 1]. */
  scores(): Float64Array;
}
