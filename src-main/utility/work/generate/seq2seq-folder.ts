import { statSync } from 'node:fs';
import { join } from 'node:path';
import { precisions } from '../../../hub/choose.ts';
import type { CacheSizes } from '../../../runtime/next-token.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { whole, type Json } from './folder-files.ts';
import { firstOf, onnxWeights } from './onnx-weights.ts';
import type { Decoders, Rewriting } from './parts.ts';

/** Files of a sequence-to-sequence model within its folder. */
interface Files {
  encoder: string;
  decoder: string;
  /** The decoder that goes on; null where it is in the same file, or there is none. */
  withPast: string | null;
}

export interface Seq2SeqFolder extends Decoders {
  rewriting: Rewriting;
  sizes: CacheSizes | null;
}

/**
 * A folder's model of two nets, as Optimum exports them: encoder_model.onnx with decoder_model_merged.onnx, or with decoder_model.onnx and
 * decoder_with_past_model.onnx. Errors: no_such_file, broken_model.
 * @param file one of its .onnx files, where a certain one is wanted
 */
export function readSeq2Seq(folder: string, config: Json, generation: Json, file?: string): Seq2SeqFolder {
  const { encoder, decoder, withPast } = filesOf(folder, file);
  const all = [decoder, encoder, ...(withPast === null ? [] : [withPast])].map((name) => onnxWeights(folder, name));
  const [, reads, later] = all;
  return {
    weights: firstOf(folder, all),
    withPast: later ? () => later.read() : null,
    rewriting: {
      encoder: () => reads.read(),
      start: startOf(config, generation),
    },
    sizes: sizesOf(config),
  };
}

const suffixes = ['', ...precisions.map((precision) => `_${precision}`)];

function filesOf(folder: string, file: string | undefined): Files {
  const has = (name: string): boolean => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false;
  const encoders = suffixes.flatMap((suffix) => places.map((at) => `${at}encoder_model${suffix}.onnx`));
  const decoders = suffixes
    .flatMap((suffix) =>
      places.flatMap((at) => [`${at}decoder_model_merged${suffix}.onnx`, `${at}decoder_model${suffix}.onnx`]),
    )
    .filter(has);
  const precision = (name: string): string => /model(?:_merged)?(\w*)[.]onnx$/.exec(name)?.[1] ?? '';
  const fits = (name: string): boolean =>
    file === undefined || name === file || (!decoders.includes(file) && precision(name) === precision(file));
  const decoder = decoders.find(fits);
  // Both may be in other numbers each.
  const own = decoder?.replace(/decoder_model(?:_merged)?/, 'encoder_model');
  const encoder = [own, ...encoders].find((name) => name !== undefined && has(name));
  if (decoder === undefined || encoder === undefined) throw noNets(folder, encoder, decoder);
  return { encoder, decoder, withPast: withPastOf(decoder, has) };
}

/** The decoder that goes on from what this one kept, in the same numbers; null where it is in the same file, or there is none. */
export function withPastOf(decoder: string, has: (name: string) => boolean): string | null {
  const next = decoder.replace('decoder_model', 'decoder_with_past_model');
  return next !== decoder && !decoder.includes('_merged') && has(next) ? next : null;
}

const places = ['onnx/', ''];

function noNets(folder: string, encoder: string | undefined, decoder: string | undefined): AtelierError {
  const lacking = [
    ...(encoder === undefined ? ['encoder_model.onnx'] : []),
    ...(decoder === undefined
      ? ['decoder_model_merged.onnx (or decoder_model.onnx with decoder_with_past_model.onnx)']
      : []),
  ].join(' and ');
  return new AtelierError(
    'no_such_file',
    `The model in ${folder} reads with one net and writes with another, and there is no ${lacking}. Put it into the folder, or into onnx in it, as Hugging Face's Optimum exports it.`,
  );
}

/**
 * What the decoder is fed before it has written anything: `decoder_start_token_id` (Marian and T5 call their padding so), then the token that
 * it is made to begin with (BART's, a language's). Throws `broken_model`.
 */
function startOf(config: Json, generation: Json): number[] {
  const said = (name: string): number | null => whole(generation[name]) ?? whole(config[name]);
  const decoder = (config.decoder ?? {}) as Json;
  const start = said('decoder_start_token_id') ?? whole(decoder.decoder_start_token_id) ?? said('bos_token_id');
  if (start === null) {
    throw new AtelierError(
      'broken_model',
      'Neither config.json nor generation_config.json says with which token the model begins to write ("decoder_start_token_id"). Take the files that lie beside the model.',
    );
  }
  const forced = said('forced_bos_token_id');
  return forced === null ? [start] : [start, forced];
}

/** Of the decoder's heads, by the names that T5 (num_heads, d_kv) and BART (decoder_attention_heads, d_model) give them. */
function sizesOf(config: Json): CacheSizes | null {
  const heads = whole(config.decoder_attention_heads) ?? whole(config.num_heads) ?? whole(config.num_attention_heads);
  const width = whole(config.d_model) ?? whole(config.hidden_size);
  const headSize = whole(config.d_kv) ?? (width && heads ? width / heads : null);
  return heads && headSize ? { heads, headSize } : null;
}
