import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appWorkspace } from '../../src-main/cli/app-workspace.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it('is the one named, else the one the window had open last, else the default', () => {
  const home = tempFolder();
  const env = { HOME: home, XDG_DATA_HOME: join(home, 'data') };
  const standard = join(home, 'data/atelier/workspace');
  expect(appWorkspace(env, 'linux')).toBe(standard);

  mkdirSync(join(home, '.config/Atelier'), { recursive: true });
  const preferences = join(home, '.config/Atelier/preferences.json');
  writeFileSync(preferences, JSON.stringify({ recentWorkspaces: [home, '/other'] }));
  expect(appWorkspace(env, 'linux')).toBe(home);
  expect(appWorkspace({ ...env, ATELIER_WORKSPACE: '/named' }, 'linux')).toBe('/named');

  writeFileSync(preferences, JSON.stringify({ recentWorkspaces: [join(home, 'gone')] }));
  expect(appWorkspace(env, 'linux')).toBe(standard);
  writeFileSync(preferences, 'damaged');
  expect(appWorkspace(env, 'linux')).toBe(standard);
});
