// Runs in a utility process of the studio's own Electron, as its imports do: decodes small pictures with the product's sharp and tells how
// large the process has become in between.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, count] = [process.argv[2], Number(process.argv[3])];
const sharp = createRequire(join(modules, 'any.js'))('sharp');
sharp.concurrency(1);
sharp.cache(false);

async function main() {
  const plain = sharp(Buffer.alloc(32 * 32 * 3, 120), { raw: { width: 32, height: 32, channels: 3 } });
  const pictures = [await plain.jpeg().toBuffer(), await plain.png().toBuffer(), await plain.webp().toBuffer()];
  const sizes = [];
  for (let done = 0; done <= count; done += 10) {
    // A third of it is warm-up: what decoders set up once, and what the allocator takes beforehand.
    if (done % (count / 3) < 10) sizes.push(process.memoryUsage().rss);
    const some = Array.from({ length: 10 }, (_, i) => pictures[(done + i) % pictures.length]);
    await Promise.all(
      some.map(async (picture) => {
        await sharp(picture, { failOn: 'error', sequentialRead: true }).metadata();
        await sharp(picture, { failOn: 'error', sequentialRead: true })
          .autoOrient()
          .flatten({ background: '#ffffff' })
          .resize(28, 28, { fit: 'contain', background: '#000000' })
          .toColourspace('srgb')
          .raw({ depth: 'uchar' })
          .toBuffer();
      }),
    );
  }
  process.parentPort.postMessage(sizes);
}

main().catch((error) => process.parentPort.postMessage(String(error)));
