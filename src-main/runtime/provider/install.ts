import { copyFile, mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { alone } from '../../download/alone.ts';
import { discard, fetchFile, sizeOf, type FetchWatch } from '../../download/fetch-file.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ProviderOffer } from '../../shared/work/devices.ts';
import { cudaLibraryGap } from '../adapters/linux.ts';
import { flushFolder } from '../atomic-file.ts';
import { libraryName, packagedLibrary } from '../library.ts';
import { isIntact, noteInstalled, olderProviders } from './installed.ts';
import { findPackage, notFound, type PackageFile } from './nuget.ts';
import { providerSource } from './source.ts';
import { extractEntry, findEntry } from './zip-entry.ts';

/** Unpacked, the provider is about three times its package. */
const spacePerByte = 4;

/** What would be downloaded to `folder`, and what of it is there already. */
export async function offerProvider(
  folder: string,
  signal: AbortSignal,
  source = providerSource(),
): Promise<ProviderOffer> {
  const file = await findPackage(source, signal);
  const installed = await isIntact(folder);
  return offerOf(folder, file, installed ? file.bytes : await sizeOf(archiveOf(folder, file)), installed);
}

export interface InstallWatch extends Omit<FetchWatch, 'progress'> {
  progress(stage: 'downloading' | 'checking' | 'writing', bytes: number, total: number): void;
}

/**
 * Makes `folder` hold the CUDA provider beside a copy of ONNX Runtime's library: whole, or not at all. The package is kept beside it
 * until it is unpacked, so that a download which was cut or cancelled goes on from there. Providers of older versions are removed.
 * Errors: no_connection, package_not_found, package_damaged, wrong_hash, disk_full, provider_busy.
 */
export async function installProvider(
  folder: string,
  watch: InstallWatch,
  source = providerSource(),
): Promise<ProviderOffer> {
  const base = dirname(folder);
  await mkdir(base, { recursive: true });
  return alone(folder, providerBusy, async () => {
    const file = await findPackage(source, watch.signal);
    const archive = archiveOf(folder, file);
    try {
      await removeOthers(base, archive);
      await checkSpace(base, spacePerByte * file.bytes - (await sizeOf(archive)));
      await fetchFile({ ...file, hash: { of: 'sha512', base64: file.sha512 }, missing: notFound }, archive, {
        ...watch,
        progress: (stage, bytes) => watch.progress(stage, bytes, file.bytes),
      });
      await unpack(archive, folder, source.files, file, watch);
    } catch (error) {
      watch.signal.throwIfAborted();
      // Its hash was right: another download would be no better.
      if (error instanceof AtelierError && error.code === 'package_damaged') await discard(archive);
      throw diskFull(error) ? noSpace(base, (error as Error).message) : error;
    }
    await discard(archive);
    for (const older of olderProviders(folder)) await rm(older, { recursive: true, force: true });
    return offerOf(folder, file, file.bytes, true);
  });
}

/** Into a folder beside it, which then takes its place. */
async function unpack(
  archive: string,
  folder: string,
  files: Readonly<Record<string, string>>,
  { version, sha512 }: PackageFile,
  { signal, progress }: InstallWatch,
): Promise<void> {
  const [staged, former] = [`${folder}.part`, `${folder}.old`];
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  await remove(staged);
  try {
    const names = Object.keys(files);
    const entries = await Promise.all(names.map((name) => findEntry(archive, files[name])));
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    await checkSpace(dirname(folder), total);
    await mkdir(staged);
    await copyFile(packagedLibrary(), join(staged, libraryName));
    let done = 0;
    for (const [i, entry] of entries.entries()) {
      const told = (bytes: number): void => progress('writing', done + bytes, total);
      await extractEntry(archive, entry, join(staged, names[i]), signal, told);
      done += entry.size;
    }
    await noteInstalled(staged, [libraryName, ...names], { version, sha512 });
    flushFolder(staged);
    signal.throwIfAborted();
    await remove(former);
    await rename(folder, former).catch(() => {});
    await rename(staged, folder);
    flushFolder(dirname(folder));
    await remove(former);
  } finally {
    await remove(staged);
  }
}

/** Named by its hash: what came of another file is never gone on from. */
const archiveOf = (folder: string, { sha512 }: PackageFile): string =>
  join(dirname(folder), `download-${Buffer.from(sha512, 'base64').toString('hex').slice(0, 16)}.part`);

async function removeOthers(base: string, archive: string): Promise<void> {
  for (const name of await readdir(base)) {
    const path = join(base, name);
    if (/^download-[0-9a-f]+[.]part$/.test(name) && path !== archive) await discard(path);
  }
}

function offerOf(
  folder: string,
  { version, bytes, url }: PackageFile,
  have: number,
  installed: boolean,
): ProviderOffer {
  return { version, bytes, have, host: new URL(url).host, folder, installed, lacks: cudaLibraryGap() };
}

async function checkSpace(base: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(base);
  const free = bavail * bsize;
  const gb = (value: number): string => (value / 1e9).toFixed(1);
  if (free < needed) throw noSpace(base, `${gb(needed)} GB are needed there, ${gb(free)} GB are free`);
}

const providerBusy = (): AtelierError =>
  new AtelierError(
    'provider_busy',
    'Another Atelier (a window, or a command line) is installing the CUDA provider. Wait for it to end.',
  );
const noSpace = (base: string, why: string): AtelierError =>
  new AtelierError(
    'disk_full',
    `The disk that holds ${base} has no room for the CUDA provider: ${why}. Nothing was installed; what was downloaded is kept. Free some space, then try again.`,
  );
const diskFull = (error: unknown): boolean => /^(ENOSPC|EDQUOT)$/.test(String((error as { code?: unknown }).code));
