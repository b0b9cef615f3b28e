// Writes resources/samples/glyphs: `node scripts/samples/make-glyphs.ts` (Node 22.18 or newer). The same files come out every time.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { classNames, idxFiles, sets } from './glyphs.ts';

const folder = fileURLToPath(new URL('../../resources/samples/glyphs/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const { name, count, stream } of sets) {
  const { images, labels } = idxFiles(count, stream);
  await writeFile(`${folder}${name}-images-idx3-ubyte.gz`, gzipSync(images, { level: 9 }));
  await writeFile(`${folder}${name}-labels-idx1-ubyte.gz`, gzipSync(labels, { level: 9 }));
}
await writeFile(`${folder}classes.txt`, `${classNames.join('\n')}\n`);
