import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownApt, useUnpacked, withRelativeFolder } from '../../scripts/setup/unpacked.mjs';

describe('unpacked packages', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'unpacked-'));
    mkdirSync(path.join(folder, 'usr/lib/x86_64-linux-gnu'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are not looked for where the folder is not whole', () => {
    const env = { PATH: '/bin' };
    useUnpacked(env, folder);
    expect(env).toEqual({ PATH: '/bin' });
  });

  it('are found before those of the system, once', () => {
    writeFileSync(path.join(folder, 'packages.json'), '[]');
    const env: Record<string, string> = { PATH: '/bin', XDG_DATA_DIRS: '/own' };
    useUnpacked(env, folder);
    useUnpacked(env, folder);
    expect(env).toMatchObject({
      PATH: `${folder}/bin-here:/bin:${folder}/usr/bin`,
      LD_LIBRARY_PATH: `${folder}/usr/lib/x86_64-linux-gnu:${folder}/usr/lib`,
      XDG_DATA_DIRS: `${folder}/usr/share:/own`,
      FONTCONFIG_FILE: `${folder}/fonts.conf`,
    });
  });

  it('are fetched with lists and a cache of our own, knowing what the system has', () => {
    expect(ownApt('/mine')).toEqual(
      expect.arrayContaining([
        '-oDir::State=/mine/state',
        '-oDir::Cache=/mine/cache',
        '-oDir::State::status=/var/lib/dpkg/status',
      ]),
    );
  });
});

describe('an X server that lies elsewhere', () => {
  it('looks for its keymap compiler beside itself', () => {
    const code = Buffer.from('X\0%s%sxkbcomp\0/usr/bin\0/usr/bin/other\0', 'latin1');
    const changed = withRelativeFolder(code).toString('latin1');
    expect(changed).toBe('X\0%s%sxkbcomp\0bin\0\0\0\0\0\0/usr/bin/other\0');
    expect(changed.length).toBe(code.length);
  });

  it('is refused where the path is not there', () => {
    expect(() => withRelativeFolder(Buffer.from('\0/usr/lib\0'))).toThrow('xkbcomp');
  });
});
