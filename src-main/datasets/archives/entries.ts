import type { Rejected } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { isLitter, maxDepth, type FoundFile, type Packed } from '../source.ts';

const maxEntries = 1_000_000;
/** An archive with more that cannot be taken is not one of data. */
const maxRefused = 1000;

/** The files of one archive as they are met in it. Nothing is ever written under an entry's name, and still a bad one is not taken. */
export class Entries {
  readonly files: FoundFile[] = [];
  readonly refused: Rejected[] = [];
  readonly #path: string;
  readonly #name: string;
  readonly #prefix: string;
  readonly #taken = new Set<string>();
  #met = 0;

  /** `path`: of the archive; `name`: for messages; `prefix`: put before each entry's name. */
  constructor(path: string, name: string, prefix: string) {
    this.#path = path;
    this.#name = name;
    this.#prefix = prefix;
  }

  /** What the files are called inside. */
  get inner(): string[] {
    return this.files.map(({ relative }) => relative.slice(this.#prefix.length));
  }

  /** Counts an entry before anything is made of it. Throws `too_many_entries`. */
  meet(): void {
    if (++this.#met <= maxEntries) return;
    throw new AtelierError(
      'too_many_entries',
      `${this.#name} holds more than ${maxEntries.toLocaleString('en')} entries. Unpack it and import a part at a time.`,
    );
  }

  /** The name as it is kept; null for folders, what systems leave behind, and names that are refused. */
  nameOf(raw: string): string | null {
    const problem = unsafe(raw);
    if (problem) {
      this.refuse(raw, 'unsafe_name', `${problem} and was left out.`);
      return null;
    }
    const parts = raw.split(/[/\\]+/).filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || /[/\\]$/.test(raw) || parts.some(isLitter)) return null;
    if (parts.length > maxDepth + 1) {
      this.refuse(raw, 'too_deep', `lies more than ${maxDepth} folders deep and was left out.`);
      return null;
    }
    const name = parts.join('/');
    if (this.#taken.has(name)) {
      this.refuse(raw, 'duplicate_name', 'is there twice: the first was taken.');
      return null;
    }
    this.#taken.add(name);
    return name;
  }

  add(name: string, packed: Packed): void {
    this.files.push({ path: this.#path, relative: this.#prefix + name, packed });
  }

  /** `why` follows the entry's name. Throws `archive_refused` where too much is wrong. */
  refuse(raw: string, code: string, why: string): void {
    const where = this.#prefix + shown(raw);
    this.refused.push({ where, code, message: `${where} in ${this.#name} ${why}` });
    if (this.refused.length <= maxRefused) return;
    throw new AtelierError(
      'archive_refused',
      `${this.#name} holds more than ${maxRefused} entries that cannot be taken; the first: ${this.refused[0].message} Nothing was stored.`,
    );
  }
}

/** A hostile name must not fill the screen, nor steer a terminal. */
const shown = (raw: string): string => {
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  const plain = raw.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
};

function unsafe(raw: string): string | null {
  if (raw.includes('\0')) return 'has a NUL in its name';
  if (/^([/\\]|[a-z]:)/i.test(raw)) return 'has an absolute path for a name';
  if (raw.split(/[/\\]/).includes('..')) return 'has a name that leads out of the archive';
  return null;
}
