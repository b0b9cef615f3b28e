import { TokenEncoder, type EncoderOutput } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts } from '../generate/parts.ts';
import { pooled, type EmbeddingRecipe } from './pooling.ts';
import { windower, type Windows } from './windows.ts';

/** Tokens, with what fills up, that are seen together: how many is a matter of speed alone. */
const tokensAtOnce = 4096;
const outputs = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'];

/** What makes vectors of texts that lie near each other where the texts mean alike. */
export interface Embedder {
  /**
   * Of each text a vector of length 1, all of equally many numbers; zeros where a text has no token. One that is longer than the encoder sees
   * at once is seen in parts, and its vector is their mean. Errors: broken_model, run_failed, and what `pause` throws.
   * @param pause awaited between pieces of work, with how many texts are done
   */
  embed(texts: readonly string[], pause?: (done: number) => Promise<void>): Promise<Float32Array[]>;
  /** How a text is seen. */
  windows(text: string): Windows;
  close(): Promise<void>;
}

/** Reads the weights of an encoder that is known. Errors: not_an_embedder, not_enough_memory, session_failed, broken_model. */
export async function openEmbedder(
  parts: Parts,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Embedder> {
  if (parts.kind !== 'embeds') throw notAnEmbedder();
  const { pooling } = parts.head as EmbeddingRecipe;
  const tokenizer = openTokenizer(parts.file);
  const model = parts.model();
  read(model);
  const encoder = await TokenEncoder.open(model.model, outputs, parts.pad ?? tokenizer.special.pad, {
    device: 'cpu',
    threads,
  });
  try {
    return embedderOf(encoder, windower(tokenizer, Math.min(parts.context, encoder.length ?? Infinity)), pooling);
  } catch (error) {
    await encoder.close();
    throw error;
  }
}

function embedderOf(
  encoder: TokenEncoder,
  windows: (text: string) => Windows,
  pooling: EmbeddingRecipe['pooling'],
): Embedder {
  return {
    windows,
    close: () => encoder.close(),
    async embed(texts, pause = () => Promise.resolve()) {
      const seen = texts.map(windows);
      const all = seen.flatMap(({ rows, sizes }, text) => rows.map((row, i) => ({ text, row, size: sizes[i] })));
      // Beside others of its length a row is filled up least.
      all.sort((a, b) => a.row.tokens.length - b.row.tokens.length);
      const sums: (Float64Array | null)[] = texts.map(() => null);
      for (let from = 0; from < all.length;) {
        const some = batchOf(all, from, encoder);
        const vectors = vectorsOf(
          await encoder.run(some.map(({ row }) => row)),
          some.map(({ row }) => row.tokens.length),
          pooling,
        );
        some.forEach(({ text, size }, i) => {
          const sum = (sums[text] ??= new Float64Array(vectors[i].length));
          // A part counts as much as it is long; a text without words is one.
          vectors[i].forEach((value, at) => (sum[at] += value * Math.max(1, size)));
        });
        from += some.length;
        await pause(Math.floor((from * texts.length) / all.length));
      }
      const width = sums.find((sum) => sum !== null)?.length ?? 0;
      return sums.map((sum) => unit(sum ?? new Float64Array(width)));
    },
  };
}

/** The rows from there on that go together. */
function batchOf<T extends { row: { tokens: Int32Array } }>(
  rows: readonly T[],
  from: number,
  { rows: most, length }: TokenEncoder,
): T[] {
  let count = 1;
  while (count < most && from + count < rows.length) {
    const longest = length ?? rows[from + count].row.tokens.length;
    if (longest * (count + 1) > tokensAtOnce) break;
    count++;
  }
  return rows.slice(from, from + count);
}

function vectorsOf(
  output: EncoderOutput,
  lengths: readonly number[],
  pooling: EmbeddingRecipe['pooling'],
): Float64Array[] {
  if (output.name !== 'sentence_embedding') return pooled(output, lengths, pooling);
  const [rows, width] = output.dims;
  if (output.dims.length !== 2 || rows !== lengths.length)
    throw new AtelierError(
      'broken_model',
      `The model is no encoder: what it says of texts is ${output.dims.join('×')}.`,
    );
  return lengths.map((_, row) => Float64Array.from(output.data.subarray(row * width, (row + 1) * width)));
}

function unit(vector: Float64Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(vector, (value) => (length > 0 ? value / length : 0));
}

/** The cosine of two vectors of length 1 (or 0): [-1, 1]. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return Math.max(-1, Math.min(1, sum));
}

const notAnEmbedder = (): AtelierError =>
  new AtelierError(
    'not_an_embedder',
    'The model makes no vectors of texts. Choose an encoder without a head, such as the folder of a sentence-transformers model.',
  );
