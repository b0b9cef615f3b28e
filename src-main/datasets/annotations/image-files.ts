import type { SplitName } from '../../shared/dataset.ts';
import { splitOf } from '../class-folders.ts';
import { namedImage } from '../images/file-type.ts';
import type { FoundFile } from '../source.ts';

export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');
export const baseOf = (path: string): string => path.split('/').at(-1)!;
export const stemOf = (path: string): string => baseOf(path).replace(/\.[^.]*$/, '');

/** The split that a path's folders say, the innermost first; also "train2017", "train_images", "val-2". */
export function splitOfPath(path: string): SplitName | null {
  for (const part of path.split('/').reverse()) {
    const split = splitOf(part) ?? splitOf(/^[a-z]+(?=[\d_-])/i.exec(part)?.[0] ?? '');
    if (split) return split;
  }
  return null;
}

/** The split that a file's name says: "instances_val2017", "train_annotations". */
export function splitOfName(name: string): SplitName | null {
  for (const word of stemOf(name).split(/[^a-z]+/i)) {
    const split = splitOf(word);
    if (split) return split;
  }
  return null;
}

/** How many folders two paths have in common. */
function shared(a: string, b: string): number {
  const [one, other] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < one.length && one[n] === other[n]) n++;
  return n;
}

/**
 * The images, or files that are `isNamed`, that annotations name. They are looked up among the source's own files and nowhere else, so a name that leads out of it
 * finds nothing.
 */
export class ImageFiles {
  readonly files: FoundFile[];
  readonly #byBase = new Map<string, FoundFile[]>();
  readonly #byStem = new Map<string, FoundFile[]>();

  constructor(files: readonly FoundFile[], isNamed: (name: string) => boolean = namedImage) {
    this.files = files.filter(({ relative }) => isNamed(relative));
    for (const file of this.files) {
      const base = baseOf(file.relative);
      push(this.#byBase, base, file);
      push(this.#byStem, stemOf(base), file);
    }
  }

  /** By path or bare name, as `from`, the annotations' own file, has it. Among equals the one nearest to `from`, or in its split, is meant. */
  find(name: string, from: string, split: SplitName | null = null): FoundFile | null {
    const path = name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
    const named = this.#byBase.get(baseOf(path)) ?? [];
    const exact = named.filter(({ relative }) => relative === path || relative.endsWith(`/${path}`));
    return nearest(exact.length > 0 ? exact : named, from, split);
  }

  /** By its name without extension. */
  findStem(stem: string, from: string, split: SplitName | null = null): FoundFile | null {
    return nearest(this.#byStem.get(stem) ?? [], from, split);
  }
}

function nearest(files: readonly FoundFile[], from: string, split: SplitName | null): FoundFile | null {
  if (files.length < 2) return files[0] ?? null;
  const folder = folderOf(from);
  const worth = ({ relative }: FoundFile): number =>
    (split !== null && splitOfPath(folderOf(relative)) === split ? 1000 : 0) + shared(folderOf(relative), folder);
  const ranked = files.map((file) => ({ file, worth: worth(file) })).sort((a, b) => b.worth - a.worth);
  return ranked[0].file;
}

function push(map: Map<string, FoundFile[]>, key: string, file: FoundFile): void {
  const list = map.get(key);
  if (list) list.push(file);
  else map.set(key, [file]);
}
