import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { writeWhole } from '../blobs.ts';
import { naming } from '../system-errors.ts';

const batchCharacters = 1 << 18;

/** Text being written to one file of an export, piece by piece. */
export class TextFile {
  readonly #folder: ExportFolder;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #characters = 0;

  constructor(folder: ExportFolder, file: FileHandle) {
    this.#folder = folder;
    this.#file = file;
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#characters += text.length;
    if (this.#characters >= batchCharacters) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#characters = 0;
    this.#folder.bytes += bytes.length;
    await writeWhole(this.#file, bytes);
  }
}

/** A folder that an export fills: written beside its place under another name, and put there whole. */
export class ExportFolder {
  readonly path: string;
  readonly #partial: string;
  readonly #made = new Set<string>();
  readonly #open = new Map<string, TextFile>();
  readonly #handles: FileHandle[] = [];
  files = 0;
  bytes = 0;

  private constructor(path: string) {
    this.path = path;
    this.#partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  }

  /** Throws `folder_not_empty` where something lies there already. */
  static async open(path: string): Promise<ExportFolder> {
    const there = await readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new AtelierError('not_writable', `${path} is no folder. Choose another place.`);
    });
    if (there.length > 0) {
      throw new AtelierError(
        'folder_not_empty',
        `${path} is not empty. Choose a folder that is, or one that is not there yet.`,
      );
    }
    const folder = new ExportFolder(path);
    await naming({ writing: path }, () => mkdir(folder.#partial, { recursive: true }));
    return folder;
  }

  /** Writes a whole file. Its path must be one that `safePath` let pass. */
  async put(relative: string, content: Uint8Array | string): Promise<void> {
    const path = await this.#place(relative);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    await naming({ writing: this.path }, () => writeFile(path, bytes, { flag: 'wx' }));
    this.files++;
    this.bytes += bytes.length;
  }

  /** Has a file written by `write`, which is told where. */
  async by(relative: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = await this.#place(relative);
    await naming({ writing: this.path }, async () => {
      await write(path);
      this.bytes += (await stat(path)).size;
    });
    this.files++;
  }

  /** The same file for the same path, to be written on; `finish` closes it. */
  async text(relative: string): Promise<TextFile> {
    const known = this.#open.get(relative);
    if (known) return known;
    const path = await this.#place(relative);
    const handle = await naming({ writing: this.path }, () => open(path, 'wx'));
    const file = new TextFile(this, handle);
    this.#handles.push(handle);
    this.#open.set(relative, file);
    this.files++;
    return file;
  }

  async finish(): Promise<void> {
    await naming({ writing: this.path }, async () => {
      for (const file of this.#open.values()) await file.close();
      await rmdir(this.path).catch(() => undefined);
      await rename(this.#partial, this.path);
    });
  }

  async abort(): Promise<void> {
    for (const handle of this.#handles) await handle.close().catch(() => undefined);
    await rm(this.#partial, { recursive: true, force: true }).catch(() => undefined);
  }

  async #place(relative: string): Promise<string> {
    const path = join(this.#partial, ...relative.split('/'));
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      await naming({ writing: this.path }, () => mkdir(folder, { recursive: true }));
      this.#made.add(folder);
    }
    return path;
  }
}

// eslint-disable-next-line no-control-regex
const noPath = /[<>:"|?*\u0000-\u001f]/;

/** A name out of a dataset as a path below a folder, on every system; null where it leads out of it or cannot be a path. */
export function safePath(name: string): string | null {
  const parts = name.replaceAll('\\', '/').split('/');
  const good = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !noPath.test(part));
  return good && name.length < 500 ? parts.join('/') : null;
}

/** Gives each thing a path of its own. */
export class Paths {
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    const [, stem, ending] = /^(.*?)(\.[^./]*)?$/s.exec(wanted)!;
    let path = wanted;
    // Some systems tell no case.
    for (let n = 2; this.#taken.has(path.toLowerCase()); n++) path = `${stem}-${n}${ending ?? ''}`;
    this.#taken.add(path.toLowerCase());
    return path;
  }
}

/** A name that cannot be a path is replaced by one made of it. */
export const nameOrHash = (name: string): string =>
  safePath(name) ??
  `${createHash('sha256').update(name).digest('hex').slice(0, 16)}${/\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? ''}`;
