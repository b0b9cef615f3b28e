import { cpSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeModules } from '../../scripts/setup/paths.mjs';
import { glibIsShared, ownName, separateGlib, withOwnGlib } from '../../scripts/setup/own-glib.mjs';
import { run } from '../../scripts/setup/run.mjs';

/** The hash of the tables (DT_GNU_HASH) by which a loader finds symbols, as its definition says. */
function gnuHash(name: string): number {
  let hash = 5381;
  for (const byte of Buffer.from(name, 'latin1')) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}

it.each([
  ['g_free', 'h>free'],
  ['g_string_free', 'h>strinh>free'],
  ['vips_g_thread_new', 'vips_h>thread_new'],
  ['glib_gettext', 'hKib_gettext'],
  ['__glib_assert_msg', '__hKib_assert_msg'],
])('%s becomes %s, of the same length and hash', (name, own) => {
  expect(ownName(name)).toBe(own);
  expect(own.length).toBe(name.length);
  expect(gnuHash(own)).toBe(gnuHash(name));
  expect(ownName(own)).toBe(own);
});

it.each(['strdup', '__cmsg_nxthdr', '__xpg_strerror_r', 'vips_gaussblur', '_ZN4vips6VImage3newEv', 'malloc'])(
  '%s is none of GLib and stays',
  (name) => expect(ownName(name)).toBe(name),
);

it('says so of a file that is no library', () => {
  expect(() => withOwnGlib(Buffer.from('this is text'), 'odd.so')).toThrow(/^odd\.so is no library/);
  expect(glibIsShared('/nowhere', 'linux')).toBe(false);
});

describe.runIf(process.platform === 'linux')("sharp's files", () => {
  let home: string;
  let folder: string;
  const scope = (modules: string) => path.join(modules, '@img');
  const files = () =>
    readdirSync(scope(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.node$|libvips-cpp\.so/.test(name))
      .map((name) => path.join(scope(folder), name));

  /** As they come from the registry, told from those here by taking the names back. */
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'atelier-glib-'));
    folder = path.join(home, 'node_modules');
    mkdirSync(scope(folder), { recursive: true });
    for (const name of readdirSync(scope(nodeModules))) {
      if (name.includes('-linux'))
        cpSync(path.join(scope(nodeModules), name), path.join(scope(folder), name), { recursive: true });
    }
    cpSync(path.join(nodeModules, 'sharp'), path.join(folder, 'sharp'), { recursive: true });
    cpSync(path.join(nodeModules, '@img/colour'), path.join(scope(folder), 'colour'), { recursive: true });
    for (const name of ['detect-libc', 'semver'])
      cpSync(path.join(nodeModules, name), path.join(folder, name), { recursive: true });
    for (const file of files()) {
      const text = readFileSync(file, 'latin1');
      writeFileSync(
        file,
        text.replaceAll(/(?<=\0[\w>]*)h>(?=[\w>]+\0)/g, 'g_').replaceAll(/(?<=\0_*)hK(?=ib_)/g, 'gl'),
        'latin1',
      );
    }
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const decodes = async () => {
    const script = `const sharp = require(process.argv[1]);
      sharp({ create: { width: 4, height: 4, channels: 3, background: '#123456' } }).jpeg().toBuffer()
        .then((jpeg) => sharp(jpeg).raw().toBuffer()).then((raw) => console.log(raw.length))`;
    return (await run(process.execPath, ['-e', script, path.join(folder, 'sharp')], { timeoutMs: 30_000 })).output;
  };

  it('get names of their own once, by new files, and decode as before', async () => {
    expect(files().length).toBeGreaterThanOrEqual(2);
    expect(glibIsShared(folder)).toBe(true);
    const links = files().map((file) => {
      const other = path.join(folder, path.basename(file));
      linkSync(file, other);
      return { file, other, before: readFileSync(file) };
    });
    separateGlib(folder);
    expect(glibIsShared(folder)).toBe(false);
    for (const { file, other, before } of links) {
      expect(readFileSync(other).equals(before)).toBe(true);
      const after = readFileSync(file);
      expect(after.equals(before)).toBe(false);
      expect(after.length).toBe(before.length);
      expect(withOwnGlib(after, 'again')).toBe(null);
    }
    separateGlib(folder);
    expect(await decodes()).toBe('48\n');
  });

  it('are seen to when that was cut between two of them', async () => {
    const addon = files().find((file) => file.endsWith('.node'))!;
    const shared = readFileSync(addon);
    separateGlib(folder);
    writeFileSync(addon, shared);
    expect(glibIsShared(folder)).toBe(true);
    separateGlib(folder);
    expect(glibIsShared(folder)).toBe(false);
    expect(await decodes()).toBe('48\n');
  });
});
