import { crc32, deflateRawSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface ZipEntry {
  name: string | Buffer;
  data: Uint8Array;
  /** Unix mode with the type of file. */
  mode?: number;
  encrypted?: boolean;
  method?: number;
  /** What the archive says of it, where that is not so. */
  claims?: { size?: number; crc?: number };
  /** Shares the bytes of an entry before it, as bombs do. */
  sameAs?: number;
}

/** A ZIP archive of anything, also of what no honest tool writes. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const [local, directory]: Buffer[][] = [[], []];
  const places: { at: number; packed: number }[] = [];
  let end = 0;
  for (const { name, data, mode = 0o100644, encrypted = false, method = 8, claims = {}, sameAs } of entries) {
    const raw = Buffer.from(name as string);
    const packed = sameAs !== undefined ? Buffer.alloc(0) : method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const place = sameAs === undefined ? { at: end, packed: packed.length } : places[sameAs];
    places.push(place);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(raw.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50);
    listed.writeUInt16LE(0x0314, 4);
    listed.writeUInt16LE(encrypted ? 1 : 0, 8);
    listed.writeUInt16LE(method, 10);
    listed.writeUInt32LE(claims.crc ?? crc32(data), 16);
    listed.writeUInt32LE(place.packed, 20);
    listed.writeUInt32LE(claims.size ?? data.length, 24);
    listed.writeUInt16LE(raw.length, 28);
    listed.writeUInt32LE((mode << 16) >>> 0, 38);
    listed.writeUInt32LE(place.at, 42);
    directory.push(listed, raw);
    if (sameAs !== undefined) continue;
    local.push(header, raw, packed);
    end += 30 + raw.length + packed.length;
  }
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50);
  tail.writeUInt16LE(Math.min(0xffff, entries.length), 8);
  tail.writeUInt16LE(Math.min(0xffff, entries.length), 10);
  tail.writeUInt32LE(Buffer.concat(directory).length, 12);
  tail.writeUInt32LE(end, 16);
  return Buffer.concat([...local, ...directory, tail]);
}

export const zipOf = (files: Record<string, Uint8Array>): Buffer =>
  makeZip(Object.entries(files).map(([name, data]) => ({ name, data })));

export interface TarEntry {
  name: string;
  data?: Uint8Array;
  type?: 'file' | 'symlink' | 'link' | 'directory' | 'fifo';
  linkname?: string;
}

export async function makeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, data = new Uint8Array(0), type = 'file', linkname } of entries) {
    tar.entry({ name, type, linkname, mtime: new Date(0) }, Buffer.from(data));
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

export const tarOf = (files: Record<string, Uint8Array>): Promise<Buffer> =>
  makeTar(Object.entries(files).map(([name, data]) => ({ name, data })));
