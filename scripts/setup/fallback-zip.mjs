// Packaging wants Electron as the zip that its download would be. Where there is none, the fallback runtime is zipped up under that name.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { wantedVersion } from './electron.mjs';
import { SetupError } from './errors.mjs';
import { fallbackFolder } from './fallback-runtime.mjs';
import { sweepBeside } from './files.mjs';
import { target, toolchain } from './paths.mjs';
import { run, tail } from './run.mjs';

/** Resolves to the folder with the zip. */
export async function zipOfFallback(step) {
  const folder = path.join(toolchain, 'electron-zip');
  const zip = path.join(folder, `electron-v${wantedVersion()}-${target}.zip`);
  if (existsSync(zip)) return folder;
  await step('Zipping the fallback runtime', async () => {
    mkdirSync(folder, { recursive: true });
    sweepBeside(zip);
    const beside = `${zip}.${process.pid}.partial`;
    // Stored, not compressed: it is read once more, on this machine.
    const { code, output } = await run(
      'zip',
      ['-q', '-0', '-r', '-y', beside, '.', '-x', 'resources/default_app.asar', 'atelier-runtime.json'],
      { cwd: fallbackFolder },
    );
    if (code !== 0) throw new SetupError('The fallback runtime could not be zipped.', { detail: tail(output) });
    renameSync(existsSync(`${beside}.zip`) ? `${beside}.zip` : beside, zip);
  });
  return folder;
}
