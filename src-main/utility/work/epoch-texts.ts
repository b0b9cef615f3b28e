import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TextInputEncoder } from '../../datasets/encode/encoder.ts';
import { noTarget } from '../../datasets/encode/texts/blocks.ts';
import type { EncodedSplit, TrainingData } from '../../datasets/training-data.ts';
import { writeModel } from '../../onnx/write.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import { continued, Decoder } from '../../runtime/decoder.ts';
import { epochFile } from '../../shared/epoch-file.ts';
import type { EpochText } from '../../shared/epoch-text.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { Tensor } from '../../onnx/types.ts';
import { openTokenizer } from '../../tokenizers/open.ts';
import { languageGraph } from './language/graph.ts';
import { Guesser, likeliest } from './language/guesser.ts';
import { continuationOf } from './language/model.ts';

/** A run leaves so many texts at most, however many epochs it has. */
const mostTexts = 200;
/** Tokens to begin with, and to write. */
const given = 16;
const writtenTokens = 120;
/** Written by the likeliest tokens, and by chance. */
const temperatures = [0, 0.8];
/** Masked places, each of a block of its own, guesses for each, and how much text is shown around one. */
const places = 4;
const guessed = 5;
const around = 12;

/** `<run folder>/texts/`: how the model goes on with the same text, or what it guesses for the same masked words, as it learns. */
export class EpochTexts {
  readonly #folder: string;
  readonly #settings: TrainSettings;
  readonly #encoder: TextInputEncoder;
  readonly #blocks: readonly { x: Int32Array; y: Int32Array }[];

  private constructor(folder: string, settings: TrainSettings, encoder: TextInputEncoder, split: EncodedSplit) {
    this.#folder = folder;
    this.#settings = settings;
    this.#encoder = encoder;
    const part = (all: EncodedSplit['x' | 'y'], i: number): Int32Array =>
      Int32Array.from(all.subarray(i * encoder.length, (i + 1) * encoder.length));
    const count = Math.min(split.count, places);
    this.#blocks = Array.from({ length: count }, (_, i) => ({ x: part(split.x, i), y: part(split.y, i) }));
  }

  /** Null where no language is learnt. `resumed`: the texts of earlier epochs stay. */
  static open(
    runFolder: string,
    { encoder, splits }: TrainingData,
    settings: TrainSettings,
    resumed: boolean,
  ): EpochTexts | null {
    const folder = join(runFolder, 'texts');
    if (!resumed) rmSync(folder, { recursive: true, force: true });
    if (encoder.kind !== 'text' || !encoder.language) return null;
    mkdirSync(folder, { recursive: true });
    // Of what is not trained on, where there is such.
    return new EpochTexts(folder, settings, encoder, splits.validation.count > 0 ? splits.validation : splits.train);
  }

  /** After an epoch, counted from 1. */
  async write(
    epoch: number,
    model: () => Promise<ReadonlyMap<string, Tensor>>,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { epochs, threads } = this.#settings;
    const every = Math.ceil(epochs / mostTexts);
    if (epoch !== 1 && epoch !== epochs && epoch % every !== 0) return;
    const bytes = writeModel(languageGraph(this.#settings, this.#encoder, await model()));
    const options = { device: 'cpu', threads } as const;
    const text =
      this.#encoder.language === 'masked'
        ? await this.#guess(await Guesser.open(bytes, openTokenizer(this.#encoder.tokenizer!).special.pad, options))
        : await this.#continue(await Decoder.open(bytes, options), pause);
    writeAtomically(join(this.#folder, epochFile(epoch)), [Buffer.from(JSON.stringify(text, null, 1))]);
  }

  async #continue(decoder: Decoder, pause: () => Promise<void>): Promise<EpochText> {
    const tokenizer = openTokenizer(this.#encoder.tokenizer!);
    const { length } = this.#encoder;
    const prompt = [...this.#blocks[0].x.subarray(0, Math.min(given, Math.ceil(length / 4)))];
    try {
      const texts: Extract<EpochText, { kind: 'continuation' }>['texts'] = [];
      for (const temperature of temperatures) {
        const sampling = { tokens: writtenTokens, temperature, seed: this.#settings.seed };
        // Past the end of a text too: of one that ends at once nothing could be seen.
        const tokens = await continued(decoder, prompt, sampling, { length, end: null, pause });
        texts.push({ temperature, text: continuationOf(tokenizer, prompt, tokens) });
      }
      return { kind: 'continuation', prompt: tokenizer.decode(prompt), texts };
    } finally {
      await decoder.close();
    }
  }

  async #guess(guesser: Guesser): Promise<EpochText> {
    const tokenizer = openTokenizer(this.#encoder.tokenizer!);
    try {
      const texts: Extract<EpochText, { kind: 'guesses' }>['texts'] = [];
      for (const { x, y } of this.#blocks) {
        const logits = await guesser.logits(x);
        const width = logits.length / x.length;
        const hidden = Array.from(y.keys()).filter((i) => y[i] !== noTarget && x[i] === tokenizer.special.mask);
        // The text as it was, so that a person can judge.
        const plain = x.map((token, i) => (y[i] === noTarget ? token : y[i]));
        for (const at of hidden.slice(0, 1)) {
          const some = likeliest(logits.subarray(at * width, (at + 1) * width), guessed);
          texts.push({
            before: tokenizer.decode(plain.subarray(Math.max(0, at - around), at)),
            token: tokenizer.decode([y[at]]),
            after: tokenizer.decode(plain.subarray(at + 1, at + 1 + around)),
            guesses: some.map(({ token, probability }) => ({ text: tokenizer.decode([token]), probability })),
          });
        }
      }
      return { kind: 'guesses', texts };
    } finally {
      await guesser.close();
    }
  }
}
