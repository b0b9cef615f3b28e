import type { TrainedTokenizer } from '../shared/text.ts';
import { bytePairFile, piecesOf } from './byte-pair/index.ts';
import { lowercase } from './letters.ts';
import type { TokenizerFile } from './tokenizer-file.ts';
import { cutInto, wordLevelFile } from './word-level.ts';

export interface TrainerOptions {
  kind: TrainedTokenizer;
  /** Tokens at most; byte pairs have at least one for each byte. */
  vocabulary: number;
  lowercase: boolean;
}

/** Different pieces held at once; past it those seen once are forgotten, which the vocabulary would hardly have held. */
const mostPieces = 4_000_000;

/** Makes a tokenizer from texts, given one after another. The same texts in the same order give the same file. */
export class TokenizerTrainer {
  readonly #options: TrainerOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  add(text: string): void {
    const { kind, lowercase: fold } = this.#options;
    const plain = fold ? lowercase(text) : text;
    const counts = this.#counts;
    for (const piece of kind === 'byte-pair' ? piecesOf(plain) : cutInto(kind, plain)) {
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
    if (counts.size > mostPieces) for (const [piece, count] of counts) if (count === 1) counts.delete(piece);
  }

  finish(): TokenizerFile {
    const { kind } = this.#options;
    return kind === 'byte-pair'
      ? bytePairFile(this.#counts, this.#options)
      : wordLevelFile(kind, this.#counts, this.#options);
  }
}
