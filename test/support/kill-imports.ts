import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { Random } from '../../src-main/shared/random.ts';
import { filesIn } from './data-import.ts';
import { png } from './data-pictures.ts';
import { openReader } from './temp-workspace.ts';

/** Pictures of two classes in `<folder>/source`. */
export async function writeImages(folder: string, count: number): Promise<void> {
  for (const name of ['cat', 'dog']) mkdirSync(join(folder, 'source', name), { recursive: true });
  const colours = Array.from({ length: 40 }, (_, i) =>
    png({ width: 60, height: 60, colour: { r: i * 6, g: 7, b: 9 } }),
  );
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, 'source', i % 2 ? 'cat' : 'dog', `${i}.png`), await colours[i % colours.length]);
  }
}

/** What writes files into `<folder>/source`, enough of them to be caught in the middle of their import. */
export const importSources: Record<string, (folder: string) => Promise<void>> = {
  'a CSV': async (folder) => {
    const random = new Random(7, 1);
    const row = (i: number) => `${i},${random.uniform()},${random.uniform()},text ${i % 977},${i % 3 ? 'a' : 'b'}`;
    mkdirSync(join(folder, 'source'));
    const rows = Array.from({ length: 120_000 }, (_, i) => row(i));
    writeFileSync(join(folder, 'source', 'big.csv'), ['id,x,y,words,label', ...rows].join('\n'));
  },
  'an image folder': (folder) => writeImages(folder, 800),
  'an annotated set': async (folder) => {
    mkdirSync(join(folder, 'source', 'images'), { recursive: true });
    const images = Array.from({ length: 300 }, (_, id) => ({ id, file_name: `${id}.png`, width: 90, height: 70 }));
    for (const { id, file_name } of images) {
      const bytes = await png({ width: 90, height: 70, colour: { r: id % 250, g: id % 7, b: 9 } });
      writeFileSync(join(folder, 'source', 'images', file_name), bytes);
    }
    const annotations = images.map(({ id }) => ({
      id,
      image_id: id,
      category_id: 1 + (id % 2),
      bbox: [id % 9, 2, 30, 40],
    }));
    const categories = ['cell', 'platelet'].map((name, i) => ({ id: i + 1, name }));
    writeFileSync(join(folder, 'source', 'annotations.json'), JSON.stringify({ images, annotations, categories }));
  },
};

export const bytesOf = async (folder: string): Promise<number> =>
  (await filesIn(folder)).reduce((sum, path) => sum + statSync(path).size, 0);

/** Folders of what imports that were cut short could go on with. */
export const unfinished = (workspace: string): string[] => {
  const folder = join(workspace, 'blobs', 'unfinished');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};
/** The dataset's manifest, or null where there is none. A workspace not yet made has none. */
export function storedManifest(workspace: string): Manifest | null {
  if (!existsSync(join(workspace, 'atelier.db'))) return null;
  const store = openReader(workspace);
  try {
    const row = store.get<{ manifest: string }>(`SELECT manifest FROM dataset_versions`);
    return row ? (JSON.parse(row.manifest) as Manifest) : null;
  } finally {
    store.close();
  }
}
