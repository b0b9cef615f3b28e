/**
 * What goes into the package: the bundles, package.json and the production dependencies, without what only a build or
 * another platform needs. The packager prunes development dependencies by itself.
 */
export interface Contents {
  platform: string;
  arch: string;
  /** The better-sqlite3 built here goes in instead of its prebuilt one: for the fallback runtime only. */
  ownSqlite: boolean;
}

const NEVER = [
  /\.(map|md|markdown|d\.ts|d\.mts|d\.cts|tsbuildinfo|gyp|gypi|cc|cpp|c|h|hpp)$/i,
  /^\/node_modules\/\.(bin|package-lock\.json|vite|cache)/,
  /^\/node_modules\/node-addon-api\//,
  /^\/node_modules\/better-sqlite3\/(deps|src)(\/|$)/,
  // Where its CUDA provider comes from stands in there.
  /^\/node_modules\/onnxruntime-node\/script\/(?!install-metadata)/,
  /^\/node_modules\/sharp\/src(\/|$)/,
];

/** The packager asks with paths like `/node_modules/x/y`; '' is the app folder itself. True leaves the path out. */
export function leaveOut({ platform, arch, ownSqlite }: Contents): (file: string) => boolean {
  return (file) => {
    if (file === '' || file === '/package.json' || file === '/.vite') return false;
    if (/^\/\.vite\/(build|renderer)(\/|$)/.test(file)) return false;
    if (!/^\/node_modules(\/|$)/.test(file)) return true;
    if (NEVER.some((pattern) => pattern.test(file))) return true;

    const onnxruntime = /^\/node_modules\/onnxruntime-node\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(file);
    if (onnxruntime) return onnxruntime[1] !== platform || (onnxruntime[2] !== undefined && onnxruntime[2] !== arch);

    const sqlite = /^\/node_modules\/better-sqlite3\/(build|prebuilds)(?:\/(.*))?$/.exec(file);
    if (!sqlite) return false;
    const [, folder, inside] = sqlite;
    if (folder === 'build') {
      return !ownSqlite || (inside !== undefined && inside !== 'Release' && inside !== 'Release/better_sqlite3.node');
    }
    return ownSqlite || (inside !== undefined && inside !== `${platform}-${arch}.node`);
  };
}

/** Native files that are not for this platform, by their names: what a finished package must not hold. */
export function foreignBinaries(files: string[], { platform, arch }: { platform: string; arch: string }): string[] {
  const systems = ['darwin', 'win32', 'linux', 'linuxmusl'].filter((name) => name !== platform);
  const arches = ['x64', 'arm64', 'ia32', 'arm'].filter((name) => name !== arch);
  const foreign = new RegExp(
    `(^|[/_-])(${systems.join('|')})([/_.-]|$)|(${platform})[/_-](${arches.join('|')})([/_.-]|$)`,
  );
  const endings: Record<string, RegExp> = {
    linux: /\.(dll|dylib|exe)$/,
    darwin: /\.(dll|exe)$/,
    win32: /\.(dylib|so(\.\d+)*)$/,
  };
  return files.filter(
    (file) =>
      /\.(node|so(\.\d+)*|dll|dylib|exe)$/.test(file) &&
      (foreign.test(file) || (endings[platform]?.test(file) ?? false)),
  );
}
