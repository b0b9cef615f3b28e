import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { architectureOf } from '../../../architectures/index.ts';
import type { TextInputEncoder } from '../../../datasets/encode/encoder.ts';
import { aroundOf, maskOf } from '../../../datasets/encode/texts/language.ts';
import { writeModel } from '../../../onnx/write.ts';
import { continued, Decoder } from '../../../runtime/decoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { PredictParams, Prediction, Sampling } from '../../../shared/work/predict.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { parseTokenizerFile, type TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import type { Tokenizer } from '../../../tokenizers/tokenizer.ts';
import { openCompanion } from '../companion.ts';
import { exportFacts, readModelFile } from '../exported-model.ts';
import { readBest, readEncoder } from '../run-files.ts';
import { languageGraph } from './graph.ts';
import { Guesser, likeliest } from './guesser.ts';

type Written = Pick<Prediction, 'continuation' | 'guesses'>;

/** A language model, wherever it comes from, as people use it: it continues a text, or fills in what is masked in one. */
export interface LanguageModel {
  readonly encoder: TextInputEncoder;
  answer(text: string, sampling: Sampling, pause: () => Promise<void>): Promise<Written>;
  /** Of one block as it was trained on, each place's: length × vocabulary. */
  logits(block: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Null where the model is of another kind. */
export async function openLanguageModel(model: PredictParams['model'], threads: number): Promise<LanguageModel | null> {
  if ('onnx' in model) return openExported(model.onnx, threads);
  if (!architectureOf(model.settings.architecture).language) return null;
  const encoder = readEncoder(model.runFolder);
  if (encoder.kind !== 'text') throw new AtelierError('internal', 'A language model without texts.');
  const graph = languageGraph(model.settings, encoder, readBest(model.runFolder).model);
  return openLanguage(writeModel(graph), encoder, openTokenizer(encoder.tokenizer!), threads);
}

async function openExported(path: string, threads: number): Promise<LanguageModel | null> {
  const { bytes, model } = readModelFile(path);
  const facts = exportFacts(model);
  if (facts?.task !== 'language' || facts.encoder.kind !== 'text' || !facts.tokenizer) return null;
  const folder = dirname(dirname(path));
  const tokenizer = openCompanion(folder, facts.tokenizer);
  return openLanguage(
    bytes,
    { ...facts.encoder, tokenizer: readFile(folder, facts.tokenizer.file) },
    tokenizer,
    threads,
  );
}

/** It was opened before: it is whole, and not too large. */
const readFile = (folder: string, file: string): TokenizerFile =>
  parseTokenizerFile(readFileSync(`${folder}/${file}`, 'utf8'), file);

function openLanguage(
  bytes: Uint8Array,
  encoder: TextInputEncoder,
  tokenizer: Tokenizer,
  threads: number,
): Promise<LanguageModel> {
  const open = encoder.language === 'masked' ? openGuesser : openWriter;
  return open(bytes, encoder, tokenizer, { device: 'cpu', threads });
}

type Opens = (
  bytes: Uint8Array,
  encoder: TextInputEncoder,
  tokenizer: Tokenizer,
  options: { device: 'cpu'; threads: number },
) => Promise<LanguageModel>;

const openWriter: Opens = async (bytes, encoder, tokenizer, options) => {
  const decoder = await Decoder.open(bytes, options);
  const { end, pad } = tokenizer.special;
  return {
    encoder,
    async answer(text, sampling, pause) {
      const prompt = [...tokenizer.encode(text)];
      // As after the text before: where a text begins.
      const from = prompt.length > 0 ? prompt : [end ?? pad];
      const tokens = await continued(decoder, from, sampling, { length: encoder.length, end, pause });
      return {
        continuation: { text: continuationOf(tokenizer, prompt, tokens), tokens: tokens.length },
        guesses: null,
      };
    },
    logits(block) {
      decoder.reset();
      return decoder.feed(block);
    },
    close: () => decoder.close(),
  };
};

/** What the tokens add to the text: a piece may read otherwise behind another (a space between words, half of a character). */
export function continuationOf(tokenizer: Tokenizer, prompt: readonly number[], tokens: readonly number[]): string {
  const before = tokenizer.decode(prompt);
  const whole = tokenizer.decode([...prompt, ...tokens]);
  return whole.startsWith(before) ? whole.slice(before.length) : tokenizer.decode(tokens);
}

const guessesShown = 5;

const openGuesser: Opens = async (bytes, encoder, tokenizer, options) => {
  const mask = maskOf(tokenizer);
  const guesser = await Guesser.open(bytes, tokenizer.special.pad, options);
  const { before, after } = aroundOf(tokenizer);
  return {
    encoder,
    async answer(text) {
      const inside = [...tokenizer.encode(text)];
      const tokens = [...before, ...inside, ...after];
      if (!inside.includes(mask)) {
        throw new AtelierError(
          'nothing_masked',
          `Nothing is masked in "${text}". Write ${nameOf(encoder, mask)} where the model is to guess.`,
        );
      }
      if (tokens.length > encoder.length) {
        throw new AtelierError(
          'text_too_long',
          `The text is ${tokens.length} tokens long, and the model sees ${encoder.length}. Give it less text around what is masked.`,
        );
      }
      const logits = await guesser.logits(tokens);
      const width = logits.length / tokens.length;
      const guesses = tokens.flatMap((token, place) => {
        if (token !== mask) return [];
        const some = likeliest(logits.subarray(place * width, (place + 1) * width), guessesShown);
        return [some.map(({ token: id, probability }) => ({ text: tokenizer.decode([id]), probability }))];
      });
      return { continuation: null, guesses };
    },
    logits: (block) => guesser.logits(block),
    close: () => guesser.close(),
  };
};

/** How the mask is written in a text. */
const nameOf = ({ tokenizer }: TextInputEncoder, mask: number): string =>
  tokenizer?.added_tokens.find(({ id }) => id === mask)?.content ?? '[MASK]';
