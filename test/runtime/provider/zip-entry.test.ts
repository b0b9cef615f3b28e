import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractEntry, findEntry } from '../../../src-main/runtime/provider/zip-entry.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { zip } from '../../support/zip.ts';

const none = new AbortController().signal;
const files = {
  'readme.txt': Buffer.from('not wanted'),
  'lib/small.so': randomBytes(5_000),
  'lib/large.so': Buffer.concat([randomBytes(200_000), Buffer.alloc(100_000)]),
};
const archive = zip(files);

async function extracting(bytes: Buffer, name: string, signal = none) {
  const folder = tempFolder();
  const [path, out] = [join(folder, 'a.zip'), join(folder, 'out')];
  writeFileSync(path, bytes);
  let told = 0;
  await extractEntry(path, await findEntry(path, name), out, signal, (size) => (told = size));
  const data = readFileSync(out);
  expect(told).toBe(data.length);
  return data;
}

describe('an entry of an archive', () => {
  it.each(Object.entries(files))('comes out as it went in: %s', async (name, data) =>
    expect((await extracting(archive, name)).equals(data)).toBe(true),
  );

  it('is read as other tools write it', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'data.bin'), files['lib/small.so']);
    const script =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nz.write(sys.argv[2], "x/data.bin")';
    execFileSync('python3', ['-c', script, join(folder, 'b.zip'), join(folder, 'in', 'data.bin')]);
    const data = await extracting(readFileSync(join(folder, 'b.zip')), 'x/data.bin');
    expect(data.equals(files['lib/small.so'])).toBe(true);
  });

  it.each([
    ['is not there', archive, 'missing.so'],
    ['is empty', zip({ 'a.txt': Buffer.from('a'), 'b.txt': Buffer.alloc(0) }), 'b.txt'],
    ['is in no archive', Buffer.from('not a zip archive at all, whatever its name'), 'readme.txt'],
    ['is in half an archive', archive.subarray(0, archive.length / 2), 'readme.txt'],
    ['is damaged', zip(files, (bytes) => Buffer.concat([bytes.subarray(0, -4), Buffer.alloc(4, 7)])), 'readme.txt'],
    [
      'is another one than its checksum says',
      (() => {
        const bytes = Buffer.from(zip({ 'a.txt': Buffer.from('a'), 'b.txt': Buffer.from('hello') }));
        bytes[bytes.indexOf('hello')] = 0x48;
        return bytes;
      })(),
      'b.txt',
    ],
  ])('that %s is refused', async (_, bytes, name) =>
    expect(extracting(bytes, name)).rejects.toMatchObject({ code: 'package_damaged' }),
  );

  it('can be given up', async () =>
    expect(extracting(archive, 'lib/large.so', AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop'));
});
