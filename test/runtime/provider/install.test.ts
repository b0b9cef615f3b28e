import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { libraryName, packagedLibrary } from '../../../src-main/runtime/library.ts';
import { installProvider, offerProvider, type InstallWatch } from '../../../src-main/runtime/provider/install.ts';
import { hasProvider, isIntact, olderProviders } from '../../../src-main/runtime/provider/installed.ts';
import type { Behaviour } from '../../support/send-file.ts';
import { libraries, providerPackage, providerServer, providerVersion } from '../../support/provider-package.ts';
import { repository, tempFolder } from '../../support/temp-workspace.ts';
import { zip } from '../../support/zip.ts';

const none = new AbortController().signal;
const archive = providerPackage();
const cuda = 'libonnxruntime_providers_cuda.so';

interface Given {
  archive?: Buffer;
  behaviours?: Behaviour[];
  base?: string;
}
/** A feed, and a folder to install to. */
async function place({ archive: bytes = archive, behaviours, base = join(tempFolder(), 'onnxruntime') }: Given = {}) {
  const { source, asked } = await providerServer(bytes, { behaviours });
  const folder = join(base, providerVersion);
  const install = (watch: Partial<InstallWatch> = {}) =>
    installProvider(folder, { signal: none, progress: () => undefined, waitMs: 1, ...watch }, source);
  const offer = () => offerProvider(folder, none, source);
  return { base, folder, install, offer, asked };
}
const inside = (folder: string): string[] => readdirSync(folder).sort();
const whole = [...Object.keys(libraries), libraryName, 'provider.json'].sort();
const part = `download-${createHash('sha512').update(archive).digest('hex').slice(0, 16)}.part`;

describe.runIf(process.platform === 'linux')('the provider', () => {
  it('is offered with its size before anything is written', async () => {
    const { base, offer, folder } = await place();
    expect(await offer()).toEqual({
      version: providerVersion,
      bytes: archive.length,
      have: 0,
      host: expect.stringMatching(/^127[.]0[.]0[.]1:/) as string,
      folder,
      installed: false,
      lacks: expect.toBeOneOf([null, 'cuda_no_libraries', 'cuda_no_cudnn']) as string | null,
    });
    expect(existsSync(base)).toBe(false);
  });

  it('lies whole beside a copy of the library, and nothing else is left', async () => {
    const { base, folder, install, offer } = await place();
    const told: [string, number, number][] = [];
    expect(await install({ progress: (...progress) => told.push(progress) })).toMatchObject({ installed: true });
    expect(inside(folder)).toEqual(whole);
    expect(inside(base)).toEqual([providerVersion]);
    for (const [name, bytes] of Object.entries(libraries)) {
      expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
    }
    expect([hasProvider(folder), await isIntact(folder)]).toEqual([true, true]);
    expect(await offer()).toMatchObject({ installed: true, have: archive.length });

    const size = Object.values(libraries).reduce((sum, { length }) => sum + length, 0);
    expect([...new Set(told.map(([stage]) => stage))]).toEqual(['downloading', 'checking', 'writing']);
    expect(told.at(-1)).toEqual(['writing', size, size]);
    for (const stage of ['downloading', 'writing']) {
      const shares = told.filter((one) => one[0] === stage).map(([, done, total]) => done / total);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.at(-1)).toBe(1);
    }
  });

  it('goes on from a download that was cancelled, also in what is offered', async () => {
    // All that is sent before the cancel is but a part, however fast it comes.
    const behaviours = [{ silentAfter: archive.length >> 1 }];
    const { base, folder, install, offer, asked } = await place({ behaviours });
    const abort = new AbortController();
    const cancel = (): void => abort.abort(new Error('stop'));
    await expect(install({ signal: abort.signal, progress: cancel })).rejects.toThrow('stop');
    expect(existsSync(folder)).toBe(false);
    const { have } = await offer();
    expect(have).toBeGreaterThan(0);
    expect(inside(base)).toEqual([part, `${part}.etag`]);
    await install();
    expect(asked[1].range).toBe(`bytes=${have}-`);
    expect(inside(base)).toEqual([providerVersion]);
  });

  it('cancelled while it is unpacked is not there at all, and what was downloaded is kept', async () => {
    const { base, folder, install, asked } = await place();
    const abort = new AbortController();
    const progress = (stage: string): void => (stage === 'writing' ? abort.abort(new Error('stop')) : undefined);
    await expect(install({ signal: abort.signal, progress })).rejects.toThrow('stop');
    expect(inside(base)).toEqual([part]);
    expect(hasProvider(folder)).toBe(false);
    await install();
    expect(asked).toHaveLength(1);
    expect(inside(folder)).toEqual(whole);
  });

  it('of a wrong hash is not installed, and the one before stays', async () => {
    const { base, folder, install } = await place();
    await install();
    const other = Buffer.from(archive);
    other[5000] ^= 1;
    const again = await place({ base, behaviours: [{ body: other }] });
    await expect(again.install()).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(inside(base)).toEqual([providerVersion]);
    expect(await isIntact(folder)).toBe(true);
  });

  it('of a package without it is not installed, the one before stays, and the package goes', async () => {
    const { base, folder, install } = await place();
    await install();
    const empty = await place({ base, archive: zip({ 'readme.txt': Buffer.from('x') }) });
    await expect(empty.install()).rejects.toMatchObject({ code: 'package_damaged' });
    expect(inside(base)).toEqual([providerVersion]);
    expect(await isIntact(folder)).toBe(true);
  });

  it('takes the place of what is there, whatever it is', async () => {
    const { base, folder, install } = await place();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'left-over'), 'x');
    mkdirSync(`${folder}.part`);
    mkdirSync(`${folder}.old`);
    writeFileSync(join(base, 'download-0123456789abcdef.part'), 'of another package');
    await install();
    expect(inside(base)).toEqual([providerVersion]);
    expect(inside(folder)).toEqual(whole);
  });

  it('for older versions is known as such, and goes once there is a new one', async () => {
    const { base, folder, install } = await place();
    await install();
    const note = readFileSync(join(folder, 'provider.json'));
    for (const name of ['1.9.9', '0.30.0', '99.0.0', 'notes', '1.8.0']) mkdirSync(join(base, name));
    for (const name of ['1.9.9', '0.30.0', '99.0.0', 'notes']) writeFileSync(join(base, name, 'provider.json'), note);
    expect(olderProviders(folder).map((path) => path.split('/').at(-1))).toEqual(['0.30.0', '1.9.9']);
    await install();
    // A newer Atelier's, and what nobody knows, are left alone.
    expect(inside(base)).toEqual(['1.8.0', providerVersion, '99.0.0', 'notes'].sort());
  });

  it('that was cut or changed is not taken for whole, and is installed again', async () => {
    const { folder, install, offer } = await place();
    await install();
    const bytes = readFileSync(join(folder, cuda));
    bytes[100] ^= 1;
    writeFileSync(join(folder, cuda), bytes);
    expect([hasProvider(folder), await isIntact(folder)]).toEqual([true, false]);
    truncateSync(join(folder, cuda), 1000);
    expect(hasProvider(folder)).toBe(false);
    expect(await offer()).toMatchObject({ installed: false });
    await install();
    expect(await isIntact(folder)).toBe(true);
  });

  it('is installed by one at a time', async () => {
    const { install, asked } = await place({ behaviours: [{ silentAfter: 1000 }] });
    const abort = new AbortController();
    const first = install({ signal: abort.signal });
    // The first has the folder once it downloads, however long a busy machine takes to come there.
    await vi.waitFor(() => expect(asked).toHaveLength(1), 20_000);
    await expect(install()).rejects.toMatchObject({ code: 'provider_busy' });
    abort.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    await install();
  });

  it('without a connection leaves all as it was', async () => {
    const { base, folder, install } = await place({ behaviours: Array.from({ length: 9 }, () => ({ status: 503 })) });
    await expect(install()).rejects.toMatchObject({ code: 'no_connection' });
    expect(inside(base)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});

/** A file system of half a megabyte more than the library takes; null where this account may not make one. */
function smallDisk(): string | null {
  const folder = tempFolder();
  const size = readFileSync(packagedLibrary()).length + 500_000;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

describe.runIf(process.platform === 'linux')('on a disk that is full', () => {
  it('nothing is downloaded that has no room', async ({ skip }) => {
    const base = smallDisk() ?? skip('no small disk can be made here');
    writeFileSync(join(base, 'filler'), Buffer.alloc(readFileSync(packagedLibrary()).length));
    const { folder, install, asked } = await place({ base });
    await expect(install()).rejects.toMatchObject({ code: 'disk_full' });
    expect(asked).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('nothing is half installed, and the download is kept', async ({ skip }) => {
    const base = smallDisk() ?? skip('no small disk can be made here');
    // Packs well: there is room for the package, and by its size for what is in it, but not once the library is copied.
    const big = { ...libraries, [cuda]: Buffer.concat([randomBytes(1000), Buffer.alloc(600_000)]) };
    const { folder, install } = await place({ base, archive: providerPackage(big) });
    await expect(install()).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('what was downloaded is kept') as string,
    });
    expect(inside(base)).toEqual([expect.stringMatching(/^download-[0-9a-f]{16}[.]part$/)]);
    expect(existsSync(folder)).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('a process that is told of the folder', () => {
  /** In a process of its own: which library it has, or what opening a session on CUDA says. */
  function ask(what: 'folder' | 'cuda', env: NodeJS.ProcessEnv): string {
    const module = (name: string): string => JSON.stringify(join(repository, 'src-main/runtime', name));
    const script = `
      const { tryDevice } = await import(${module('device.ts')});
      const { runtimeFolder } = await import(${module('library.ts')});
      await tryDevice('cpu');
      const said = ${what === 'folder'} ? runtimeFolder() : await tryDevice('cuda').then(() => 'works', ({ message }) => message);
      process.stdout.write(said);`;
    const flags = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', script];
    return execFileSync(process.execPath, flags, { env: { ...process.env, ...env }, encoding: 'utf8' });
  }
  const own = dirname(packagedLibrary());

  it('has its library from there, and looks there for the provider', async () => {
    const { folder, install } = await place();
    await install();
    const env = { ATELIER_ONNXRUNTIME: folder };
    expect(ask('folder', env)).toBe(folder);
    // The provider's stand-in is no library: the loader's complaint, which is told, names the very file.
    expect(ask('cuda', env)).toContain(join(folder, 'libonnxruntime_providers_shared.so'));
    expect(ask('cuda', {})).toContain(join(own, 'libonnxruntime_providers_shared.so'));
  });

  it('has the package’s own where there is no copy, or one of another build', async () => {
    const { folder, install } = await place();
    expect(ask('folder', { ATELIER_ONNXRUNTIME: folder })).toBe(own);
    await install();
    truncateSync(join(folder, libraryName), 1_000_000);
    expect(ask('folder', { ATELIER_ONNXRUNTIME: folder })).toBe(own);
  });
});
