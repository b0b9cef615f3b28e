import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PreferencesFile } from '../../src-main/window/preferences.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it('hold at once, and are on disk in their order, whole', async () => {
  const path = join(tempFolder(), 'inner', 'preferences.json');
  const file = new PreferencesFile(path);
  for (const theme of ['dark', 'light', 'system', 'dark'] as const) {
    expect(file.update({ theme })).toBe(file.value);
    expect(file.value.theme).toBe(theme);
  }
  file.remember('/a');
  await file.saved();
  expect(readdirSync(join(path, '..'))).toEqual(['preferences.json']);
  expect(new PreferencesFile(path).value).toMatchObject({ theme: 'dark', recentWorkspaces: ['/a'] });
});

it('that cannot be written say so, and the next ones are written all the same', async () => {
  const path = join(tempFolder(), 'preferences.json');
  const file = new PreferencesFile(path);
  mkdirSync(`${path}.${process.pid}.new`);
  file.update({ theme: 'dark' });
  await expect(file.saved()).rejects.toMatchObject({ code: 'EISDIR' });
  rmdirSync(`${path}.${process.pid}.new`);
  file.update({ locale: 'zh-CN' });
  await file.saved();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ theme: 'dark', locale: 'zh-CN' });
});

it('that are damaged are set aside', () => {
  const path = join(tempFolder(), 'preferences.json');
  writeFileSync(path, '{"theme": ');
  expect(new PreferencesFile(path).value.theme).toBe('system');
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('{"theme": ');
});
