export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** uint8, row by row, channels last. */
export interface Picture extends PictureShape {
  readonly pixels: Uint8Array;
}
