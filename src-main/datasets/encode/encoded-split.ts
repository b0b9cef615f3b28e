/** One split's samples, encoded, in memory. */
export interface EncodedSplit {
  count: number;
  /** count × sample size, row-major. Images: uint8, channels last, as stored. Tables: float32, encoded. */
  x: Uint8Array | Float32Array;
  /** Class index per sample (int32), or the standardised target (float32). */
  y: Int32Array | Float32Array;
  /** Sample numbers within the version. Samples without a label are left out. */
  indices: Int32Array;
}
