/** One split's samples, encoded, in memory. */
export interface EncodedSplit {
  count: number;
  /** count × sample size, row-major. Images: uint8, channels last, as stored. Tables: float32, encoded. Texts: int32, tokens. */
  x: Uint8Array | Float32Array | Int32Array;
  /**
   * Class index per sample (int32), or the standardised target (float32); empty where no target is learnt. Blocks of a language's texts: a
   * token for each place, `noTarget` where none is learnt.
   */
  y: Int32Array | Float32Array;
  /** Sample numbers within the version. Where a target is learnt, samples without one are left out. */
  indices: Int32Array;
  /** Blocks of a language's texts: what they hold. */
  texts?: PackedTexts;
  /**
   * Blocks of a language's texts: puts the epoch's own samples into `x` and `y`, by these two numbers alone. The blocks begin at other places,
   * and other tokens are hidden.
   */
  renew?(seed: number, epoch: number): void;
}

export interface PackedTexts {
  /** Targets that count. */
  targets: number;
  /** What they stand for, where each is so many characters or bytes of the text and none is lost; null elsewhere. */
  size: { unit: 'character' | 'byte'; count: number } | null;
}
