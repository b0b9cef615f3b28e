/** The runtime in words; set-up marks the fallback by ELECTRON_OVERRIDE_DIST_PATH, a package built on it by its version. */
export function runtimeName(
  versions: NodeJS.ProcessVersions = process.versions,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const electron = versions.electron ? `Electron ${versions.electron}` : `Node ${versions.node}`;
  return versions.electron && env.ELECTRON_OVERRIDE_DIST_PATH ? `${electron} (fallback)` : electron;
}
