import type { TrainingData } from '../../datasets/training-data.ts';
import type { TrainingTask } from '../../runtime/training-loop.ts';
import { PictureAugmenter } from '../../shared/augment/picture.ts';
import { WordAugmenter } from '../../shared/augment/words.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { openTokenizer } from '../../tokenizers/open.ts';

/** What a run does to its training samples; undefined where that is nothing. */
export function augmenter({ augment, seed }: TrainSettings, data: TrainingData): TrainingTask['augment'] {
  if (!augment || Object.keys(augment).length === 0) return undefined;
  const { encoder, input } = data;
  if (input.kind === 'image') {
    const pictures = new PictureAugmenter(input, augment, seed);
    return rowByRow(input.width * input.height * input.channels, (row: Uint8Array, epoch, sample) =>
      pictures.apply(row, epoch, sample),
    );
  }
  if (encoder.kind !== 'text' || !encoder.tokenizer) return undefined;
  const tokenizer = openTokenizer(encoder.tokenizer);
  // What it puts around every text, an empty one too.
  const fixed = new Set([...tokenizer.encode('', { special: true }), tokenizer.special.pad]);
  const words = new WordAugmenter({ pad: tokenizer.special.pad, fixed }, augment, seed);
  return rowByRow(encoder.length, (row: Int32Array, epoch, sample) => words.apply(row, epoch, sample));
}

function rowByRow<Row extends Uint8Array | Int32Array>(
  size: number,
  apply: (row: Row, epoch: number, sample: number) => void,
): NonNullable<TrainingTask['augment']> {
  return ({ x }, order, from, count, epoch) => {
    for (let i = 0; i < count; i++) apply(x.subarray(i * size, (i + 1) * size) as Row, epoch, order[from + i]);
  };
}
