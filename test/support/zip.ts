import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive, as any tool writes it: every other entry deflated. `damage` is done to what is packed. */
export function zip(entries: Record<string, Buffer>, damage: (bytes: Buffer) => Buffer = (bytes) => bytes): Buffer {
  const [local, directory]: Buffer[][] = [[], []];
  let at = 0;
  Object.entries(entries).forEach(([name, data], i) => {
    const packed = i % 2 === 0 ? damage(deflateRawSync(data)) : data;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(i % 2 === 0 ? 8 : 0, 8);
    header.writeUInt16LE(name.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50);
    listed.writeUInt16LE(i % 2 === 0 ? 8 : 0, 10);
    listed.writeUInt32LE(crc32(data), 16);
    listed.writeUInt32LE(packed.length, 20);
    listed.writeUInt32LE(data.length, 24);
    listed.writeUInt16LE(name.length, 28);
    listed.writeUInt32LE(at, 42);
    local.push(header, Buffer.from(name), packed);
    directory.push(listed, Buffer.from(name));
    at += 30 + name.length + packed.length;
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, ...directory, end]);
}
