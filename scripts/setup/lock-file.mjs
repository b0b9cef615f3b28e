// What package-lock.json should hold about optional packages: see scripts/complete-lock.mjs.

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
