/** Which image of a version another program's file means: by its id there, its path, or its name with or without folder and ending. */
export class ImageNames {
  readonly #ids = new Map<unknown, number>();
  readonly #paths = new Map<string, number>();
  /** Null where several images are called so. */
  readonly #bare = new Map<string, number | null>();

  add(sample: number, path: string, id: string | number | undefined): void {
    if (id !== undefined && !this.#ids.has(id)) this.#ids.set(id, sample);
    this.#paths.set(path, sample);
    for (const name of new Set([fileOf(path), bareOf(path), withoutEnding(path)])) {
      this.#bare.set(name, this.#bare.has(name) ? null : sample);
    }
  }

  /** By the source's own id, which may be the file's name. */
  of(id: unknown): number | undefined {
    return this.#ids.get(id) ?? (typeof id === 'string' ? this.named(id) : undefined);
  }

  named(path: string): number | undefined {
    const found = [withoutEnding(path), fileOf(path), bareOf(path)].map((name) => this.#bare.get(name));
    return this.#paths.get(path) ?? found.find((sample) => typeof sample === 'number') ?? undefined;
  }
}

const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const withoutEnding = (path: string): string => path.replace(/\.[^./]*$/, '');
const bareOf = (path: string): string => withoutEnding(fileOf(path));
