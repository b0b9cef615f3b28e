/** One split's samples, encoded, in memory. */
export interface EncodedSplit {
  count: number;
  /** count × sample size, row-major. Images: uint8, channels last, as stored. Tables: float32, encoded. Texts: int32, tokens. */
  x: Uint8Array | Float32Array | Int32Array;
  /** Class index per sample (int32), or the standardised target (float32); empty where no target is learnt. */
  y: Int32Array | Float32Array;
  /** Sample numbers within the version. Where a target is learnt, samples without one are left out. */
  indices: Int32Array;
}
