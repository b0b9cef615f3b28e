import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';

/** What an export writes: one file or a folder of them, beside its place under another name, and put there whole. */
export class Output {
  readonly path: string;
  readonly #partial: string;
  readonly #made = new Set<string>();
  readonly #whole: 'file' | 'folder';
  #file: FileHandle | null = null;
  files = 0;
  bytes = 0;

  private constructor(path: string, whole: 'file' | 'folder') {
    this.path = path;
    this.#whole = whole;
    this.#partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  }

  /** A file takes the place of one that is there. */
  static async file(path: string): Promise<Output> {
    const output = new Output(path, 'file');
    await output.#naming(async () => {
      await mkdir(dirname(path), { recursive: true });
      output.#file = await open(output.#partial, 'wx');
    });
    output.files = 1;
    return output;
  }

  /** Throws `folder_not_empty` where something lies there already. */
  static async folder(path: string): Promise<Output> {
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
    const output = new Output(path, 'folder');
    await output.#naming(() => mkdir(output.#partial, { recursive: true }));
    return output;
  }

  /** Of an export of one file. */
  async write(text: string): Promise<void> {
    await this.#naming(() => this.#put(this.#file!, text));
  }

  /** Adds to a file of the folder; `relative` has `/` between safe names. */
  async append(relative: string, text: string): Promise<void> {
    await this.#naming(async () => {
      const path = join(this.#partial, ...relative.split('/'));
      const folder = dirname(path);
      if (!this.#made.has(folder)) await mkdir(folder, { recursive: true });
      this.#made.add(folder);
      const file = await open(path, 'a');
      try {
        if (!this.#made.has(path)) this.files++;
        this.#made.add(path);
        await this.#put(file, text);
      } finally {
        await file.close();
      }
    });
  }

  async folder(relative: string): Promise<void> {
    await this.#naming(() => mkdir(join(this.#partial, ...relative.split('/')), { recursive: true }));
  }

  async finish(): Promise<void> {
    await this.#naming(async () => {
      if (this.#file) {
        await this.#file.sync();
        await this.#file.close();
      }
      if (this.#whole === 'folder') await rmdir(this.path).catch(() => undefined);
      await rename(this.#partial, this.path);
    });
  }

  async abort(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
    await rm(this.#partial, { recursive: true, force: true }).catch(() => undefined);
  }

  async #put(file: FileHandle, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
    this.bytes += bytes.length;
  }

  async #naming<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AtelierError) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        throw new AtelierError('no_space', `No space is left on the disk of ${this.path}. Free some and export again.`);
      }
      throw new AtelierError('not_writable', `${this.path} cannot be written to (${code}). Choose another place.`);
    }
  }
}
