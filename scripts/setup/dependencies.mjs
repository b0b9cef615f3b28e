// Step 2: node_modules as package-lock.json says. npm writes node_modules/.package-lock.json last, when everything is in place,
// so that file is the stamp: it tells a finished installation from a cut one, and an `npm install <x>` of a developer counts too.
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson } from './files.mjs';
import { npm } from './npm.mjs';
import { nodeModules, root } from './paths.mjs';

const listed = (value) => (value === undefined ? null : Array.isArray(value) ? value : [value]);

/** Whether a list such as ["linux"] or ["!win32"] lets `value` in. */
function allows(list, value) {
  if (!list) return true;
  if (list.some((item) => item.startsWith('!') && item.slice(1) === value)) return false;
  const wanted = list.filter((item) => !item.startsWith('!'));
  return wanted.length === 0 || wanted.includes(value);
}

/**
 * Compares the lock file with what npm recorded as installed; returns what differs, as text, or null.
 * @param {any} lock @param {any} installed @param {{ platform?: string, arch?: string }} [machine]
 */
export function difference(lock, installed, { platform = process.platform, arch = process.arch } = {}) {
  if (!lock) return 'no package-lock.json';
  if (!installed) return 'not installed';
  for (const [name, entry] of Object.entries(lock.packages)) {
    if (name === '' || entry.link) continue;
    const there = installed.packages?.[name];
    if (!there) {
      // An optional package may be left out, for this platform or because npm could not build it.
      if (entry.optional || entry.devOptional || entry.peer) continue;
      if (!allows(listed(entry.os), platform) || !allows(listed(entry.cpu), arch)) continue;
      return `${name} is missing`;
    }
    if (
      there.version !== entry.version ||
      (there.integrity && entry.integrity && there.integrity !== entry.integrity)
    ) {
      return `${name} is ${there.version}, wanted ${entry.version}`;
    }
  }
  for (const name of Object.keys(installed.packages ?? {})) if (!lock.packages[name]) return `${name} is left over`;
  return null;
}

export function dependenciesDiffer() {
  // A link leads to the installation of another checkout: installing would empty that one's folder.
  if (lstatSync(nodeModules, { throwIfNoEntry: false })?.isSymbolicLink()) return null;
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return difference(lock, readJson(path.join(nodeModules, '.package-lock.json')));
}

export async function installDependencies() {
  await npm(['ci'], { what: 'Dependencies', cwd: root });
  const count = Object.keys(readJson(path.join(nodeModules, '.package-lock.json'))?.packages ?? {}).length;
  return `Dependencies: ${count} packages`;
}
