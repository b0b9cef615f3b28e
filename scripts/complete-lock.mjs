// node scripts/complete-lock.mjs: after an `npm install` against a registry that does not carry every platform's binaries.
// npm leaves an optional package that it cannot find out of package-lock.json, and `npm ci` then refuses the file, on every
// machine. Their versions are known (their parent names them exactly), so this writes them in, without an integrity hash, which
// only the registry could tell. On a machine of that platform npm then installs them as usual.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from './setup/files.mjs';
import { root } from './setup/paths.mjs';

const PLATFORM = /(darwin|linux|linuxmusl|win32|freebsd|android)-(x64|arm64|arm|ia32)(?:-(musl|gnu|msvc))?$/;

/** The entries that `packages` (of a lock file) lacks: { path in node_modules → entry }. Throws for one it cannot work out. */
export function missingOptional(packages) {
  const missing = {};
  for (const [parent, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(packages, parent, name)) continue;
      const [, system, cpu, libc] = PLATFORM.exec(name) ?? [];
      if (!system || !/^\d+\.\d+\.\d+/.test(version))
        throw new Error(`${name}@${version}, wanted by ${parent}, is not in the lock file.`);
      missing[`node_modules/${name}`] = {
        version,
        cpu: [cpu],
        ...(entry.dev ? { dev: true } : {}),
        ...(system === 'linux' ? { libc: [libc === 'musl' ? 'musl' : 'glibc'] } : {}),
        optional: true,
        os: [system === 'linuxmusl' ? 'linux' : system],
      };
    }
  }
  return missing;
}

/** Node's look-up: in the parent's own node_modules, then in each one above. */
function resolves(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder ? `${folder}/` : ''}node_modules/${name}` in packages) return true;
    if (!folder.includes('/node_modules/')) return `node_modules/${name}` in packages;
  }
}

const file = path.join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptional(lock.packages);
const names = Object.keys(missing);
if (names.length > 0) {
  const all = { ...lock.packages, ...missing };
  lock.packages = Object.fromEntries(
    Object.keys(all)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => [name, all[name]]),
  );
  writeWhole(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(
  names.length > 0 ? `Added to package-lock.json:\n  ${names.join('\n  ')}` : 'package-lock.json is complete.',
);
