import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Pictures of three shapes, one folder a class, with two files that cannot be read among them. */
export async function makeImageFolder(folder: string, perClass = 40): Promise<void> {
  const shapes: Record<string, (a: number, b: number) => string> = {
    circle: (a, b) => `<circle cx="${12 + a}" cy="${12 + b}" r="7"/>`,
    square: (a, b) => `<rect x="${5 + a}" y="${5 + b}" width="14" height="14"/>`,
    cross: (a, b) => `<path d="M${5 + a} ${5 + b}l14 14m0 -14l-14 14" stroke="#fff" stroke-width="4"/>`,
  };
  for (const [name, draw] of Object.entries(shapes)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><rect width="24" height="24" fill="#111"/><g fill="#eee">${draw((i % 5) - 2, (Math.floor(i / 5) % 5) - 2)}</g></svg>`;
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(folder, name, `${name}-${String(i).padStart(2, '0')}.png`));
    }
  }
  writeFileSync(join(folder, 'circle', 'empty.png'), '');
  writeFileSync(join(folder, 'square', 'lying.png'), 'this is text, not a picture');
}

/** Dark and light pictures in turn, in one folder: nothing says which is which. */
export async function makeFlatImages(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const value = (i % 2 === 0 ? 20 : 200) + (i % 20);
    await sharp({ create: { width: 24, height: 24, channels: 3, background: { r: value, g: value, b: value } } })
      .png()
      .toFile(join(folder, `spot-${String(i).padStart(3, '0')}.png`));
  }
}

/** A table with numbers, a category, missing cells, a ragged line and a target that the others decide. */
export function makeTable(file: string, rows = 300): void {
  const lines = ['length,width,colour,code,kind'];
  // A fixed little generator: the same table every time.
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < rows; i++) {
    const kind = i % 3;
    const length = (2 + kind * 2 + random()).toFixed(2);
    const width = i % 17 === 0 ? '' : (6 - kind * 1.5 + random()).toFixed(2);
    const colour = random() < 0.8 ? ['red', 'green', 'blue'][kind] : 'grey';
    lines.push(`${length},${width},${colour},row-${i},${['ash', 'birch', 'cedar'][kind]}`);
  }
  lines.splice(50, 0, '1.0,2.0,red');
  writeFileSync(file, lines.join('\n') + '\n');
}
