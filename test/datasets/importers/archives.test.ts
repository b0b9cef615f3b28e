import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { makeTar, makeZip, tarOf, zipOf, type ZipEntry } from '../../support/archives.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { idxPair } from '../../support/data-idx.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { png } from '../../support/data-pictures.ts';
import { csvText, mixedTable } from '../../support/data-table.ts';
import { survivesHostileInput } from '../../support/hostile.ts';
import { importedTable } from '../../support/read-back.ts';

const table = (rows = 300): Buffer => Buffer.from(csvText(mixedTable(rows)));

async function pictures(each = 20): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const [k, name] of ['cat', 'dog', '鸟'].entries()) {
    for (let i = 0; i < each; i++) {
      files[`${name}/${i}.png`] = Buffer.from(await png({ colour: { r: k * 100, g: i, b: 9 } }));
    }
  }
  return files;
}

const under = (folder: string, files: Record<string, Buffer>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));

const tables = { kind: 'table', samples: 300, classes: ['no', 'perhaps', 'yes'] } as const;
const images = { kind: 'image-folder', samples: 60, classes: ['cat', 'dog', '鸟'] } as const;
const contract = (
  name: string,
  expected: { kind: 'table' | 'image-folder' | 'idx'; samples: number; classes: readonly string[] },
  file: string,
  bytes: () => Promise<Buffer> | Buffer,
): void =>
  importerContract(name, {
    ...expected,
    classes: [...expected.classes],
    async write(folder) {
      await writeFiles(folder, { [`source/${file}`]: await bytes() });
      return [`source/${file}`];
    },
  });

contract('csv, gzipped', tables, 'mixed.csv.gz', () => gzipSync(table()));
contract('images in zip', images, 'pets.zip', async () => zipOf(under('pets/all', await pictures())));
contract('images in tar.gz', images, 'pets.tar.gz', async () => gzipSync(await tarOf(await pictures())));
contract('idx in zip', { kind: 'idx', samples: 90, classes: ['0', '1', '2'] }, 'mnist.zip', () => {
  const train = idxPair(60);
  const test = idxPair(30);
  return zipOf({
    'm/train-images-idx3-ubyte.gz': gzipSync(train.images),
    'm/train-labels-idx1-ubyte.gz': gzipSync(train.labels),
    'm/t10k-images-idx3-ubyte': test.images,
    'm/t10k-labels-idx1-ubyte': test.labels,
  });
});

describe('what is packed', () => {
  it('may be a table, with what systems put beside it passed over', async () => {
    const { manifest, suggestedName } = await importedTable({
      'mixed.zip': zipOf({ 'in/mixed.csv': table(), '__MACOSX/in/._mixed.csv': table(3) }),
    });
    expect([manifest.samples, suggestedName, manifest.rejectedCount]).toEqual([300, 'mixed', 0]);
    expect(manifest.notes.map(({ code }) => code)).not.toContain('also_found');
  });

  it('gives what it gives unpacked, byte for byte', async () => {
    const folder = await dataFolder();
    const files = await pictures(4);
    const tar = await tarOf(files);
    await writeFiles(folder.path, {
      ...under('plain', files),
      'a.zip': zipOf(files),
      'b.tar': tar,
      'c.tgz': gzipSync(tar),
      'd.tar.gz': Buffer.concat([gzipSync(tar.subarray(0, 5000)), gzipSync(tar.subarray(5000))]),
    });
    const plain = await importFrom(folder, ['plain']);
    for (const [name, called] of [
      ['a.zip', 'a'],
      ['b.tar', 'b'],
      ['c.tgz', 'c'],
      ['d.tar.gz', 'd'],
    ]) {
      const { manifest, suggestedName } = await importFrom(folder, [name]);
      expect({ ...manifest, sources: [] }).toEqual({ ...plain.manifest, sources: [] });
      expect(suggestedName).toBe(called);
      expect(manifest.sources[0].name).toBe(name);
    }
  });

  it('is named without its packing, and its source is the file as it is stored', async () => {
    const packed = gzipSync(table());
    const { manifest, suggestedName, notes } = await importedTable({ 'sales.csv.gz': packed });
    expect(suggestedName).toBe('sales');
    expect(manifest.sources).toMatchObject([{ name: 'sales.csv.gz', bytes: packed.length }]);
    expect(notes).toContain('dialect');
    const { createHash } = await import('node:crypto');
    expect(manifest.sources[0].sha256).toBe(createHash('sha256').update(packed).digest('hex'));
  });

  it('is told by content, whatever it is called', async () => {
    expect((await importedTable({ 'data.csv': gzipSync(table(40)) })).manifest.samples).toBe(40);
    expect((await importedTable({ 'data.csv': zipOf({ 'x.csv': table(40) }) })).manifest.samples).toBe(40);
    expect((await importedTable({ 'data.bin': await tarOf({ 'x.csv': table(40) }) })).manifest.samples).toBe(40);
    expect((await importedTable({ 'data.jsonl.gz': gzipSync('{"a":1}\n{"a":2}\n') })).rows).toEqual([['1'], ['2']]);
  });

  it('side by side makes folders, train and test among them splits', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/train.zip': zipOf(await pictures(10)),
      'set/test.zip': zipOf(await pictures(2)),
    });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest).toMatchObject({ splitSource: 'given', splits: { train: 27, validation: 3, test: 6 } });
  });

  it('is offered with everything that it holds', async () => {
    const folder = await dataFolder();
    const files = { ...(await pictures(3)), 'labels.csv': table(30), 'more/extra.csv': table(10) };
    await writeFiles(folder.path, { 'all.zip': zipOf(files), 'all.tar.gz': gzipSync(await tarOf(files)) });
    for (const name of ['all.zip', 'all.tar.gz']) {
      const offers = await offerImport([`${folder.path}/${name}`]);
      expect(offers.map(({ kind, file, files: count }) => [kind, file, count])).toEqual([
        ['image-folder', null, 9],
        ['table', 'labels.csv', 1],
        ['table', 'more/extra.csv', 1],
      ]);
      const { manifest, suggestedName } = await importFrom(folder, [name], { file: 'more/extra.csv' });
      expect([manifest.samples, suggestedName]).toEqual([10, 'extra']);
      expect(manifest.sources[0].name).toBe('more/extra.csv');
      const first = await importFrom(folder, [name]);
      expect(first.manifest.notes.find(({ code }) => code === 'also_found')!.message).toContain('labels.csv');
    }
  });

  it('may have names in Chinese as Windows writes them', async () => {
    const [cat] = Object.values(await pictures(1));
    const gbk = (hex: string): Buffer => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from('/1.png')]);
    const folder = await dataFolder();
    // 猫 and 狗 in GBK; the first would be UTF-8, too.
    const archive = makeZip([
      { name: gbk('c3a8'), data: cat },
      { name: gbk('b9b7'), data: cat },
    ]);
    await writeFiles(folder.path, { 'z.zip': archive });
    const { manifest } = await importFrom(folder, ['z.zip']);
    expect(manifest.classes.map(({ name }) => name).sort()).toEqual(['狗', '猫'].sort());
  });
});

describe('hostile archives', () => {
  const good = async (): Promise<ZipEntry[]> =>
    Object.entries(await pictures(2)).map(([name, data]) => ({ name, data }));

  async function imported(name: string, bytes: Buffer) {
    const folder = await dataFolder();
    await writeFiles(folder.path, { [name]: bytes });
    const { manifest } = await importFrom(folder, [name]);
    const outside = (await filesIn(folder.path)).filter((path) => !path.startsWith(folder.blobs));
    expect(outside).toHaveLength(1);
    return {
      samples: manifest.samples,
      rejected: manifest.rejected.map(({ where, code }) => [where, code]),
      names: JSON.parse(Buffer.from(await readBlob(folder.blobs, manifest.blobs.names!)).toString()) as string[],
    };
  }

  const bad = ['../../evil.png', '/etc/evil.png', 'C:\\evil.png', 'cat/..\\..\\evil.png', 'cat/\u0000evil.png'];

  it('leave out names that lead elsewhere, links, and what is no file', async () => {
    const [first] = await good();
    const outcome = await imported(
      'z.zip',
      makeZip([
        ...(await good()),
        ...bad.map((name) => ({ name, data: first.data })),
        { name: 'cat/link.png', data: Buffer.from('/etc/passwd'), mode: 0o120777 },
        { name: 'cat/pipe.png', data: new Uint8Array(0), mode: 0o010644 },
        { name: 'cat/secret.png', data: first.data, encrypted: true },
        { name: 'cat/odd.png', data: first.data, method: 14 },
        { name: 'cat//./0.png', data: first.data },
      ]),
    );
    expect(outcome.samples).toBe(6);
    expect(outcome.rejected).toEqual([
      ...bad.slice(0, 4).map((name) => [name, 'unsafe_name']),
      ['cat/\ufffdevil.png', 'unsafe_name'],
      ['cat/link.png', 'link_refused'],
      ['cat/pipe.png', 'not_a_file'],
      ['cat/secret.png', 'entry_encrypted'],
      ['cat/odd.png', 'entry_method'],
      ['cat//./0.png', 'duplicate_name'],
    ]);

    const tar = await imported(
      'z.tar',
      await makeTar([
        ...(await good()).map(({ name, data }) => ({ name: String(name), data })),
        ...bad.slice(0, 4).map((name) => ({ name, data: first.data })),
        { name: 'cat/soft.png', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'cat/hard.png', type: 'link', linkname: 'cat/0.png' },
        { name: 'cat/fifo.png', type: 'fifo' },
        { name: 'cat/0.png', data: first.data },
      ]),
    );
    expect(tar.samples).toBe(6);
    expect(tar.rejected).toEqual([
      ...bad.slice(0, 4).map((name) => [name, 'unsafe_name']),
      ['cat/soft.png', 'link_refused'],
      ['cat/hard.png', 'link_refused'],
      ['cat/fifo.png', 'not_a_file'],
      ['cat/0.png', 'duplicate_name'],
    ]);
  });

  it('are checked against what they say of their entries', async () => {
    const [first, ...rest] = await good();
    for (const claims of [{ size: 3 }, { size: 99_999 }, { crc: 1 }]) {
      const { samples, rejected } = await imported('z.zip', makeZip([{ ...first, claims }, ...rest]));
      expect(samples).toBe(5);
      expect(rejected).toEqual([['cat/0.png', 'entry_damaged']]);
    }
  });

  it.each([
    [
      'a bomb of one entry',
      async () =>
        makeZip([...(await good()), { name: 'cat/zeros.png', data: Buffer.alloc(100), claims: { size: 0xfffffffe } }]),
      'unpacks_too_large',
    ],
    [
      'a bomb of entries that share their bytes',
      async () => {
        const zeros = { name: 'a/0.csv', data: Buffer.alloc(4 << 20) };
        const claims = { crc: 0 };
        const same = Array.from({ length: 400 }, (_, i) => ({ ...zeros, claims, name: `a/${i + 1}.csv`, sameAs: 0 }));
        return makeZip([zeros, ...same]);
      },
      'unpacks_too_large',
    ],
    [
      'more bad entries than good sense allows',
      async () => makeZip(Array.from({ length: 1200 }, (_, i) => ({ name: `../${i}`, data: Buffer.from('x') }))),
      'archive_refused',
    ],
    [
      'nothing but encrypted entries',
      async () => makeZip((await good()).map((entry) => ({ ...entry, encrypted: true }))),
      'archive_encrypted',
    ],
    ['an empty archive', () => Promise.resolve(makeZip([])), 'nothing_found'],
    ['half an archive', async () => makeZip(await good()).subarray(0, 600), 'archive_damaged'],
    ['7-Zip', () => Promise.resolve(Buffer.from('377abcaf271c0004', 'hex')), 'packing_unknown'],
  ])('%s is refused', async (_, bytes, code) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'bad.zip': await bytes() });
    for (const attempt of [() => importFrom(folder, ['bad.zip']), () => offerImport([`${folder.path}/bad.zip`])]) {
      const error = await failure(attempt());
      expect(error).toMatchObject({ code });
      expect(error.message).toContain('bad.zip');
    }
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('a gzip bomb is refused when it has grown past its bounds, and leaves nothing', async () => {
    const folder = await dataFolder();
    // Less than 1 MB that unpack to 280 MB: the same megabyte again and again.
    const member = gzipSync(Buffer.alloc(1 << 20, 'a,b\n1,2\n'));
    await writeFiles(folder.path, { 'bomb.csv.gz': Buffer.concat(Array.from({ length: 280 }, () => member)) });
    const error = await failure(importFrom(folder, ['bomb.csv.gz']));
    expect(error).toMatchObject({ code: 'unpacks_too_large' });
    expect(error.message).toContain('bomb.csv.gz');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('among other things is listed, and the rest imported', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      ...under('set', await pictures(2)),
      'set/broken.zip': Buffer.from('PK\u0003\u0004 no'),
    });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.samples).toBe(6);
    expect(manifest.rejected).toMatchObject([{ where: 'broken.zip', code: 'archive_damaged' }]);
  });

  survivesHostileInput('zip', async () => ({ name: 'z.zip', bytes: zipOf(await pictures(3)) }), 4);
  survivesHostileInput('tar', async () => ({ name: 'z.tar', bytes: await tarOf(await pictures(3)) }), 4);
  survivesHostileInput('tar.gz', async () => ({ name: 'z.tgz', bytes: gzipSync(await tarOf(await pictures(3))) }));
  survivesHostileInput('csv.gz', async () => ({ name: 'd.csv.gz', bytes: gzipSync(table(60)) }));
});
