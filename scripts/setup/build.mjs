// Step 6: the bundles in .vite. Built beside and moved into place, so that a running studio or a cut build never sees half of one.
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { SetupError } from './errors.mjs';
import { hashOf, readJson, replaceFolder, sweepBeside, writeJson } from './files.mjs';
import { compileMessages, messagesAreCurrent, messagesOut } from './messages.mjs';
import { nodeModules, root, viteOut } from './paths.mjs';
import { findPackages, keepPackages, writeThirdParty } from './third-party.mjs';

const stamp = path.join(viteOut, 'stamp.json');

/** Each part: its Vite config, and the folder it fills below .vite. */
const PARTS = {
  main: { config: 'vite.main.config.mts', out: 'build', shows: 'build/main.cjs' },
  preload: { config: 'vite.preload.config.mts', out: 'build', shows: 'build/preload.cjs' },
  renderer: {
    config: 'vite.renderer.config.mts',
    out: 'renderer/main_window',
    shows: 'renderer/main_window/index.html',
  },
};

function inputs() {
  const configs = Object.values(PARTS).map((part) => part.config);
  const sources = [
    'src-main',
    'src-renderer',
    'resources/i18n',
    'resources/licences',
    'scripts/setup/third-party.mjs',
    'package-lock.json',
    'package.json',
    'tsconfig.json',
  ];
  return hashOf(root, [...sources, ...configs], (file) => file === messagesOut);
}

export const buildIsCurrent = () =>
  messagesAreCurrent() &&
  Object.values(PARTS).every((part) => existsSync(path.join(viteOut, part.shows))) &&
  readJson(stamp)?.inputs === inputs();

/** Tells warnings, but for those that are errors here, and one that is nothing. */
function hearWarning(warning, tell) {
  // A name that no module exports is `undefined` when it is called: in a window that is a blank page, so it must not build.
  if (warning.code === 'IMPORT_IS_UNDEFINED') throw new Error(warning.message);
  // unpdf tries where another PDF.js lies, and goes on with its own where that fails.
  if (warning.code === 'EMPTY_IMPORT_META' && warning.message.includes('unpdf')) return;
  tell(warning);
}

async function viteBuild(part, outDir) {
  const vite = await import(pathToFileURL(path.join(nodeModules, 'vite/dist/node/index.js')).href);
  const { config, out } = PARTS[part];
  // Rolldown colours its warnings even where nobody can see colours.
  const customLogger = vite.createLogger('warn', { allowClearScreen: false });
  customLogger.warn = (message) => process.stderr.write(`${stripVTControlCharacters(message)}\n`);
  const packages = new Set();
  try {
    await vite.build({
      configFile: path.join(root, config),
      mode: 'production',
      logLevel: 'warn',
      customLogger,
      plugins: [findPackages(packages)],
      build: { outDir: path.join(outDir, out), emptyOutDir: false, rollupOptions: { onwarn: hearWarning } },
    });
  } catch (error) {
    throw new SetupError(`The ${part} bundle did not build.`, { detail: stripVTControlCharacters(error.message) });
  }
  keepPackages(outDir, part, packages);
}

/** Builds everything. A build of the same sources is the same; a change while it runs is seen by the next start. */
export async function build() {
  if (!messagesAreCurrent()) await compileMessages();
  const before = inputs();
  const work = path.join(viteOut, `next.${process.pid}.partial`);
  sweepBeside(path.join(viteOut, 'next'));
  for (const part of Object.keys(PARTS)) await viteBuild(part, work);
  writeThirdParty(work);
  rmSync(stamp, { force: true });
  for (const folder of ['build', 'renderer', 'third-party'])
    replaceFolder(path.join(work, folder), path.join(viteOut, folder));
  rmSync(work, { recursive: true, force: true });
  writeJson(stamp, { inputs: before });
}

/** Builds some parts only, in place and without a stamp: for a developer whose tree is not whole yet. */
export async function buildParts(names) {
  for (const name of names) {
    if (name === 'messages') await compileMessages();
    else if (!PARTS[name])
      throw new SetupError(`No such part: ${name}.`, { hint: `Parts: messages, ${Object.keys(PARTS).join(', ')}.` });
    else {
      if (!messagesAreCurrent()) await compileMessages();
      rmSync(stamp, { force: true });
      await viteBuild(name, viteOut);
      writeThirdParty(viteOut);
    }
  }
}
