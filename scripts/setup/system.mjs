// Step 4: what Electron needs from a Linux system. Asked of the dynamic linker, so that it holds on any distribution.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { isRoot, which } from './paths.mjs';
import { run } from './run.mjs';

/** Debian's names for the libraries that Electron's binary links to or loads. */
export const ELECTRON_PACKAGES = [
  'libnss3',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libgtk-3-0',
  'libgbm1',
  'libasound2',
  'libxss1',
  'libxtst6',
  'libdrm2',
  'libcups2',
];
/** A virtual screen for the tests, and a face with Han characters so that screenshots in Chinese show text. */
export const TEST_PACKAGES = ['xvfb', 'fonts-wqy-microhei'];

/** Library names that `binary` asks for and the system does not have. */
export async function missingLibraries(binary) {
  if (process.platform !== 'linux' || !existsSync(binary)) return [];
  const { code, output } = await run('ldd', [binary], { env: { ...process.env, LC_ALL: 'C' } });
  if (code === 127) return [];
  return parseLdd(output);
}

export const parseLdd = (output) => [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);

export const hasXvfb = () => Boolean(which('Xvfb'));

const HAN_FOLDERS = [
  '/usr/share/fonts/truetype/wqy',
  '/usr/share/fonts/opentype/noto',
  '/usr/share/fonts/truetype/droid',
];
/** Only looked at on Debian-like systems, where we know what to install. */
export const hasHanFont = () => HAN_FOLDERS.some((folder) => existsSync(folder));

/**
 * Chromium's sandbox needs user namespaces or a set-uid helper; some releases (Ubuntu 24.04) close the first.
 * Returns the commands that open a way, or null when one is open.
 */
export function sandboxAdvice(dist, read) {
  const off =
    read('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
    read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1';
  if (!off) return null;
  const helper = path.join(dist, 'chrome-sandbox');
  try {
    const { uid, mode } = statSync(helper);
    if (uid === 0 && (mode & 0o4755) === 0o4755) return null;
  } catch {
    // No helper: say how to make it one anyway.
  }
  return `sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`;
}

/**
 * For tests alone: what to set where an ordinary user has no way to Chromium's sandbox (a chroot, some containers), so that windows open
 * all the same; nothing everywhere else.
 */
export async function withoutSandbox() {
  if (process.platform !== 'linux' || isRoot() || !which('unshare')) return {};
  const { code } = await run('unshare', ['--user', 'true']);
  return code === 0 ? {} : { ELECTRON_DISABLE_SANDBOX: '1' };
}
