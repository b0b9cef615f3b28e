// Where Electron Forge leaves a packaged studio.
import path from 'node:path';
import { root } from './paths.mjs';

export const packagesOut = (testBuild) => path.join(root, 'out', testBuild ? 'test' : 'release');

/** The folder for this platform, and the file in it that starts and carries the fuses. */
export function packaged(testBuild) {
  const folder = path.join(packagesOut(testBuild), `Atelier-${process.platform}-${process.arch}`);
  const binary = { linux: 'atelier', darwin: 'Atelier.app/Contents/MacOS/Atelier', win32: 'Atelier.exe' }[
    process.platform
  ];
  return { folder, binary: path.join(folder, binary) };
}
