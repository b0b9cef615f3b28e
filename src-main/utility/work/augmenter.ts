import { whiteNoise } from '../../datasets/encode/audio/noise.ts';
import { SynonymTexts } from '../../datasets/encode/texts/synonyms.ts';
import { readSynonyms } from '../../datasets/synonym-list.ts';
import type { TrainingData } from '../../datasets/training-data.ts';
import type { TrainingTask } from '../../runtime/training-loop.ts';
import type { Samples } from '../../runtime/programs.ts';
import { framesOf } from '../../shared/audio.ts';
import { mixes } from '../../shared/augment/kinds.ts';
import { Mixer, type Partners } from '../../shared/augment/mix.ts';
import { PictureAugmenter } from '../../shared/augment/picture.ts';
import { SoundAugmenter } from '../../shared/augment/sound.ts';
import { readSynonymsRef } from '../../shared/augment/synonyms.ts';
import { WordAugmenter } from '../../shared/augment/words.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainParams } from '../../shared/work/train.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { openTokenizer } from '../../tokenizers/open.ts';

type Augment = NonNullable<TrainingTask['augment']>;

/** What a run does to its training samples; undefined where that is nothing. `synonyms`: where settings name a list of them. */
export function augmenter(
  { augment, seed }: TrainSettings,
  data: TrainingData,
  synonyms?: SynonymTexts,
): TrainingTask['augment'] {
  if (!augment || Object.keys(augment).length === 0) return undefined;
  const { encoder, input } = data;
  if (input.kind === 'image') {
    const pictures = new PictureAugmenter(input, augment, seed);
    const size = input.width * input.height * input.channels;
    const change = rowByRow(size, (row: Uint8Array, epoch, sample) => pictures.apply(row, epoch, sample));
    return mixes(augment) ? mixing(change, pictures, new Mixer(input, augment, seed), size, data.splits.train) : change;
  }
  if (encoder.kind === 'audio') {
    const { spectrogram, mean, std } = encoder;
    const { mels } = spectrogram;
    const frames = framesOf(spectrogram);
    const sounds = new SoundAugmenter({ frames, mels, mean, std, noise: whiteNoise(spectrogram) }, augment, seed);
    return rowByRow(frames * mels, (row: Float32Array, epoch, sample) => sounds.apply(row, epoch, sample));
  }
  if (encoder.kind !== 'text' || !encoder.tokenizer) return undefined;
  const tokenizer = openTokenizer(encoder.tokenizer);
  // What it puts around every text, an empty one too.
  const fixed = new Set([...tokenizer.encode('', { special: true }), tokenizer.special.pad]);
  const words = new WordAugmenter({ pad: tokenizer.special.pad, fixed }, augment, seed);
  const share = augment['word-synonym'] ?? 0;
  return rowByRow(encoder.length, (row: Int32Array, epoch, sample) => {
    synonyms?.apply(row, share, seed, epoch, sample);
    words.apply(row, epoch, sample);
  });
}

/** Throws `synonyms_unused`, and `blob_missing` where the list is not in the workspace. */
export async function synonymsOf(
  { synonyms }: TrainSettings,
  { blobs, manifest }: Pick<TrainParams, 'blobs' | 'manifest'>,
  { encoder, splits }: TrainingData,
): Promise<SynonymTexts | undefined> {
  const kept = synonyms && readSynonymsRef(synonyms);
  if (!kept || encoder.kind !== 'text') return undefined;
  return SynonymTexts.open(blobs, manifest, encoder, splits.train.indices, await readSynonyms(blobs, kept.blob));
}

/** Mixes each picture, once it is changed, with another one of the split, which is changed as it is itself in this epoch. */
function mixing(
  change: Augment,
  pictures: PictureAugmenter,
  mixer: Mixer,
  size: number,
  { x, y, count: samples }: Samples,
): Augment {
  return (into, order, from, count, epoch) => {
    change(into, order, from, count, epoch);
    const { mixed } = into;
    if (!mixed) throw new AtelierError('internal', 'The program does not learn from mixed samples.');
    const partners: Partners = {
      count: samples,
      read(sample, room) {
        room.set((x as Uint8Array).subarray(sample * size, (sample + 1) * size));
        pictures.apply(room, epoch, sample);
      },
    };
    for (let i = 0; i < count; i++) {
      const row = into.x.subarray(i * size, (i + 1) * size) as Uint8Array;
      const { other, share } = mixer.apply(row, epoch, order[from + i], partners);
      // The first is the one that there is more of: it tells whether the net is right.
      const [own, others] = [into.y[i], y[other]];
      [into.y[i], mixed.y[i], mixed.share[i]] = share >= 0.5 ? [own, others, share] : [others, own, 1 - share];
    }
  };
}

function rowByRow<Row extends Uint8Array | Int32Array | Float32Array>(
  size: number,
  apply: (row: Row, epoch: number, sample: number) => void,
): Augment {
  return ({ x }, order, from, count, epoch) => {
    for (let i = 0; i < count; i++) apply(x.subarray(i * size, (i + 1) * size) as Row, epoch, order[from + i]);
  };
}
