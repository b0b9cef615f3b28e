import type { SplitName } from '../../shared/dataset.ts';
import { baseOf } from '../annotations/image-files.ts';
import type { ExportSet } from './exporter.ts';
import { nameOrHash, Paths, safePath } from './folder.ts';

/** What each image file is called in an export: as wished, else by its bare name, or with its folders where bare names would collide. */
export async function imageNames(
  set: ExportSet,
  perSplit = true,
): Promise<(name: string, split: SplitName, wished?: unknown) => string> {
  const seen = new Set<string>();
  let collide = false;
  for await (const { name, split } of set.samples()) {
    const key = `${perSplit ? split : ''}/${baseOf(name).toLowerCase()}`;
    if (seen.has(key)) collide = true;
    seen.add(key);
  }
  const paths = { train: new Paths(), validation: new Paths(), test: new Paths() };
  return (name, split, wished) => {
    const own = typeof wished === 'string' && safePath(wished) === wished ? wished : null;
    return paths[perSplit ? split : 'train'].take(own ?? nameOrHash(collide ? name : baseOf(name)));
  };
}
