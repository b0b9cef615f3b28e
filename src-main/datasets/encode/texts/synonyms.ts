import { SynonymFinder, synonymPieces, type SynonymList, type SynonymPlace } from '../../../shared/augment/synonyms.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { Tokenizer } from '../../../tokenizers/tokenizer.ts';
import { columnSql, parquetSql, withDuck } from '../../duck.ts';
import type { TextInputEncoder } from '../encoder.ts';
import { eachText } from './cells.ts';
import { fit } from './load.ts';

/** Training texts in which words of a list stand; all others are not held. */
export class SynonymTexts {
  readonly #texts: ReadonlyMap<number, { text: string; places: readonly SynonymPlace[] }>;
  readonly #tokenizer: Tokenizer;

  private constructor(
    texts: ReadonlyMap<number, { text: string; places: readonly SynonymPlace[] }>,
    tokenizer: Tokenizer,
  ) {
    this.#texts = texts;
    this.#tokenizer = tokenizer;
  }

  /**
   * `indices`: the training split's samples. Synonyms with a piece that the tokenizer does not know are left out: they would all be one
   * to the net. Throws `synonyms_unused` where nothing is left.
   */
  static async open(
    blobs: string,
    manifest: Manifest,
    { columns, tokenizer: file }: TextInputEncoder,
    indices: ArrayLike<number>,
    list: SynonymList,
  ): Promise<SynonymTexts> {
    if (!file || !manifest.blobs.table) throw new AtelierError('internal', 'Synonyms without texts.');
    const tokenizer = openTokenizer(file);
    const places = new Map<number, number>(Array.from(indices, (sample, place) => [sample, place]));
    const known = new Map<string, boolean>();
    const knows = (synonym: string): boolean => {
      let is = known.get(synonym);
      const { unknown } = tokenizer.special;
      if (is === undefined) known.set(synonym, (is = unknown === null || !tokenizer.encode(synonym).includes(unknown)));
      return is;
    };
    const finder = new SynonymFinder(list, knows);
    const texts = new Map<number, { text: string; places: readonly SynonymPlace[] }>();
    const table = parquetSql(blobs, manifest.blobs.table);
    await withDuck({ blobs }, (connection) =>
      eachText(connection, table, columnSql(manifest), columns, (sample, text) => {
        const place = places.get(sample);
        if (place === undefined) return;
        const found = finder.find(text);
        if (found.length > 0) texts.set(place, { text, places: found });
      }),
    );
    if (texts.size === 0) {
      const unknown = [...known.values()].includes(false);
      throw new AtelierError(
        'synonyms_unused',
        unknown
          ? 'The tokenizer knows no synonym of the words that stand in the training texts. Choose another tokenizer (byte-pair, character), another list, or leave "word-synonym" out.'
          : 'No word of the list of synonyms stands in a training text. Choose another list, or leave "word-synonym" out.',
      );
    }
    return new SynonymTexts(texts, tokenizer);
  }

  /** Writes the tokens of the changed text into its row; does nothing where no word is exchanged. `sample`: its place in the training split. */
  apply(row: Int32Array, share: number, seed: number, epoch: number, sample: number): void {
    const known = this.#texts.get(sample);
    if (!known) return;
    const pieces = synonymPieces(known.text, known.places, { share, seed, epoch, sample });
    if (pieces.length === 1) return;
    const text = pieces.map((piece) => piece.text).join('');
    fit(this.#tokenizer.encode(text, { special: true }), row, this.#tokenizer.special.pad);
  }
}
