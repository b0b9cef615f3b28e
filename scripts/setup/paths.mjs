// Where set-up keeps things. Everything it makes lies under .toolchain (kept between builds) or .vite (the build), both ignored by git.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const toolchain = path.join(root, '.toolchain');
export const nodeModules = path.join(root, 'node_modules');
export const viteOut = path.join(root, '.vite');

export const target = `${process.platform}-${process.arch}`;

/** The headless part of a machine: on Linux a window needs a display server; elsewhere there always is one. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export const isRoot = () => process.getuid?.() === 0;

/** The full path of a command on PATH, or null. */
export function which(command, env = process.env) {
  const endings = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of (env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(folder, command + ending);
      if (folder && existsSync(file)) return file;
    }
  }
  return null;
}
