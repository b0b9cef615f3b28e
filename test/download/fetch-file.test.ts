import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchFile } from '../../src-main/download/fetch-file.ts';
import { findPackage, notFound } from '../../src-main/runtime/provider/nuget.ts';
import type { Behaviour } from '../support/send-file.ts';
import { providerPackage, providerServer } from '../support/provider-package.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const none = new AbortController().signal;
const archive = providerPackage();
const always = (behaviour: Behaviour): Behaviour[] => Array.from({ length: 20 }, () => behaviour);

async function fetching(behaviours: Behaviour[], already?: Buffer, tag?: string) {
  const server = await providerServer(archive, { behaviours });
  const path = join(tempFolder(), 'download.part');
  if (already) writeFileSync(path, already);
  if (tag) writeFileSync(`${path}.etag`, tag);
  const told: string[] = [];
  const abort = new AbortController();
  const found = await findPackage(server.source, none);
  const file = { ...found, hash: { of: 'sha512' as const, base64: found.sha512 }, missing: notFound };
  let stopAt = Infinity;
  const run = () =>
    fetchFile(file, path, {
      signal: abort.signal,
      waitMs: 1,
      progress(stage, bytes) {
        told.push(`${stage} ${bytes}`);
        if (bytes >= stopAt) abort.abort(new Error('stop'));
      },
    });
  return {
    ...server,
    path,
    told,
    abort,
    run,
    stopAfter: (bytes: number) => (stopAt = bytes),
    isWhole: () => readFileSync(path).equals(archive) && !existsSync(`${path}.etag`),
  };
}

describe('a download', () => {
  it('arrives whole, uncompressed', async () => {
    const { run, isWhole, asked, told } = await fetching([]);
    await run();
    expect(isWhole()).toBe(true);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ 'accept-encoding': 'identity' });
    expect(asked[0]).not.toHaveProperty('range');
    expect(told.at(-1)).toBe(`checking ${archive.length}`);
  });

  it('goes on where the connection was cut, twice, if the file is still the same', async () => {
    const { run, isWhole, asked } = await fetching([{ cutAfter: 50_000 }, { cutAfter: 60_000 }]);
    await run();
    expect(isWhole()).toBe(true);
    expect(asked).toHaveLength(3);
    const [first, second] = asked.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range!)?.[1]));
    expect(first).toBeLessThanOrEqual(50_000);
    expect(second).toBeGreaterThan(first);
    expect(asked[1]['if-range']).toMatch(/^"[0-9a-f]{32}"$/);
    expect(asked[2]['if-range']).toBe(asked[1]['if-range']);
  });

  it('is cancelled at once, keeps what has come, and goes on from there in another process', async () => {
    const cancelled = await fetching([]);
    cancelled.stopAfter(1);
    await expect(cancelled.run()).rejects.toThrow('stop');
    const kept = readFileSync(cancelled.path);
    expect(kept.length).toBeGreaterThan(0);
    expect(archive.subarray(0, kept.length).equals(kept)).toBe(true);
    const tag = readFileSync(`${cancelled.path}.etag`, 'utf8');

    const later = await fetching([], archive.subarray(0, 70_000), tag);
    await later.run();
    expect(later.isWhole()).toBe(true);
    expect(later.asked[0]).toMatchObject({ range: 'bytes=70000-', 'if-range': tag });
  });

  it('is cancelled while it waits for a server that is silent, or away', async () => {
    const silent = await fetching([{ silentAfter: 1000 }]);
    setTimeout(() => silent.abort.abort(new Error('stop')), 100);
    await expect(silent.run()).rejects.toThrow('stop');
    const away = await fetching(always({ status: 503 }));
    away.abort.abort(new Error('stop'));
    await expect(away.run()).rejects.toThrow('stop');
    expect(away.asked.length).toBeLessThan(2);
  });

  it('begins anew where the server has another file by now', async () => {
    const { run, isWhole, asked } = await fetching([], randomBytes(70_000), '"of-another-file"');
    await run();
    expect(isWhole()).toBe(true);
    expect(asked[0]).toMatchObject({ range: 'bytes=70000-', 'if-range': '"of-another-file"' });
  });

  it('begins anew with a server that knows no ranges', async () => {
    const { run, isWhole } = await fetching([{ ignoreRange: true }], archive.subarray(0, 70_000));
    await run();
    expect(isWhole()).toBe(true);
  });

  it('sends no tag that is weak, or no tag', async () => {
    const weak = await fetching([{ cutAfter: 50_000, etag: 'W/"1"' }]);
    await weak.run();
    expect(weak.isWhole()).toBe(true);
    expect(weak.asked[1]).not.toHaveProperty('if-range');
    const strange = await fetching([], archive.subarray(0, 70_000), '"a"\r\nx: y');
    await strange.run();
    expect(strange.isWhole()).toBe(true);
    expect(strange.asked[0]).not.toHaveProperty('if-range');
  });

  it('asks for nothing where all is there', async () => {
    const { run, isWhole, asked } = await fetching([], archive);
    await run();
    expect(isWhole()).toBe(true);
    expect(asked).toEqual([]);
  });

  it('of another content is deleted, and can be tried again', async () => {
    const other = Buffer.from(archive);
    other[1000] ^= 1;
    const { run, path, isWhole } = await fetching([{ body: other }]);
    await expect(run()).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(existsSync(path)).toBe(false);
    await run();
    expect(isWhole()).toBe(true);
  });

  it('that was begun of another file, with no tag to tell, is found out by its hash', async () => {
    const { run, path } = await fetching([], randomBytes(70_000));
    await expect(run()).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['as its length says', { body: Buffer.concat([archive, Buffer.alloc(10)]) }],
    ['as is found on the way', { body: Buffer.concat([archive, Buffer.alloc(10)]), chunked: true }],
  ])('of another size is refused, %s', async (_, behaviour) => {
    const { run, path, asked } = await fetching(always(behaviour));
    await expect(run()).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(existsSync(path)).toBe(false);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [404, 'package_not_found', 1],
    [403, 'package_not_found', 1],
    [503, 'no_connection', 4],
    [429, 'no_connection', 4],
    [416, 'no_connection', 4],
  ])('where the server answers %d ends with %s after %d attempts', async (status, code, attempts) => {
    const { run, asked } = await fetching(always({ status }));
    await expect(run()).rejects.toMatchObject({ code, message: expect.stringContaining(String(status)) as string });
    expect(asked).toHaveLength(attempts);
  });

  it('is not led to an address that is not encrypted', async () => {
    const { run, path } = await fetching([{ redirect: true }]);
    await expect(run()).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringContaining('no encrypted address') as string,
    });
    expect(existsSync(path)).toBe(false);
  });

  it('survives a server that is away for a moment', async () => {
    const { run, isWhole } = await fetching([{ status: 503 }, { cutAfter: 1000 }, { status: 503 }, { status: 503 }]);
    await run();
    expect(isWhole()).toBe(true);
  });

  it.runIf(process.platform === 'linux')('on a full disk ends at once with the system’s word', async () => {
    const { run, path, asked } = await fetching([]);
    symlinkSync('/dev/full', path);
    await expect(run()).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(asked).toHaveLength(1);
  });
});
