import { missingWords } from '../cells.ts';
import { assembleCellWalk } from './assemble-cell-walk.ts';
import { asciiBlanks } from './blanks.ts';
import { column, memory } from './cell-facts.ts';

const page = 1 << 16;
const wordBytes = 8;

let compiled: WebAssembly.Module | null = null;

/** Walks over the cells of rows without quotes, and keeps what is known of the columns. See `assembleCellWalk`. */
export class CellWalk {
  /** So many bytes are walked over at once: as much as a processor's nearer caches hold. */
  static readonly room = 1 << 18;
  /** By column, `column.bytes` each; the last stands for all cells that there should not be. */
  readonly facts: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #text: Uint8Array;
  readonly #run: (bytes: number) => void;

  /** `delimiter`: one byte. `words`: those for missing values are read as such. */
  constructor(columns: number, delimiter: number, words: boolean) {
    const textAt = memory.columns + (columns + 1) * column.bytes;
    const bytes = textAt + CellWalk.room + memory.ahead;
    const shared = new WebAssembly.Memory({ initial: Math.ceil(bytes / page) });
    this.facts = new Uint8Array(shared.buffer, memory.columns, textAt - memory.columns);
    for (let i = 0; i <= columns; i++) this.facts[i * column.bytes + column.least] = 255;
    this.facts[columns * column.bytes + column.isText] = 1;
    this.#flags = new Uint8Array(shared.buffer, 0, memory.columns);
    for (const blank of asciiBlanks) if (blank !== delimiter) this.#flags[memory.blanks + blank] = 1;
    for (const [i, word] of missingWords.filter((each) => each !== '').entries()) {
      const letters = Buffer.from(word);
      this.#flags.set(letters, memory.words + i * wordBytes);
      this.#flags[memory.lengths + letters[0]] |= 1 << (letters.length - 1);
    }
    this.#text = new Uint8Array(shared.buffer, textAt, CellWalk.room);
    compiled ??= new WebAssembly.Module(assembleCellWalk());
    const { run } = new WebAssembly.Instance(compiled, { env: { memory: shared } }).exports as {
      run: (...given: number[]) => void;
    };
    this.#run = (length) => run(textAt, textAt + length, columns, delimiter, words ? 1 : 0);
  }

  /** Whole rows, at most `room` bytes, that begin at the beginning of a row. */
  see(rows: Uint8Array): void {
    this.#text.set(rows);
    this.#run(rows.length);
  }

  /** Blanks stand at an end of some cells that were walked over. */
  get blanks(): boolean {
    return this.#flags[memory.blankFound] === 1;
  }

  /** Some of them are words for missing values. */
  get missing(): boolean {
    return this.#flags[memory.missingFound] === 1;
  }
}
