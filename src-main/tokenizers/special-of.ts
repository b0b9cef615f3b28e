import type { TokenizerFile, Vocabulary } from './tokenizer-file.ts';
import type { SpecialTokens, Tokenizer } from './tokenizer.ts';

/** What special tokens are called in the tokenizers in use, likeliest first. */
const calledPad = ['[PAD]', '<pad>', '<|pad|>', '<|padding|>', '<PAD>'];
const calledUnknown = ['[UNK]', '<unk>', '<|unk|>', '<UNK>'];
const calledMask = ['[MASK]', '<mask>', '<|mask|>'];
const calledEnd = ['[EOS]', '</s>', '<|endoftext|>', '<eos>', '<|end_of_text|>', '<|im_end|>', '[SEP]'];

/** The size of a file's vocabulary and its special tokens, told by what they are called. */
export function specialTokensOf(file: TokenizerFile): Pick<Tokenizer, 'vocabulary' | 'special'> {
  const { vocab, unk_token: unknown, unk_id: unknownId } = file.model;
  const ids: ReadonlyMap<string, number> = Array.isArray(vocab)
    ? new Map((vocab as [string, number][]).map(([name], id) => [name, id]))
    : new Map(Object.entries(vocab as Vocabulary));
  const added = new Map(file.added_tokens.map(({ content, id }) => [content, id]));
  const find = (names: readonly string[]): number | null =>
    names.map((name) => added.get(name) ?? ids.get(name)).find((id) => id !== undefined) ?? null;

  let size = 0;
  for (const id of [...ids.values(), ...added.values()]) size = Math.max(size, id + 1);
  const pad = paddingOf(file, size) ?? find(calledPad);
  const special: SpecialTokens = {
    pad: pad ?? size,
    unknown:
      typeof unknown === 'string' ? find([unknown]) : typeof unknownId === 'number' ? unknownId : find(calledUnknown),
    mask: find(calledMask),
    end: find(calledEnd),
  };
  return { vocabulary: pad === null ? size + 1 : size, special };
}

/** A file may say what it fills up with. */
function paddingOf({ padding }: TokenizerFile, size: number): number | null {
  const id = (padding as { pad_id?: unknown } | null)?.pad_id;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 && id < size ? id : null;
}
