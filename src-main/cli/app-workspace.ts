import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultWorkspace } from '../db/workspace.ts';
import { readViews, type RunView } from '../shared/run-views.ts';

/** The workspace that the window would open: what ATELIER_WORKSPACE names, else the one it had open last, else the default. */
export function appWorkspace(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (env.ATELIER_WORKSPACE) return defaultWorkspace(env, platform);
  const last = lastOpened(join(userDataFolder(env, platform), 'preferences.json'));
  return last ?? defaultWorkspace(env, platform);
}

/** Electron's `app.getPath('userData')`, for a process without Electron. */
function userDataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env.HOME || homedir();
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Atelier');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Atelier');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'Atelier');
}

/** The ways of looking at runs that were kept in the window. */
export function keptViews(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): RunView[] {
  try {
    const file = join(userDataFolder(env, platform), 'preferences.json');
    const { layout } = JSON.parse(readFileSync(file, 'utf8')) as { layout?: Record<string, unknown> };
    const views = layout?.['runs.views'];
    return readViews(typeof views === 'string' ? views : '');
  } catch {
    // There are no preferences, or they are damaged: there are no views.
    return [];
  }
}

function lastOpened(preferences: string): string | null {
  try {
    const { recentWorkspaces } = JSON.parse(readFileSync(preferences, 'utf8')) as { recentWorkspaces?: unknown };
    const last: unknown = Array.isArray(recentWorkspaces) ? recentWorkspaces[0] : null;
    return typeof last === 'string' && existsSync(last) ? last : null;
  } catch {
    // The window was never opened, or its preferences are damaged: it will say so itself.
    return null;
  }
}
