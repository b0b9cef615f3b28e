/** What a run's checkpoint holds, tensor by tensor: counted, not shipped. */

/**
 * `weights`: parameters and running statistics; `optimizer`: its state, such as averages of gradients; `gradients`: those of the loss over the
 * training batches that come next, worked out anew.
 */
export const weightKinds = ['weights', 'optimizer', 'gradients'] as const;
export type WeightKind = (typeof weightKinds)[number];

export interface WeightQuestion {
  /** A checkpoint's name. */
  checkpoint: string;
  /** Another one's: what has changed between the two, instead of the values. */
  since?: string;
  kind: WeightKind;
}

/** What a checkpoint holds by itself. */
export interface StoredQuestion extends WeightQuestion {
  kind: Exclude<WeightKind, 'gradients'>;
}

export interface WeightReport {
  checkpoint: WeightMoment;
  since: WeightMoment | null;
  kind: WeightKind;
  /** Of gradients: how many training samples they are the mean over. */
  samples?: number;
  /** In the file's order. */
  tensors: TensorSummary[];
}

/** Steps and whole epochs done. */
export interface WeightMoment {
  name: string;
  step: number;
  epoch: number;
}

/** Of the finite values, in float64. */
export interface TensorSummary {
  name: string;
  shape: number[];
  count: number;
  /** Neither finite nor counted below. */
  notFinite: number;
  /** Exactly 0. */
  zeros: number;
  min: number;
  max: number;
  mean: number;
  /** Of the values themselves (divided by n). */
  std: number;
  /** L2. */
  norm: number;
  /** counts[i]: how many lie from `from + i·width` on, the greatest in the last bin. One bin of width 0 where all are the same; none of none. */
  histogram: { from: number; width: number; counts: number[] };
}
