import type { EncoderOutput } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { readAnyJson, readJson, whole } from '../generate/folder-files.ts';

/** How the vectors of a text's tokens become one of the text: their mean, that of the first or last token, the greatest of each number. */
export type Pooling = 'mean' | 'cls' | 'max' | 'last';

export interface EmbeddingRecipe {
  pooling: Pooling;
  /** Tokens that it was trained to see at most; null where nothing says so. */
  most: number | null;
}

/** Of sentence-transformers' 1_Pooling/config.json: which of its switches is which pooling. */
const switches: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  // By another length only, which no cosine sees.
  pooling_mode_mean_sqrt_len_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_lasttoken: 'last',
};
/** What may follow the pooling and changes no cosine. */
const plainModules = /[.](?:Transformer|Pooling|Normalize)$/;

/**
 * How a folder's encoder makes vectors of texts, as sentence-transformers lays it out: modules.json, 1_Pooling/config.json,
 * sentence_bert_config.json. The mean, where nothing is said. Throws `unsupported_architecture`, `broken_model`.
 */
export function readRecipe(folder: string): EmbeddingRecipe {
  const modules = readAnyJson(folder, 'modules.json');
  const other = (Array.isArray(modules) ? modules : []).map((one: { type?: unknown }) => String(one?.type));
  const strange = other.find((type) => !plainModules.test(type));
  if (strange !== undefined) throw unsupported(`modules.json names ${strange.split('.').at(-1)}`);
  const { max_seq_length: most } = readJson(folder, 'sentence_bert_config.json') ?? {};
  const config = readJson(folder, '1_Pooling/config.json');
  return { pooling: config ? poolingOf(config) : 'mean', most: whole(most) };
}

function poolingOf(config: Readonly<Record<string, unknown>>): Pooling {
  const { pooling_mode: named } = config;
  const on =
    typeof named === 'string'
      ? [`pooling_mode_${named}`, `pooling_mode_${named}_token`, `pooling_mode_${named}_tokens`].filter(
          (key) => key in switches,
        )
      : Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
  const [found] = on.map((key) => switches[key]);
  if (on.length === 1 && found) return found;
  throw unsupported(`1_Pooling/config.json asks for ${on.join(' with ') || String(named ?? 'none')}`);
}

const unsupported = (what: string): AtelierError =>
  new AtelierError(
    'unsupported_architecture',
    `${what}, which is not known here. Choose an embedding model that takes the mean, the first, the last or the greatest of its tokens and nothing after it.`,
  );

/**
 * One vector of each row: `hidden` is rows × places × width, of which the first `lengths` places are tokens. In float64.
 * Throws `broken_model`.
 */
export function pooled({ data, dims }: EncoderOutput, lengths: readonly number[], pooling: Pooling): Float64Array[] {
  const [rows, places, width] = dims;
  if (dims.length !== 3 || rows !== lengths.length)
    throw new AtelierError('broken_model', `The model is no encoder: what it says of tokens is ${dims.join('×')}.`);
  return lengths.map((length, row) => {
    const at = (place: number) => data.subarray((row * places + place) * width, (row * places + place + 1) * width);
    if (pooling === 'cls' || pooling === 'last') return Float64Array.from(at(pooling === 'cls' ? 0 : length - 1));
    const all = new Float64Array(width).fill(pooling === 'max' ? -Infinity : 0);
    for (let place = 0; place < length; place++) {
      const token = at(place);
      for (let i = 0; i < width; i++)
        all[i] = pooling === 'max' ? Math.max(all[i], token[i]) : all[i] + token[i] / length;
    }
    return all;
  });
}
