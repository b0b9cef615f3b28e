import { splitNames, type Manifest, type SplitName } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { Random, streams } from '../../../shared/random.ts';
import { readBytePairs } from '../../../tokenizers/byte-pair/index.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import type { Tokenizer } from '../../../tokenizers/tokenizer.ts';
import { readWordLevel } from '../../../tokenizers/word-level.ts';
import type { EncodedSplit, PackedTexts } from '../encoded-split.ts';
import type { TextInputEncoder } from '../encoder.ts';
import {
  fillMasked,
  fillNext,
  noTarget,
  roomForMasked,
  roomForNext,
  type Around,
  type Blocks,
  type Masking,
} from './blocks.ts';
import { inSilence, type TextWork } from './context.ts';
import { documentsOf } from './documents.ts';
import { checkTextColumns } from './load.ts';
import { tokenizeTexts } from './tokenize.ts';

/** Between two parts of one text: at blank lines they were cut. */
const betweenParts = '\n\n';

/**
 * Every split's texts, one after another and each ended by the tokenizer's end token (where it has one), as blocks of the encoder's
 * length. Without a tokenizer no blocks. Throws `missing_columns`, `no_mask_token`, `block_too_short`.
 */
export async function loadBlocks(
  blobs: string,
  manifest: Manifest,
  encoder: TextInputEncoder,
  work: TextWork = inSilence,
): Promise<Record<SplitName, EncodedSplit>> {
  const { columns, length, tokenizer: file } = encoder;
  checkTextColumns(
    encoder,
    manifest.columns.map(({ name }) => name),
  );
  if (!file) throw new AtelierError('internal', 'Texts without a tokenizer.');
  const filler = encoder.language === 'masked' ? maskedFiller(file, length) : nextFiller(file, length);
  const rows = await rowsOf(blobs, manifest, columns, file, work);
  const splits = rows.map((tokens): EncodedSplit => {
    const blocks = filler.room(tokens);
    filler.fill(tokens, blocks, null);
    const { x, y, count } = blocks;
    const renew = (seed: number, epoch: number): void => filler.fill(tokens, blocks, { seed, epoch });
    return { count, x, y, indices: Int32Array.from({ length: count }, (_, i) => i), texts: filler.told(y), renew };
  });
  const [train, validation, test] = splits;
  return { train, validation, test };
}

/** Each split's tokens in one row. */
async function rowsOf(
  blobs: string,
  manifest: Manifest,
  columns: readonly string[],
  file: TokenizerFile,
  work: TextWork,
): Promise<Int32Array[]> {
  const { ids, offsets, special } = await tokenizeTexts(
    blobs,
    manifest,
    { columns, tokenizer: file, around: false },
    work,
  );
  const { goesOn, split } = await documentsOf(blobs, manifest);
  const between = openTokenizer(file).encode(betweenParts);
  const end = special.end === null ? new Int32Array() : Int32Array.of(special.end);
  /** What follows a sample in its split. */
  const after = (sample: number): Int32Array => {
    if (goesOn[sample + 1] !== 1) return end;
    return split[sample + 1] === split[sample] ? between : new Int32Array();
  };
  return splitNames.map((_, code) => {
    const samples = Array.from(split.keys()).filter((i) => split[i] === code && offsets[i + 1] > offsets[i]);
    const size = samples.reduce((sum, i) => sum + offsets[i + 1] - offsets[i] + after(i).length, 0);
    const row = new Int32Array(size);
    let at = 0;
    for (const sample of samples) {
      for (const part of [ids.subarray(offsets[sample], offsets[sample + 1]), after(sample)]) {
        row.set(part, at);
        at += part.length;
      }
    }
    return row;
  });
}

interface Filler {
  room(tokens: Int32Array): Blocks;
  /** Without an epoch: as it is always evaluated. */
  fill(tokens: Int32Array, blocks: Blocks, epoch: { seed: number; epoch: number } | null): void;
  told(y: Int32Array): PackedTexts;
}

const begin = (tokens: Int32Array, random: Random): number => (tokens.length > 1 ? random.below(tokens.length) : 0);

function nextFiller(file: TokenizerFile, length: number): Filler {
  const { special } = openTokenizer(file);
  const sizes = sizesOf(file);
  return {
    room: (tokens) => roomForNext(tokens.length, length),
    fill(tokens, blocks, epoch) {
      const from = epoch ? begin(tokens, new Random(epoch.seed, streams.hide, epoch.epoch + 1)) : 0;
      fillNext(tokens, blocks, special.pad, from);
    },
    told(y) {
      let [targets, count] = [0, 0];
      for (const token of y) {
        if (token === noTarget) continue;
        targets++;
        count += sizes?.of(token) ?? 0;
      }
      return { targets, size: sizes && { unit: sizes.unit, count } };
    },
  };
}

function maskedFiller(file: TokenizerFile, length: number): Filler {
  const tokenizer = openTokenizer(file);
  const { special, vocabulary } = tokenizer;
  const around = aroundOf(tokenizer);
  if (length <= around.before.length + around.after.length) {
    throw new AtelierError(
      'block_too_short',
      `A context of ${length} tokens leaves no room for text beside what the tokenizer puts around it. Choose a larger one.`,
    );
  }
  const mask = maskOf(tokenizer);
  const apart = new Set([
    ...Object.values(special),
    ...around.before,
    ...around.after,
    ...file.added_tokens.filter((token) => token.special).map(({ id }) => id),
  ]);
  const ordinary = Int32Array.from(Array.from({ length: vocabulary }, (_, id) => id).filter((id) => !apart.has(id)));
  const masking = (random: Random): Masking => ({ pad: special.pad, mask, ordinary, random });
  return {
    room: (tokens) => roomForMasked(tokens.length, length, around),
    fill(tokens, blocks, epoch) {
      // Evaluated with the same ones hidden, whatever the run's seed: so runs can be compared.
      const random = epoch ? new Random(epoch.seed, streams.hide, epoch.epoch + 1) : new Random(0, streams.hide);
      fillMasked(tokens, blocks, around, masking(random), epoch ? begin(tokens, random) : 0);
    },
    told: (y) => ({ targets: y.reduce((sum, token) => sum + (token === noTarget ? 0 : 1), 0), size: null }),
  };
}

/** The token that hides another. Throws `no_mask_token`. */
export function maskOf({ special }: Tokenizer): number {
  if (special.mask !== null) return special.mask;
  throw new AtelierError(
    'no_mask_token',
    'The tokenizer has no token that hides another ([MASK] or <mask>), which masked training needs. Choose one made here (word, character, byte-pair), or a tokenizer.json that has one.',
  );
}

/** What a tokenizer puts before and after a text. */
export function aroundOf(tokenizer: Tokenizer): Around {
  const [plain, whole] = [tokenizer.encode('a'), tokenizer.encode('a', { special: true })];
  const more = whole.length - plain.length;
  if (more <= 0) return { before: new Int32Array(), after: new Int32Array() };
  const starts = (at: number) => plain.every((id, i) => whole[at + i] === id);
  const at = Array.from({ length: more + 1 }, (_, i) => i).find(starts) ?? 0;
  return { before: whole.slice(0, at), after: whole.slice(at + plain.length) };
}

/** How many characters or bytes of a text each token is; null where tokens are none of either, or lose something. */
function sizesOf(file: TokenizerFile): { unit: 'character' | 'byte'; of(token: number): number } | null {
  const special = new Set(file.added_tokens.map(({ id }) => id));
  const { special: named } = openTokenizer(file);
  if (readWordLevel(file)?.piece === 'character') {
    return { unit: 'character', of: (token) => (special.has(token) && token !== named.unknown ? 0 : 1) };
  }
  const pairs = readBytePairs(file);
  if (!pairs) return null;
  // Each of a byte-level token's characters stands for a byte.
  const sizes: number[] = [];
  for (const [name, id] of pairs.vocabulary) sizes[id] = special.has(id) ? 0 : [...name].length;
  return { unit: 'byte', of: (token) => sizes[token] ?? 0 };
}
