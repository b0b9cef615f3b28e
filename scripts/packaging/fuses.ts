import { FuseV1Options, FuseVersion } from '@electron/fuses';

/** What the shipped program is set to, and what scripts/make.mjs reads back from it. `test`: Playwright attaches by --inspect. */
export function fuses(platform: string, test: boolean): Partial<Record<FuseV1Options, boolean>> {
  // Electron checks the archive's hash on these two only.
  const integrity = platform === 'darwin' || platform === 'win32';
  return {
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: test,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: integrity,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Pages come from app://, so file:// needs no more rights than a web page has.
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  };
}

export const FUSE_VERSION = FuseVersion.V1;
