import { AtelierError } from '../shared/errors.ts';

/**
 * A tokenizer.json, the file of Hugging Face's tokenizers: what is done to a text (normalizer), how it is cut (pre_tokenizer), which
 * pieces have which numbers (model), what is put around them (post_processor), and the way back (decoder).
 */
export interface TokenizerFile {
  readonly version: string;
  readonly truncation: unknown;
  readonly padding: unknown;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Part | null;
  readonly pre_tokenizer: Part | null;
  readonly post_processor: Part | null;
  readonly decoder: Part | null;
  readonly model: Part;
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

export type Part = Readonly<Record<string, unknown>>;

/** Each piece's number, of a model that is made of such: all but Unigram. */
export type Vocabulary = Readonly<Record<string, number>>;

/** The fields that tell a reader which of the tokens are special: Hugging Face's tokenizer_config.json. */
export interface TokenizerConfig {
  readonly [key: string]: unknown;
}

/** Larger than any that is in use. */
export const maxTokenizerBytes = 64 << 20;
/** An embedding has a row for each; the largest vocabularies in use have a quarter of it. */
const maxVocabulary = 1 << 20;

const refuse = (name: string, why: string): AtelierError =>
  new AtelierError(
    'not_a_tokenizer',
    `${name} is no tokenizer.json that can be used: ${why}. Take the file called tokenizer.json that lies beside a model (as Hugging Face's tokenizers write it).`,
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < maxVocabulary;

/** Reads a file from anywhere. Only its outline is checked here; opening it shows whether its parts are known. Throws `not_a_tokenizer`. */
export function parseTokenizerFile(text: string, name: string): TokenizerFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse(name, 'it is not JSON');
  }
  if (!isRecord(json) || !isRecord(json.model)) throw refuse(name, 'it has no "model"');
  const part = (key: string): Part | null => {
    const value = (json as Record<string, unknown>)[key] ?? null;
    if (value === null || isRecord(value)) return value;
    throw refuse(name, `its "${key}" is no object`);
  };
  const { vocab } = json.model;
  const sound = Array.isArray(vocab)
    ? vocab.length <= maxVocabulary && vocab.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string')
    : isRecord(vocab) && Object.values(vocab).every(isId);
  if (!sound) throw refuse(name, `its vocabulary is none (or has more than ${maxVocabulary} entries)`);
  const added: unknown = json.added_tokens ?? [];
  if (
    !Array.isArray(added) ||
    !added.every((token) => isRecord(token) && isId(token.id) && typeof token.content === 'string' && token.content)
  ) {
    throw refuse(name, 'its "added_tokens" are none');
  }
  return {
    version: String(json.version ?? '1.0'),
    truncation: json.truncation ?? null,
    padding: json.padding ?? null,
    added_tokens: added as AddedToken[],
    normalizer: part('normalizer'),
    pre_tokenizer: part('pre_tokenizer'),
    post_processor: part('post_processor'),
    decoder: part('decoder'),
    model: json.model,
  };
}
