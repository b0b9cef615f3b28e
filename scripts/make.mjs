// npm run make: the installable packages of this platform, in out/release (or, with --test-build, out/test: the same with
// Playwright's way in left open). Builds the bundles, lets Electron Forge package them, then checks the result itself.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { aptProvide } from './setup/apt.mjs';
import { describe } from './setup/electron.mjs';
import { SetupError } from './setup/errors.mjs';
import { zipOfFallback } from './setup/fallback-zip.mjs';
import { enter } from './setup/index.mjs';
import { packaged, packagesOut } from './setup/packaged.mjs';
import { nodeModules, root, which } from './setup/paths.mjs';
import { run, tail } from './setup/run.mjs';

const DEB_LIMIT = 180 * 1024 * 1024;
const testBuild = process.argv.includes('--test-build');
/** Only the folder, no .deb or .zip: what the tests of the packaged program need. */
const packageOnly = process.argv.includes('--package-only');
const out = packagesOut(testBuild);

const mb = (bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MB`;

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(full);
    else yield full;
  }
}

/** Reads the fuses back from the finished program and compares them with what was asked for. */
async function checkFuses(binary) {
  const load = (file) => import(pathToFileURL(path.join(root, file)).href);
  const { FuseState, FuseV1Options, getCurrentFuseWire } = await load('node_modules/@electron/fuses/dist/index.js');
  const { fuses } = await typescript('scripts/packaging/fuses.ts');
  const wire = await getCurrentFuseWire(binary);
  const lines = Object.entries(fuses(process.platform, testBuild)).map(([fuse, on]) => {
    const is = wire[fuse] === FuseState.ENABLE ? true : wire[fuse] === FuseState.DISABLE ? false : null;
    return { name: FuseV1Options[fuse], on, is };
  });
  const wrong = lines.filter(({ on, is }) => on !== is);
  if (wrong.length > 0) {
    throw new SetupError(
      `The packaged program's fuses are not as set: ${wrong.map(({ name, on, is }) => `${name} is ${is}, wanted ${on}`).join('; ')}.`,
    );
  }
  return lines.map(({ name, is }) => `${name} ${is ? 'on' : 'off'}`).join(', ');
}

/** Imports one of our TypeScript files, on a Node that may not do so by itself. */
async function typescript(file) {
  const vite = await import(pathToFileURL(path.join(nodeModules, 'vite/dist/node/index.js')).href);
  const { module } = await vite.runnerImport(path.join(root, file), { configFile: false, logLevel: 'error' });
  return module;
}

async function checkContents(folder) {
  const { foreignBinaries } = await typescript('scripts/packaging/contents.ts');
  const files = [...filesUnder(folder)];
  const foreign = foreignBinaries(
    files.map((file) => path.relative(folder, file).replaceAll('\\', '/')),
    process,
  );
  if (foreign.length > 0)
    throw new SetupError(`The package holds files of other platforms:\n  ${foreign.slice(0, 10).join('\n  ')}`);
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

await enter(async ({ progress, setUp }) => {
  const { runtime } = await setUp({ libraries: false });
  const fallback = runtime.kind !== 'own';
  if (runtime.kind === 'given')
    throw new SetupError('Packaging takes Electron from its own download: unset ELECTRON_OVERRIDE_DIST_PATH.');
  const tools = process.platform === 'linux' ? { zip: 'zip', 'dpkg-deb': 'dpkg', ldd: 'libc-bin' } : {};
  const missing = Object.keys(tools).filter((tool) => !which(tool));
  if (missing.length > 0)
    await aptProvide(
      missing.map((tool) => tools[tool]),
      'Packaging',
    );

  const env = { ...process.env, ATELIER_TEST_BUILD: testBuild ? '1' : '0' };
  delete env.ATELIER_ELECTRON_ZIPS;
  delete env.ELECTRON_OVERRIDE_DIST_PATH;
  if (fallback) {
    env.ATELIER_ELECTRON_ZIPS = await zipOfFallback((title, work) => progress.step(title, work));
    progress.note(`Packaging on ${describe(runtime)}: the result is for testing only.`);
  }
  const command = packageOnly ? 'package' : 'make';
  rmSync(path.join(out, 'make'), { recursive: true, force: true });
  await progress.step(`Electron Forge: ${command}`, async () => {
    const forge = path.join(nodeModules, '@electron-forge/cli/dist/electron-forge.js');
    const { code, output } = await run(process.execPath, [forge, command], { cwd: root, env });
    if (code !== 0) throw new SetupError(`Electron Forge could not ${command}.`, { detail: tail(output, 60) });
  });

  const { folder, binary } = packaged(testBuild);
  if (!existsSync(binary)) throw new SetupError(`Electron Forge made no ${path.relative(root, binary)}.`);
  console.log(`\nFuses, read back: ${await checkFuses(binary)}`);
  console.log(`Unpacked: ${mb(await checkContents(folder))} in ${path.relative(root, folder)}`);
  const made = existsSync(path.join(out, 'make')) && !packageOnly ? [...filesUnder(path.join(out, 'make'))] : [];
  for (const file of made) {
    const size = statSync(file).size;
    console.log(`${path.relative(root, file)}  ${mb(size)}`);
    if (file.endsWith('.deb') && size > DEB_LIMIT)
      throw new SetupError(`The .deb is ${mb(size)}, more than ${mb(DEB_LIMIT)}.`);
  }
  if (fallback || testBuild) {
    const why = [
      fallback && `Electron ${runtime.version} instead of the current one`,
      testBuild && 'the inspect fuse is on',
    ].filter(Boolean);
    console.log(`\nFor testing only, not for users: ${why.join('; ')}.`);
  }
});
