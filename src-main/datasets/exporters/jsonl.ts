import { splitFile, type DataExporter } from './exporter.ts';
import { imageNames } from './image-names.ts';

/** All that the studio knows, a sample a line: a file for each split, header.json, and images/<split>. Nothing is lost in it. */
export const jsonl: DataExporter = {
  of: ['images', 'table', 'audio'],

  async write(set, to) {
    const { manifest, header } = set;
    const images = manifest.kind === 'images';
    const nameOf = images ? await imageNames(set) : null;
    const others = manifest.columns.map(({ name }) => name);
    await to.put('header.json', `${JSON.stringify(header, null, 2)}\n`);
    for await (const { name, split, marks, text, cells, original } of set.samples()) {
      const out = await to.text(`${splitFile[split]}.jsonl`);
      if (nameOf) {
        const file = `images/${splitFile[split]}/${nameOf(name, split)}`;
        if (original) await to.put(file, await original());
        await out.write(`${JSON.stringify({ file, ...marks })}\n`);
      } else if (manifest.kind === 'audio') {
        await out.write(`${JSON.stringify({ file: name, ...marks })}\n`);
      } else {
        const columns = Object.fromEntries(others.map((column, i) => [column, cells[i]]));
        await out.write(`${JSON.stringify({ text, columns, ...marks })}\n`);
      }
    }
  },
};
