import { Random } from '../../src-main/shared/random.ts';
import { dataFolder, importFrom, writeFiles } from './data-import.ts';

/** Verses that can be learnt: of four words each, the second follows from the first and so on. */
export function verses(lines: number, seed = 1): string {
  const random = new Random(seed);
  const kinds = ['the sun was red', 'a cat sat down', 'my dog ran off', 'one bird sang high'];
  return Array.from({ length: lines }, () => kinds[random.below(kinds.length)]).join('\n');
}

/** One long text, imported as a corpus: it is cut into parts at blank lines. */
export async function longText(stanzas = 400) {
  const folder = await dataFolder();
  const text = Array.from({ length: stanzas }, (_, i) => `Stanza ${i}.\n${verses(3, i)}`).join('\n\n');
  await writeFiles(folder.path, { 'poem.txt': text });
  const { manifest } = await importFrom(folder, ['poem.txt']);
  return { folder, manifest, text };
}

/** A table of texts, each of which is one. */
export async function shortTexts(
  count = 60,
  given?: { path: string; blobs: string },
  make: (i: number) => string = (i) => verses(4, i),
) {
  const folder = given ?? (await dataFolder());
  const texts = Array.from({ length: count }, (_, i) => make(i));
  const rows = texts.map((text, i) => `${i},"${text}"`).join('\n');
  await writeFiles(folder.path, { 'verses.csv': `number,verse\n${rows}\n` });
  const { manifest } = await importFrom(folder, ['verses.csv'], { target: null });
  // Short and often the same, they might be taken for names.
  const columns = manifest.columns.map((column) =>
    column.name === 'verse'
      ? ({ ...column, type: 'text', role: 'feature' } as const)
      : ({ ...column, role: 'ignored' } as const),
  );
  return { folder, manifest: { ...manifest, columns }, texts };
}

const words = ['sun', 'cat', 'dog', 'bird', 'red', 'sky'];
/** One word over and over: what is masked in it can be told from any other. */
export const refrain = (i: number): string => new Array<string>(15).fill(words[i % words.length]).join(' ');
