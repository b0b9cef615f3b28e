/** One thing that a model has found. */
export interface Found {
  /** Left, top, right, bottom, in pixels of what went into the model. */
  box: readonly [number, number, number, number];
  class: number;
  /** 0 to 1. */
  score: number;
  /** Its row in what came out: where its mask's coefficients stand. */
  row: number;
}

/** Output of a model. */
export interface Output {
  dims: readonly number[];
  data: ArrayLike<number>;
  whole: boolean;
}
